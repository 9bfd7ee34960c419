import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";

/** The numbers of a weight or a slot, outside of TensorFlow. */
export interface Values {
  shape: number[];
  data: Float32Array;
}

export function tensorValues(tensor: Tf.Tensor): Values {
  return { shape: tensor.shape, data: tensor.dataSync<"float32">() };
}

export function filled(shape: Tf.Shape, value: number): Values {
  const sizes = shape.map((size) => size ?? 1);
  const length = sizes.reduce((product, size) => product * size, 1);
  return { shape: sizes, data: new Float32Array(length).fill(value) };
}

/** Sets `weight` to exactly these values: its constraint is not applied again. */
export function assign(weight: Tf.LayerVariable, { shape, data }: Values): void {
  tf.tidy(() => (weight.read() as Tf.Variable).assign(tf.tensor(data, shape, "float32")));
}
