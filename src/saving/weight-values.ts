import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import type { Hdf5Reader, Hdf5Writer } from "./hdf5.js";
import { assign, tensorValues } from "./values.js";

/** Writes one weight; a whole number (the count of Normalization) as such. */
export function writeWeight(file: Hdf5Writer, name: string, weight: Tf.LayerVariable): void {
  const values = tensorValues(weight.read());
  if (weight.dtype === "int32") file.integer(name, values.data[0]!);
  else file.floats(name, values);
}

/** Reads what {@link writeWeight} or Keras wrote. */
export function readWeight(file: Hdf5Reader, name: string, weight: Tf.LayerVariable): void {
  if (weight.dtype !== "int32") assign(weight, file.floats(name, weight.shape as number[]));
  else tf.tidy(() => (weight.read() as Tf.Variable).assign(tf.scalar(file.number(name), "int32")));
}
