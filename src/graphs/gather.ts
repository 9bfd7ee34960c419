import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../tfjs/native.js";
import type { Attribute, Backend } from "./binding.js";

interface GatherArguments {
  inputs: { x: Tensor; indices: Tensor };
  attrs: { axis: number; batchDims: number };
  backend: Backend & { executeSingleOutput(op: string, attributes: Attribute[], inputs: Tensor[]): Tensor };
}

/**
 * tfjs-node's gather reads all indices back to JavaScript to check their range, so that no step with an Embedding could
 * be recorded. TensorFlow's own operation checks them: "indices[0] = 25 is not in [0, 20)".
 */
export function replaceGatherKernel(): void {
  tf.unregisterKernel("GatherV2", "tensorflow");
  tf.registerKernel({
    kernelName: "GatherV2",
    backendName: "tensorflow",
    kernelFunc: (given) => {
      const { inputs, attrs, backend } = given as unknown as GatherArguments;
      tf.backend_util.segment_util.collectGatherOpShapeInfo(
        inputs.x,
        inputs.indices,
        attrs.axis,
        attrs.batchDims,
      );
      const { binding } = backend;
      const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
      return tf.tidy(() =>
        backend.executeSingleOutput(
          "GatherV2",
          [
            { name: "batch_dims", type: binding.TF_ATTR_INT, value: attrs.batchDims },
            type("Tparams", backend.getDTypeInteger(inputs.x.dtype)),
            type("Tindices", backend.getDTypeInteger(inputs.indices.dtype)),
            type("Taxis", binding.TF_INT32),
          ],
          [inputs.x, inputs.indices, tf.scalar(attrs.axis, "int32")],
        ),
      );
    },
  });
}
