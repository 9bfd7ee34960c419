import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { connect, isDisplayable } from "./connect.js";
import { displaySymbol, type Displayable, type MimeBundle } from "./host.js";

/** One output in the notebook that can be replaced. */
export interface DisplayHandle {
  readonly displayId: string;
  /** Replaces what the output shows by `value`, in the cell where it stands. */
  update: (value: unknown) => Promise<void>;
}

/**
 * Shows `value` in the output of the cell that calls this: by its own `Symbol.for("Jupyter.display")` method, or
 * as `console.log` would print it. Manabi's kernel also has a `display` without an import; this one works on Deno, on
 * tslab and in scripts too, and gives a handle to replace the output by.
 *
 * What shows itself at once is sent before the call returns, so `await` is needed only for values that draw
 * themselves asynchronously, or for the handle.
 *
 * @example
 * const progress = await display(html("<b>0 %</b>"));
 * await progress.update(html("<b>100 %</b>"));
 */
export function display(value: unknown): Promise<DisplayHandle> & Displayable {
  const displayId = randomUUID();
  const handle = { displayId, update: (next: unknown) => send(next, displayId, true) };
  return silent(send(value, displayId, false).then(() => silent(handle)));
}

/** A cell that ends with `display(…)` has shown its value already. */
const silent = <Value extends object>(value: Value): Value & Displayable =>
  Object.assign(value, { [displaySymbol]: () => ({}) });

async function send(value: unknown, displayId: string, update: boolean): Promise<void> {
  const bundle = bundleOf(value);
  connect().display(bundle instanceof Promise ? await bundle : bundle, { displayId, update });
}

function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  if (isDisplayable(value)) return value[displaySymbol]();
  return { "text/plain": typeof value === "string" ? value : inspect(value) };
}
