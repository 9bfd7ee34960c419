import type { Shape, Tensor, Tensor4D, layers } from "@tensorflow/tfjs-node";
import { runNative, runsNatively, tf } from "../native.js";
import { prototypeOf } from "../internals.js";
import { patch } from "../patch.js";
import { replaceGradient } from "../registries.js";

interface UpSampling2D extends layers.Layer {
  size: [number, number];
  interpolation: "nearest" | "bilinear";
  dataFormat: "channelsFirst" | "channelsLast";
}
interface Resizing extends layers.Layer {
  height: number;
  width: number;
  interpolation: "nearest" | "bilinear";
  cropToAspectRatio: boolean;
}

const reason = {
  name: "resizing",
  why: "bilinear pixels have their centers elsewhere than in Keras, and Resizing forgets the batch in its output's shape",
};

/**
 * UpSampling2D of tfjs-layers 4.22 aligns the corners of "bilinear" pixels otherwise than Keras, whose pixels have their
 * centers in the middle; so does Resizing, which also forgets the batch in its output's shape. The gradient of resizing
 * ignored `halfPixelCenters`.
 */
export function repairResizing(): void {
  repairGradient("ResizeBilinear", "ResizeBilinearGrad");
  repairGradient("ResizeNearestNeighbor", "ResizeNearestNeighborGrad");

  patch(prototypeOf<UpSampling2D>("UpSampling2D"), "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
        if (this.interpolation === "nearest") return call.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const [input] = [inputs].flat() as [Tensor4D];
          const isFirst = this.dataFormat === "channelsFirst";
          const images = isFirst ? tf.transpose(input, [0, 2, 3, 1]) : input;
          const [height, width] = [images.shape[1] * this.size[0], images.shape[2] * this.size[1]];
          const resized: Tensor4D = tf.image.resizeBilinear(images, [height, width], false, true);
          return isFirst ? tf.transpose(resized, [0, 3, 1, 2]) : resized;
        });
      },
  });

  const resizing = prototypeOf<Resizing>("Resizing");
  patch(resizing, "call", {
    ...reason,
    replace(inputs) {
      const [input] = [inputs].flat() as [Tensor4D];
      const resize =
        this.interpolation === "nearest" ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
      return resize(input, [this.height, this.width], false, true);
    },
  });
  patch(resizing, "computeOutputShape", {
    ...reason,
    replace(shapes) {
      const shape = shapes as Shape;
      return [...shape.slice(0, -3), this.height, this.width, shape.at(-1)!];
    },
  });
}

type Attributes = { alignCorners: boolean; halfPixelCenters: boolean };

function repairGradient(kernelName: string, gradientOp: string): void {
  replaceGradient(kernelName, reason, (known) => (dy, saved, attributes) => {
    const { alignCorners, halfPixelCenters } = attributes as unknown as Attributes;
    if (!halfPixelCenters || !runsNatively()) return known(dy, saved, attributes);
    const [images] = saved as [Tensor4D];
    const size = images.shape.slice(1, 3);
    const switches = { T: "float32", align_corners: alignCorners, half_pixel_centers: true } as const;
    const backwards = (gradient: Tensor): Tensor => {
      const like = kernelName === "ResizeBilinear" ? images : tf.tensor1d(size, "int32");
      return runNative(gradientOp, switches, [gradient, like], 1)[0]!;
    };
    return {
      images: () =>
        // Resizing is linear: the gradient of its gradient is resizing itself.
        tf.customGrad((...[gradient]) => ({
          value: backwards(gradient as Tensor),
          gradFunc: (upper: Tensor) => {
            const resize =
              kernelName === "ResizeBilinear" ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
            const outer = (dy as Tensor4D).shape.slice(1, 3) as [number, number];
            return resize(upper as Tensor4D, outer, alignCorners, true);
          },
        }))(dy as Tensor),
    };
  });
}
