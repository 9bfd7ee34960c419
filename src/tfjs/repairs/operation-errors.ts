import { namingOperation, runsNatively, tf } from "../native.js";

const methods = ["executeSingleOutput", "executeMultipleOutputs"] as const;
type Execute = (this: object, operation: string, ...others: unknown[]) => unknown;
type Backend = Record<(typeof methods)[number], Execute>;

/** Names the operation in every error of the backend. */
export function repairOperationErrors(): void {
  if (!runsNatively()) return;
  const backend = Object.getPrototypeOf(tf.backend()) as Backend;
  for (const method of methods) {
    const execute = backend[method];
    backend[method] = function (operation, ...others) {
      return namingOperation(operation, () => execute.call(this, operation, ...others));
    };
  }
}
