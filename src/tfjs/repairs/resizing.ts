import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node";
import { runNative, runsNatively, tf } from "../native.js";
import { replaceGradient } from "../registries.js";

const reason = {
  name: "resizing",
  why: "the gradient ignores halfPixelCenters",
};

/** The gradient of resizing ignored `halfPixelCenters`. */
export function repairResizing(): void {
  repairGradient("ResizeBilinear", "ResizeBilinearGrad");
  repairGradient("ResizeNearestNeighbor", "ResizeNearestNeighborGrad");
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
