import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

interface Convolution extends layers.Layer {
  padding: "causal" | "same" | "valid";
  kernelSize: [number];
  dilationRate: number | [number];
}

const reason = {
  name: "causal convolution",
  why: 'Conv1D takes padding: "causal" and throws when it is called',
};

/**
 * Conv1D of tfjs-layers 4.22 takes `padding: "causal"` and throws "not implemented yet" when it is called: each step sees
 * itself and those before, as in WaveNet (https://arxiv.org/abs/1609.03499).
 */
export function repairCausalConvolution(): void {
  const layer = prototypeOf<Convolution>("Conv1D");
  patch(layer, "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
        if (this.padding !== "causal") return call.call(this, inputs, kwargs);
        const [rate] = [this.dilationRate].flat();
        const before = (this.kernelSize[0] - 1) * rate!;
        return tf.tidy(() => {
          const padded: Tensor = tf.pad([inputs].flat()[0]!, [
            [0, 0],
            [before, 0],
            [0, 0],
          ]);
          return paddedBy(this, "valid", () => call.call(this, padded, kwargs));
        });
      },
  });
  patch(layer, "computeOutputShape", {
    ...reason,
    wrap: (computeOutputShape) =>
      function (shape) {
        const padding = this.padding === "causal" ? "same" : this.padding;
        return paddedBy(this, padding, () => computeOutputShape.call(this, shape));
      },
  });
}

function paddedBy<T>(layer: Convolution, padding: Convolution["padding"], run: () => T): T {
  const before = layer.padding;
  layer.padding = padding;
  try {
    return run();
  } finally {
    layer.padding = before;
  }
}
