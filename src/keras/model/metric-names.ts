import type { Logs } from "@tensorflow/tfjs-node";

/** Names that Keras gives to metrics which TensorFlow.js abbreviates in logs and history. */
const kerasNames: Record<string, string> = { acc: "accuracy", ce: "crossentropy" };

/** Keras's name of a log entry, with the output's name or `val_` before it: `val_acc` -> `val_accuracy`. */
export function kerasMetricName(name: string): string {
  return name.replace(/(?<=^|_)(acc|ce)(?=$|_\d+$)/, (short) => kerasNames[short]!);
}

/** Puts Keras's name of each metric beside TensorFlow.js's, so that callbacks may use either. */
export function addKerasNames(logs: Logs): void {
  for (const [name, value] of Object.entries(logs)) logs[kerasMetricName(name)] = value;
}
