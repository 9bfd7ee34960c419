import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

type Hook = (index: number, logs?: Logs) => void | Promise<void>;

export interface LambdaCallbackHooks {
  onEpochBegin?: Hook;
  onEpochEnd?: Hook;
  /** Also called `onBatchBegin`. With it or `onTrainBatchEnd` each batch is a run of its own. */
  onTrainBatchBegin?: Hook;
  /** Also called `onBatchEnd`. */
  onTrainBatchEnd?: Hook;
  onBatchBegin?: Hook;
  onBatchEnd?: Hook;
  onTrainBegin?: (logs?: Logs) => void | Promise<void>;
  onTrainEnd?: (logs?: Logs) => void | Promise<void>;
}

/**
 * A callback from functions, which can stand beside others in a list. https://keras.io/api/callbacks/lambda_callback/
 * @example
 * const say = callbacks.lambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs?.loss) });
 * await model.fit(x, y, { callbacks: [say, callbacks.terminateOnNaN()] });
 */
export function lambdaCallback({
  onTrainBatchBegin,
  onTrainBatchEnd,
  ...hooks
}: LambdaCallbackHooks): Callback {
  const all = { onBatchBegin: onTrainBatchBegin, onBatchEnd: onTrainBatchEnd, ...hooks };
  // Its type says less than it does: it is a callback like others.
  return new tf.CustomCallback(all) as object as Callback;
}
