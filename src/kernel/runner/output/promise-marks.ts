/**
 * Up to version 22, Node marks promises with enumerable properties when an AsyncLocalStorage is in use, and
 * `util.inspect` shows them. They are none of the user's business.
 */
import { inspect } from "node:util";

const marks = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

export function hidePromiseMarks(): void {
  const prototype: object = Promise.prototype;
  Object.defineProperty(prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value(this: object): object {
      for (const symbol of Object.getOwnPropertySymbols(this)) {
        if (!marks.has(symbol.description ?? "")) continue;
        Object.defineProperty(this, symbol, { enumerable: false });
      }
      // Tells `inspect` to go on as usual.
      return this;
    },
  });
}
