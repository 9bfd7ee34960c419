/**
 * The kernel's own log: standard error of the front process, which Jupyter Server shows in its terminal. Never the
 * notebook's output. With MANABI_LOG=debug it is a trace of messages and of what the runner does.
 */
import { inspect } from "node:util";

export const isDebugging = process.env["MANABI_LOG"] === "debug";

export function logWarning(message: string, cause?: unknown): void {
  write(cause === undefined ? message : `${message}: ${inspect(cause)}`);
}

/** `details` are made only if somebody wants to read them. */
export function logDebug(message: string, details?: () => unknown): void {
  if (!isDebugging) return;
  write(
    details
      ? `${message} ${inspect(details(), { breakLength: Infinity, depth: 3, maxStringLength: 200 })}`
      : message,
  );
}

function write(text: string): void {
  process.stderr.write(`[manabi ${new Date().toISOString()}] ${text}\n`);
}
