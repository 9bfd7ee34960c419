import { inspect } from "node:util";

/**
 * The kernel's own log: standard error of the front process, which Jupyter Server shows in its terminal.
 * Never the notebook's output.
 */
export function logWarning(message: string, cause?: unknown): void {
  const details = cause === undefined ? "" : `: ${inspect(cause)}`;
  process.stderr.write(`[manabi ${new Date().toISOString()}] ${message}${details}\n`);
}
