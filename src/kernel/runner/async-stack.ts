/**
 * Node keeps a stack of asynchronous contexts beside the real one. A loop that is ended by `terminateExecution` leaves
 * its contexts there, and Node aborts when it finds them ("async hook stack has become corrupted", "Assertion failed:
 * execution_async_id() == 0"; the option --no-force-async-hooks-checks does not help once an AsyncLocalStorage is in
 * use). So the checks are off from just before a loop is ended until the stack has been cleared.
 */

interface AsyncWrapBinding {
  /** Shared with Node's native part. */
  async_hook_fields: Uint32Array;
  constants: { kCheck: number; kTotals: number };
  clearAsyncIdStack(this: void): void;
}

interface NodeInternals {
  binding(this: void, name: "async_wrap"): AsyncWrapBinding;
}

/** The name under which the helper thread, in an expression, finds the function that switches the checks off. */
const suspendKey = "manabi.suspendAsyncChecks";
export const suspendAsyncChecksExpression = `process[Symbol.for("${suspendKey}")]?.()`;

/** Makes the expression above work. Returns what clears the stack and switches the checks on again. */
export function prepareAsyncStack(): () => void {
  // From version 24 on, AsyncLocalStorage does without that stack.
  if (Number.parseInt(process.versions.node) >= 24) return () => undefined;
  const { noDeprecation } = process;
  // No public function does this. Looking it up warns once (DEP0111).
  process.noDeprecation = true;
  const { binding } = process as unknown as NodeInternals;
  const { async_hook_fields: fields, constants, clearAsyncIdStack } = binding("async_wrap");
  process.noDeprecation = noDeprecation ?? false;

  const switches = [constants.kCheck, constants.kTotals];
  let suspended: number[] | undefined;
  const suspend = (): void => {
    suspended ??= switches.map((index) => fields[index] as number);
    for (const index of switches) fields[index] = 0;
  };
  Object.defineProperty(process, Symbol.for(suspendKey), { value: suspend });
  return () => {
    if (!suspended) return;
    clearAsyncIdStack();
    for (const [at, index] of switches.entries()) fields[index] = suspended[at] as number;
    suspended = undefined;
  };
}
