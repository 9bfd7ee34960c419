/**
 * Node keeps a stack of asynchronous contexts beside the real one. A loop that is ended by `terminateExecution` leaves
 * its contexts there, and Node aborts when it finds them ("async hook stack has become corrupted", "Assertion failed:
 * execution_async_id() == 0"). The helper thread clears the stack in the same moment in which it ends the loop.
 */

interface NodeInternals {
  binding(this: void, name: "async_wrap"): { clearAsyncIdStack(this: void): void };
}

/** Offers the function where an expression of the helper thread finds it, whatever names the user has declared. */
export function offerClearAsyncStack(): void {
  const { noDeprecation } = process;
  // No public function does this. Looking it up warns once (DEP0111).
  process.noDeprecation = true;
  const { binding } = process as unknown as NodeInternals;
  const { clearAsyncIdStack } = binding("async_wrap");
  process.noDeprecation = noDeprecation ?? false;
  Object.defineProperty(process, Symbol.for("manabi.clearAsyncStack"), { value: clearAsyncIdStack });
}
