import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-node";
import { engine, type KernelBackend } from "../internals.js";
import { runsNatively, tf } from "../native.js";
import { addKernel } from "../registries.js";

const reason = {
  name: "missing kernels",
  why: "tfjs-node has no kernel for it; that of the backend in JavaScript does it",
  after: ["image transform"],
  upstream: "https://github.com/tensorflow/tfjs/issues/6050",
};

/**
 * tfjs-node has no kernel for 17 operations (`tf.denseBincount`, which the layer CategoryEncoding needs, `tf.raggedGather`,
 * `tf.searchSorted`, `tf.image.transform`, `tf.sparse.*`, `tf.string.*`, …): "Kernel 'Transform' not registered for backend
 * 'tensorflow'", https://github.com/tensorflow/tfjs/issues/6050. Those of the backend in JavaScript do it.
 */
export function repairMissingKernels(): void {
  if (!runsNatively()) return;
  const native = new Set(tf.getKernelsForBackend("tensorflow").map(({ kernelName }) => kernelName));
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
    if (native.has(kernelName)) continue;
    addKernel(kernelName, reason, onCopies(kernelFunc));
  }
}

/** Runs a kernel of the backend in JavaScript on copies of native tensors. */
function onCopies(kernel: KernelFunc): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const native = backend as KernelBackend;
    const cpu = engine().findBackend("cpu");
    // Otherwise its first tensor prints an advice to install tfjs-node.
    cpu.firstUse = false;
    const copies: TensorInfo[] = [];
    const copyOf = ({ dataId, shape, dtype }: TensorInfo) => {
      const copy = cpu.makeTensorInfo(shape, dtype, native.readSync(dataId));
      copies.push(copy);
      return copy;
    };
    const copiesOf = (input: TensorInfo | TensorInfo[] | undefined) =>
      Array.isArray(input) ? input.map(copyOf) : input && copyOf(input);
    try {
      const copied = Object.entries(inputs).map(([name, input]) => [name, copiesOf(input)]);
      const given = Object.fromEntries(copied) as NamedTensorInfoMap;
      const outputs = kernel({ inputs: given, attrs: attrs!, backend: cpu });
      const tensorOf = (output: TensorInfo) => {
        const values = cpu.readSync(output.dataId);
        // MaxPoolWithArgmax gives its int32 indices as floats.
        const typed = output.dtype === "int32" ? Int32Array.from(values as ArrayLike<number>) : values;
        const tensor = engine().makeTensor(typed, output.shape, output.dtype);
        cpu.disposeIntermediateTensorInfo(output);
        return tensor;
      };
      return Array.isArray(outputs) ? outputs.map(tensorOf) : tensorOf(outputs);
    } finally {
      for (const copy of copies) cpu.disposeIntermediateTensorInfo(copy);
    }
  };
}
