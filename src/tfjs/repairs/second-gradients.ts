import type { GradConfig, Tensor, Tensor4D, Tensor5D } from "@tensorflow/tfjs-node";
import { enginePrototype, type TapeNode } from "../internals.js";
import { runNative, runsNatively, tf } from "../native.js";
import { patch } from "../patch.js";
import { setGradient } from "../registries.js";

const reason = {
  name: "second gradients",
  why: "they are wrong for operations whose gradient is computed from their output, and missing for convolutions and pooling",
};

// oxlint-disable-next-line typescript/no-explicit-any -- each kernel has its own, of which its gradient is made
type Attributes = Record<string, any>;

/**
 * Second gradients of tfjs-core 4.22 are wrong, without an error, for every operation whose gradient is computed from its
 * output (tanh, sigmoid, exp, softmax, ...), and missing for convolutions and pooling.
 */
export function repairSecondGradients(): void {
  keepOutputsConnected();
  for (const kernelName of ["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"]) {
    // Comparisons are steps: gradients that are made of them (of ReLU6, SELU, ...) do not change between.
    add(kernelName, ["a", "b"], (_dy, [a, b]) => ({ a: () => tf.zerosLike(a!), b: () => tf.zerosLike(b!) }));
  }
  addConvolutions();
  addPooling();
  add("EluGrad", ["dy", "y"], (gradient, [dy, y]) => ({
    dy: () => run("EluGrad", { dy: gradient, y: y! }, {}),
    y: () => tf.mul(tf.mul(gradient, dy!), tf.step(tf.neg(y!))),
  }));
}

/**
 * The engine saves an operation's output as a copy before it writes down the operation, so that the copy seems to come from
 * nowhere. Here the copies come after the operation they belong to.
 */
function keepOutputsConnected(): void {
  patch(enginePrototype(), "addTapeNode", {
    ...reason,
    after: ["gradient memory"],
    wrap: (addTapeNode) =>
      function (...args) {
        addTapeNode.apply(this, args);
        const tape = this.state.activeTape!;
        const last = tape.length - 1;
        const made = new Set(tape[last]!.outputs.map(({ id }) => id));
        let first = last;
        for (let i = last - 1; i >= 0 && isCopy(tape[i]!); i--)
          if (made.has(tape[i]!.inputs["x"]!.id)) first = i;
        if (first < last) tape.splice(first, 0, tape.pop()!);
      },
  });
}

const isCopy = ({ inputs: { x }, outputs: [output] }: TapeNode): boolean =>
  x !== undefined && x.dataId === output!.dataId;

type Gradient = (dy: Tensor, saved: Tensor[], attributes: Attributes) => Record<string, () => Tensor>;

function add(kernelName: string, inputsToSave: string[], gradient: Gradient): void {
  setGradient(reason, { kernelName, inputsToSave, gradFunc: gradient as GradConfig["gradFunc"] });
}

function run(kernelName: string, inputs: Record<string, Tensor>, attributes: object): Tensor {
  return tf.engine().runKernel(kernelName, inputs, attributes as never) as Tensor;
}

/** A convolution is linear in its input and in its filter: the gradients of its gradients are convolutions, too. */
function addConvolutions(): void {
  add(
    "Conv2DBackpropFilter",
    ["x", "dy"],
    (filter, [x, dy], { strides, pad, dataFormat, dimRoundingMode }) => {
      const settings = { strides, pad, dataFormat, dimRoundingMode };
      return {
        x: () => run("Conv2DBackpropInput", { dy: dy!, filter }, { ...settings, inputShape: x!.shape }),
        dy: () => tf.conv2d(x as Tensor4D, filter as Tensor4D, strides, pad, dataFormat, 1, dimRoundingMode),
      };
    },
  );
  add("Conv3DBackpropFilterV2", ["x", "dy"], (filter, [x, dy], { strides, pad }) => ({
    x: () => run("Conv3DBackpropInputV2", { dy: dy!, filter }, { strides, pad, inputShape: x!.shape }),
    dy: () => tf.conv3d(x as Tensor5D, filter as Tensor5D, strides, pad),
  }));
  const [ofInput, ofFilter] = [
    "DepthwiseConv2dNativeBackpropInput",
    "DepthwiseConv2dNativeBackpropFilter",
  ] as const;
  const forward = (
    x: Tensor,
    filter: Tensor,
    { strides, pad, dilations, dimRoundingMode }: Attributes,
  ): Tensor =>
    tf.depthwiseConv2d(x as Tensor4D, filter as Tensor4D, strides, pad, "NHWC", dilations, dimRoundingMode);
  add(ofInput, ["dy", "filter"], (input, [dy, filter], attributes) => ({
    dy: () => forward(input, filter!, attributes),
    filter: () => run(ofFilter, { x: input, dy: dy! }, { ...attributes, filterShape: filter!.shape }),
  }));
  add(ofFilter, ["x", "dy"], (filter, [x, dy], attributes) => ({
    x: () => run(ofInput, { dy: dy!, filter }, { ...attributes, inputShape: x!.shape }),
    dy: () => forward(x!, filter, attributes),
  }));
}

/** Averaging is linear, and so is taking what was greatest. */
function addPooling(): void {
  addMaxPooling("MaxPoolGrad", "MaxPoolGradGrad", "NHWC");
  addMaxPooling("MaxPool3DGrad", "MaxPool3DGradGrad", "NDHWC");
  add("AvgPoolGrad", ["input"], (gradient, [input], { filterSize, strides, pad }) => ({
    dy: () => tf.avgPool(gradient as Tensor4D, filterSize, strides, pad),
    input: () => tf.zerosLike(input!),
  }));
  add("AvgPool3DGrad", ["input"], (gradient, [input], { filterSize, strides, pad, dimRoundingMode }) => ({
    dy: () => tf.avgPool3d(gradient as Tensor5D, filterSize, strides, pad, dimRoundingMode),
    input: () => tf.zerosLike(input!),
  }));
}

function addMaxPooling(kernelName: string, op: string, data_format: string): void {
  if (!runsNatively()) return;
  add(kernelName, ["input", "output"], (gradient, [input, output], settings) => {
    const { filterSize, strides, pad } = settings;
    const ofPixels = (sizes: number | number[]): number[] => [
      1,
      ...(typeof sizes === "number" ? Array<number>(input!.rank - 2).fill(sizes) : sizes),
      1,
    ];
    const attributes = {
      T: "float32",
      ksize: ofPixels(filterSize),
      strides: ofPixels(strides),
      padding: pad === 0 ? "VALID" : String(pad).toUpperCase(),
      data_format,
    };
    const picked = tf.customGrad((...[of]) => ({
      value: runNative(op, attributes, [input!, output!, of as Tensor], 1)[0]!,
      gradFunc: (dy: Tensor) => run(kernelName, { dy, input: input!, output: output! }, settings),
    }));
    return {
      dy: () => picked(gradient),
      input: () => tf.zerosLike(input!),
      output: () => tf.zerosLike(output!),
    };
  });
}
