/** Names that Keras gives to metrics which TensorFlow.js abbreviates in logs and history. */
const kerasNames: Record<string, string> = { acc: "accuracy", ce: "crossentropy" };

/** Keras's name of a log entry, with the output's name or `val_` before it: `val_acc` -> `val_accuracy`. */
export function kerasMetricName(name: string): string {
  return name.replace(/(?<=^|_)(acc|ce)(?=$|_\d+$)/, (short) => kerasNames[short]!);
}

/**
 * Values by Keras's names. Those that TensorFlow.js calls otherwise can be read by that name, too, though it is not listed.
 *
 * @param names TensorFlow.js's
 */
export function byKerasName<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  const named: Record<string, T> = {};
  values.forEach((value, i) => (named[kerasMetricName(names[i]!)] = value));
  addOldNames(named, names);
  return named;
}

/** Lets values by Keras's names be read by TensorFlow.js's, too. */
export function addOldNames(named: object, names: readonly string[]): void {
  for (const name of names) {
    const ours = kerasMetricName(name);
    if (ours === name || name in named || !(ours in named)) continue;
    Object.defineProperty(named, name, { get: () => named[ours as never], configurable: true });
  }
}
