import { inspect } from "node:util";

/** What was given, for an error. A promise is named only: while async_hooks run, as in kernels, it has marks of theirs. */
export const whatArrived = (value: unknown): string =>
  value instanceof Promise ? "a promise" : inspect(value, { depth: 0, breakLength: Infinity });
