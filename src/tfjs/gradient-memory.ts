import { enginePrototype, type Engine, type TapeNode } from "./internals.js";
import { tf } from "./native.js";
import { patch } from "./patch.js";

/** Kernels whose gradients look at nothing but the shapes of what TensorFlow.js saves for them. */
const shapesSuffice = new Set(
  "Add AddN Concat ExpandDims Mean MirrorPad PadV2 Reshape Slice Sub Sum Tile".split(" "),
);

const reason = {
  name: "gradient memory",
  why: "inputs are saved until all gradients are done, also where a gradient asks only for their shapes",
};

/**
 * The engine saves a kernel's inputs until all gradients are done, also where the gradient asks only for their shapes, as
 * that of an addition: the output of each convolution stayed because a bias was added to it. Here those are not saved, and
 * the others go as soon as their gradients are done, so that activations make room for gradients.
 */
export function saveGradientMemory(): void {
  const engine = enginePrototype();
  const { getTensorsForGradient } = engine;
  patch(engine, "getTensorsForGradient", {
    ...reason,
    replace(kernelName, inputs, outputs) {
      return shapesSuffice.has(kernelName)
        ? []
        : getTensorsForGradient.call(this, kernelName, inputs, outputs);
    },
  });
  patch(engine, "addTapeNode", {
    ...reason,
    wrap: (addTapeNode) =>
      function (kernelName, inputs, outputs, gradient, saved, attributes) {
        const onlyShapes = shapesSuffice.has(kernelName);
        // A tensor knows its shape after it was disposed, too.
        const given = onlyShapes ? getTensorsForGradient.call(this, kernelName, inputs, outputs) : saved;
        addTapeNode.call(this, kernelName, inputs, outputs, gradient, given, attributes);
        const node = this.state.activeTape!.at(-1)!;
        if (onlyShapes) node.saved = [];
        disposeInTurn(node, this.state);
      },
  });
}

/** When it comes to this node's gradient, those of all later nodes are done. */
function disposeInTurn(node: TapeNode, state: Engine["state"]): void {
  const { gradient } = node;
  const tape = state.activeTape!;
  if (!gradient) return;
  node.gradient = (dys) => {
    // Gradients of gradients would need it again.
    if (state.gradientDepth === 0) while (tape.at(-1) !== node) tf.dispose(tape.pop()!.saved);
    return gradient(dys);
  };
}
