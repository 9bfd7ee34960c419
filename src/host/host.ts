/**
 * The contract between a value that shows itself and whatever runs the notebook.
 *
 * A value shows itself by a method named `Symbol.for("Jupyter.display")` (Deno's convention). To show something
 * in the middle of a cell, to redraw it, or to learn that the user pressed Stop, code asks the host, which the
 * kernel puts on `globalThis[Symbol.for("Jupyter.host")]`. Nothing here imports the kernel, and the kernel
 * imports nothing from here.
 */

/** Data of one output, keyed by MIME type; JSON types hold objects, all others strings (binary as base64). */
export type MimeBundle = Record<string, unknown>;

/** The name of the method by which a value shows itself. */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display");

/** A value that shows itself when it ends a cell or is passed to `display`. */
export interface Displayable {
  [displaySymbol](): MimeBundle | Promise<MimeBundle>;
}

/** What `globalThis[Symbol.for("Jupyter.host")]` offers in Manabi's kernel. */
export interface JupyterHost {
  /**
   * Sends `display_data`, or `update_display_data` when `update` is true.
   * The output belongs to the cell from which the call was made, also after an `await`.
   */
  display(
    bundle: MimeBundle,
    options?: { metadata?: Record<string, unknown>; displayId?: string; update?: boolean },
  ): void;
  /** Clears the output of the calling cell; with `wait`, only when the next output arrives. */
  clearOutput(options?: { wait?: boolean }): void;
  /** Aborted when the user interrupts the cell that calls this. Long loops check it between steps. */
  interruptSignal(): AbortSignal;
  /**
   * Says that the code which runs checks its `interruptSignal`, and lets other tasks run, at least every `ms`: until the
   * returned function is called, an interrupt waits so long before it ends code by force.
   */
  checkInterruptsWithin(ms: number): () => void;
}
