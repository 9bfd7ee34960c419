import type { Optimizer } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import * as optimizers from "./constructors.js";

const makers = new Map<string, () => Optimizer>(
  Object.entries(optimizers).map(([name, make]) => [name, () => make()]),
);

/**
 * The names of optimizers in `compile` mean Keras's defaults: `"adadelta"` of TensorFlow.js has the learning rate 1,
 * `"adagrad"` 0.01 and `"adamax"` 0.002 instead of 0.001. There are also those that TensorFlow.js lacks, and all names may be
 * written as classes: `"RMSprop"`. https://keras.io/api/optimizers/
 */
export function repairOptimizerNames(): void {
  const model = tf.LayersModel.prototype;
  const { compile } = model;
  model.compile = function (args) {
    if (typeof args.optimizer !== "string") return compile.call(this, args);
    compile.call(this, { ...args, optimizer: optimizerNamed(args.optimizer) });
    (this as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
  };
}

function optimizerNamed(name: string): Optimizer {
  const make = makers.get(name.toLowerCase());
  if (make) return make();
  const known = [...makers.keys()].map((one) => `"${one}"`).join(", ");
  throw new Error(
    `There is no optimizer "${name}". Known are ${known}, or give one of tf.train or optimizers.`,
  );
}
