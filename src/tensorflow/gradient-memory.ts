import type { Tensor } from "@tensorflow/tfjs-node";
import { runNative, runsNatively, tf } from "./native.js";

interface Engine {
  state: { activeTape: { saved: Tensor[] }[] };
  addTapeNode(kernelName: string, inputs: object, outputs: Tensor[], ...others: unknown[]): void;
  getTensorsForGradient(kernelName: string, inputs: object, outputs: Tensor[]): Tensor[];
}

/** Kernels whose gradients look at nothing but the shapes of what TensorFlow.js saves for them. */
const shapesSuffice = new Set(
  "Add AddN Concat ExpandDims Mean MirrorPad PadV2 Reshape Slice Sub Sum".split(" "),
);

/** Makes gradients keep, and make, less: a step of a CNN needs half the memory for its activations. */
export function saveGradientMemory(): void {
  keepOnlyShapes();
  fuseReluGradient();
}

/**
 * The engine saves a kernel's inputs until all gradients are done, also where the gradient asks only for their shapes, as
 * that of an addition: the output of each convolution stayed because a bias was added to it.
 */
function keepOnlyShapes(): void {
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

/**
 * TensorFlow.js computes relu's gradient as `dy * step(x)`, and natively the step by five operations, of which one gets
 * ones from JavaScript: six more tensors as large as `x`. TensorFlow has one operation for all.
 */
function fuseReluGradient(): void {
  tf.unregisterGradient("Relu");
  tf.registerGradient({
    kernelName: "Relu",
    // Not the input, so that what came before relu need not stay.
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({
      x: () => {
        // The step of a whole number does not run natively.
        const output = y!.dtype === "float32" ? y! : tf.cast(y!, "float32");
        return runsNatively() ? throughRelu(dy as Tensor, output) : tf.mul(dy as Tensor, tf.step(output));
      },
    }),
  });
}

/** `dy` where relu's output `y` is positive, elsewhere 0. */
function throughRelu(dy: Tensor, y: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [given, output, save] = args as unknown as [Tensor, Tensor, (tensors: Tensor[]) => void];
    save([output]);
    const [value] = runNative("ReluGrad", { T: "float32" }, [given, output], 1);
    const gradFunc = (gradient: Tensor, [saved]: Tensor[]) => [
      throughRelu(gradient, saved!),
      tf.zerosLike(saved!),
    ];
    return { value: value!, gradFunc };
  })(dy, y);
}
