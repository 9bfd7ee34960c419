import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-node";
import { runNative, runsNatively, tf } from "../native.js";
import { addKernel } from "../registries.js";

interface Attributes {
  interpolation: "nearest" | "bilinear";
  fillMode: "constant" | "reflect" | "wrap" | "nearest";
  fillValue: number;
  outputShape?: [number, number];
}

/** tfjs-node has no kernel for `tf.image.transform`, and TensorFlow has: https://github.com/tensorflow/tfjs/issues/6050 */
export function repairImageTransform(): void {
  if (!runsNatively()) return;
  addKernel(
    "Transform",
    {
      name: "image transform",
      why: "tfjs-node has no kernel for tf.image.transform, and TensorFlow has",
      upstream: "https://github.com/tensorflow/tfjs/issues/6050",
    },
    ({ inputs, attrs }) => {
      const { image, transforms } = inputs as unknown as { image: Tensor4D; transforms: Tensor2D };
      const { interpolation, fillMode, fillValue, outputShape } = attrs as unknown as Attributes;
      const size = tf.tensor1d(outputShape ?? [image.shape[1], image.shape[2]], "int32");
      const fill = tf.scalar(fillValue);
      const names = { interpolation: interpolation.toUpperCase(), fill_mode: fillMode.toUpperCase() };
      const settings = { dtype: "float32", ...names } as const;
      const [moved] = runNative("ImageProjectiveTransformV3", settings, [image, transforms, size, fill], 1);
      tf.dispose([size, fill]);
      return moved as Tensor;
    },
  );
}
