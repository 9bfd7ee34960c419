import { namingOperation, runsNatively, tf } from "../native.js";
import { patch } from "../patch.js";

const methods = ["executeSingleOutput", "executeMultipleOutputs"] as const;
type Execute = (this: object, operation: string, ...others: unknown[]) => unknown;
type Backend = Record<(typeof methods)[number], Execute>;

/** Names the operation in every error of the backend. */
export function repairOperationErrors(): void {
  if (!runsNatively()) return;
  const backend = Object.getPrototypeOf(tf.backend()) as Backend;
  for (const method of methods) {
    patch(backend, method, {
      name: "operation errors",
      why: "the binding's errors do not say which operation they are about",
      wrap: (execute) =>
        function (operation, ...others) {
          return namingOperation(operation, () => execute.call(this, operation, ...others));
        },
    });
  }
}
