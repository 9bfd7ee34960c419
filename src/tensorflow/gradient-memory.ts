import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "./native.js";

interface Engine {
  state: { activeTape: { saved: Tensor[] }[] };
  addTapeNode(kernelName: string, inputs: object, outputs: Tensor[], ...others: unknown[]): void;
  getTensorsForGradient(kernelName: string, inputs: object, outputs: Tensor[]): Tensor[];
}

/** Kernels whose gradients look at nothing but the shapes of what TensorFlow.js saves for them. */
const shapesSuffice = new Set(
  "Add AddN Concat ExpandDims Mean MirrorPad PadV2 Reshape Slice Sub Sum Tile".split(" "),
);

/**
 * The engine saves a kernel's inputs until all gradients are done, also where the gradient asks only for their shapes, as
 * that of an addition: the output of each convolution stayed because a bias was added to it.
 */
export function saveGradientMemory(): void {
  const engine = Object.getPrototypeOf(tf.engine()) as Engine;
  const { addTapeNode, getTensorsForGradient } = engine;
  engine.getTensorsForGradient = function (this: Engine, kernelName, inputs, outputs) {
    return shapesSuffice.has(kernelName) ? [] : getTensorsForGradient.call(this, kernelName, inputs, outputs);
  };
  engine.addTapeNode = function (this: Engine, kernelName, inputs, outputs, gradient, saved, attributes) {
    if (!shapesSuffice.has(kernelName))
      return addTapeNode.call(this, kernelName, inputs, outputs, gradient, saved, attributes);
    // A tensor knows its shape after it was disposed, too.
    const withShapes = getTensorsForGradient.call(this, kernelName, inputs, outputs);
    addTapeNode.call(this, kernelName, inputs, outputs, gradient, withShapes, attributes);
    // What is listed here is disposed in the end.
    this.state.activeTape.at(-1)!.saved = [];
  };
}
