import { nativeBackend, type Attribute, dataType } from "./backend.js";
import type { Tensor } from "@tensorflow/tfjs-node";
import { runsNatively, tf } from "./native.js";

/** How many numbers are worked out at a time: 4 MB. */
const chunkSize = 2 ** 20;

/**
 * A float32 tensor whose numbers are worked out piece by piece, so that they are never all in JavaScript as well, where
 * those of MNIST's training pictures take 188 MB.
 *
 * @param write puts the numbers from `start` on into `chunk`
 */
export function tensorFromChunks(
  shape: readonly number[],
  write: (chunk: Float32Array, start: number) => void,
): Tensor {
  const [rows = 1, ...row] = shape;
  const width = tf.util.sizeFromShape(row);
  const rowsAtOnce = Math.floor(chunkSize / width);
  if (!runsNatively() || rowsAtOnce >= rows || rowsAtOnce === 0) {
    const numbers = new Float32Array(rows * width);
    write(numbers, 0);
    return tf.tensor(numbers, [...shape]);
  }
  const { binding } = nativeBackend();
  const { fill: filled } = tf;
  const float: Attribute = { name: "T", type: binding.TF_ATTR_TYPE, value: dataType.float };
  const numbers = new Float32Array(rowsAtOnce * width);
  return tf.tidy(() => {
    const whole = filled([rows, width], 0);
    const [target] = nativeBackend().getInputTensorIds([whole]);
    for (let start = 0; start < rows; start += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - start);
      const chunk = numbers.subarray(0, count * width);
      write(chunk, start * width);
      const indices = Int32Array.from({ length: count }, (_, i) => start + i);
      // Writes into `whole` itself, which nobody else has seen yet; the output is that, too.
      const inputs = [
        target!,
        binding.createTensor([count], dataType.int32, indices),
        binding.createTensor([count, width], dataType.float, chunk),
      ];
      const [output] = binding.executeOp("InplaceUpdate", [float], inputs, 1);
      for (const handle of [...inputs.slice(1), output!.id]) binding.deleteTensor(handle);
    }
    return tf.reshape(whole, [...shape]);
  });
}
