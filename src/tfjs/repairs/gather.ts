import type { DataType, Tensor } from "@tensorflow/tfjs-node";
import { runNative, runsNatively, tf } from "../native.js";
import { replaceKernel } from "../registries.js";

const reason = {
  name: "gather",
  why: "it reads all indices back to JavaScript, so that no step with an Embedding could be recorded",
};

/**
 * tfjs-node's gather reads all indices back to JavaScript to check their range, so that no step with an Embedding could be
 * recorded, and it refuses an axis that counts from the end. TensorFlow's own operation checks the indices
 * ("indices[0] = 25 is not in [0, 20)") and takes any axis.
 */
export function repairGather(): void {
  if (!runsNatively()) {
    replaceKernel("GatherV2", reason, (gather) => (given) => {
      const { axis } = given.attrs as { axis: number };
      const { rank } = given.inputs["x"] as Tensor;
      return gather({ ...given, attrs: { ...given.attrs, axis: axis < 0 ? axis + rank : axis } });
    });
    return;
  }
  replaceKernel("GatherV2", reason, () => ({ inputs, attrs }) => {
    const { x, indices } = inputs as { x: Tensor; indices: Tensor };
    const { axis, batchDims } = attrs as { axis: number; batchDims: number };
    const positive = axis < 0 ? axis + x.rank : axis;
    tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, positive, batchDims);
    const types = { Tparams: x.dtype, Tindices: indices.dtype, Taxis: "int32" satisfies DataType };
    return tf.tidy(() => {
      const given = [x, indices, tf.scalar(positive, "int32")];
      return runNative("GatherV2", { ...types, batch_dims: BigInt(batchDims) }, given, 1)[0]!;
    });
  });
}
