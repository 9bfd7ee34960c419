/** What a notebook would have received. */
export interface Received {
  text: string;
  displayId: string | undefined;
  update: boolean;
}

const host = Symbol.for("Jupyter.host");

/** Runs it as if in a notebook cell, which `signal` may interrupt. */
export async function withHost<T>(run: () => Promise<T>, signal: AbortSignal = new AbortController().signal) {
  const displays: Received[] = [];
  const globals = globalThis as Record<symbol, unknown>;
  globals[host] = {
    display: (bundle: { "text/plain": string }, options: { displayId?: string; update?: boolean } = {}) =>
      displays.push({
        text: bundle["text/plain"],
        displayId: options.displayId,
        update: options.update ?? false,
      }),
    interruptSignal: () => signal,
    checkInterruptsWithin: () => () => {},
  };
  try {
    return { displays, result: await run() };
  } finally {
    delete globals[host];
  }
}
