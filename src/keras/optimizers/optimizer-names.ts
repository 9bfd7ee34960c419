import type { Optimizer } from "@tensorflow/tfjs-node";
import * as optimizers from "./constructors.js";

const makers = new Map<string, () => Optimizer>(
  Object.entries(optimizers).map(([name, make]) => [name, () => make()]),
);

/**
 * The optimizer that `compile` is to use. Names mean Keras's defaults: `"adadelta"` of TensorFlow.js has the learning rate 1,
 * `"adagrad"` 0.01 and `"adamax"` 0.002 instead of 0.001. There are also those that TensorFlow.js lacks, and all names may be
 * written as classes: `"RMSprop"`. https://keras.io/api/optimizers/
 */
export function resolveOptimizer(given: string | Optimizer): Optimizer {
  if (typeof given !== "string") return given;
  const name = given;
  const make = makers.get(name.toLowerCase());
  if (make) return make();
  const known = [...makers.keys()].map((one) => `"${one}"`).join(", ");
  throw new Error(
    `There is no optimizer "${name}". Known are ${known}, or give one of tf.train or optimizers.`,
  );
}
