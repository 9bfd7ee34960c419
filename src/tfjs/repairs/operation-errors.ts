import { runsNatively, tf } from "../native.js";

const methods = ["executeSingleOutput", "executeMultipleOutputs"] as const;
type Execute = (this: object, operation: string, ...others: unknown[]) => unknown;
type Backend = Record<(typeof methods)[number], Execute>;

/** The binding says "Invalid TF_Status: 3\nMessage: …"; of interest is the message, and which operation it is about. */
export function namingOperation<T>(operation: string, execute: () => T): T {
  try {
    return execute();
  } catch (error) {
    if (error instanceof Error)
      error.message = error.message.replace(/^Invalid TF_Status: \d+\nMessage: /, `${operation}: `);
    throw error;
  }
}

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
