import type { Tensor } from "@tensorflow/tfjs-node";
import { nativeBackend } from "../compile/binding.js";
import { dataType } from "../compile/graph.js";
import { tf } from "../native.js";
import { seedTensor, type Seed } from "./random.js";

/**
 * Which of the elements of a tensor a dropout keeps: booleans, of which the share `rate` is false.
 *
 * Drawing random bits takes a good part of a training step, so an element gets 16 of them (8 where the rate is a multiple
 * of 1/256), not the 32 of a float: the share is exact to 1/65536.
 */
export function drawKept(shape: number[], rate: number, seed: Seed | undefined): Tensor {
  const backend = nativeBackend();
  const { binding } = backend;
  const bits = Number.isInteger(rate * 256) ? 8 : 16;
  const dtype = bits === 8 ? dataType.int8 : dataType.int16;
  /** The results of operations whose types TensorFlow.js does not know; freed at the end. */
  const handles: number[] = [];
  const run = (op: string, types: Record<string, number>, inputs: number[]) => {
    const attributes = Object.entries(types).map(([name, value]) => ({
      name,
      type: binding.TF_ATTR_TYPE,
      value,
    }));
    const [output] = binding.executeOp(op, attributes, inputs, 1);
    handles.push(output!.id);
    return output!;
  };
  return tf.tidy(() => {
    const size = tf.util.sizeFromShape(shape);
    const { int32 } = dataType;
    const words = tf.tensor1d([Math.ceil((size * bits) / 32)], "int32");
    const lowest = tf.scalar(Math.round(rate * 2 ** bits) - 2 ** (bits - 1), "int32");
    const [count, key, bound] = backend.getInputTensorIds([words, seedTensor(seed), lowest]);
    const types = { dtype: int32, T: int32, Tseed: int32 };
    const drawn = run("StatelessRandomUniformFullInt", types, [count!, key!]);
    const numbers = run("Bitcast", { T: int32, type: dtype }, [drawn.id]);
    const least = run("Cast", { SrcT: int32, DstT: dtype }, [bound!]);
    const kept = backend.createOutputTensor(run("GreaterEqual", { T: dtype }, [numbers.id, least.id]));
    handles.pop();
    for (const handle of handles) binding.deleteTensor(handle);
    const all = kept.size === size ? kept : tf.slice(tf.reshape(kept, [-1]), [0], [size]);
    return tf.reshape(all, shape);
  });
}
