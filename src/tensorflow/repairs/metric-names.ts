import type { CallbackList, Logs } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

/** Names that Keras gives to metrics which TensorFlow.js abbreviates in logs and history. */
const kerasNames: Record<string, string> = { acc: "accuracy", ce: "crossentropy" };

/** Keras's name of a log entry, with the output's name or `val_` before it: `val_acc` -> `val_accuracy`. */
export function kerasMetricName(name: string): string {
  return name.replace(/(?<=^|_)(acc|ce)(?=$|_\d+$)/, (short) => kerasNames[short]!);
}

function addKerasNames(logs: Logs): void {
  for (const [name, value] of Object.entries(logs)) logs[kerasMetricName(name)] = value;
}

/**
 * Metrics asked for as `accuracy` are logged as `acc`: logs and
 * history get Keras's name beside it. TensorFlow.js's own first callback averages the logs, the others must see both.
 */
export function repairMetricNames(): void {
  const list = tf.CallbackList.prototype;
  const repaired = (method: "onBatchEnd" | "onEpochEnd") =>
    async function (this: CallbackList, index: number, logs: Logs = {}): Promise<void> {
      const [averaging, ...others] = this.callbacks;
      await averaging?.[method](index, logs);
      addKerasNames(logs);
      for (const callback of others) await callback[method](index, logs);
    };
  list.onBatchEnd = repaired("onBatchEnd");
  list.onEpochEnd = repaired("onEpochEnd");
}
