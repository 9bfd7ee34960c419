/**
 * Moments at which collected output must be out: before and after a child process that blocks this one, and so writes
 * to the shared stdout (others: `inherited-output.ts`), and before the process ends itself.
 */
import childProcess from "node:child_process";
import type { OutputChannel } from "./output-channel.js";

type Callable = (this: unknown, ...parameters: unknown[]) => unknown;

export function installFlushPoints(channel: OutputChannel): void {
  const wrap = (owner: object, name: string, andAfter: boolean): void => {
    const original = (owner as Record<string, unknown>)[name] as Callable;
    const wrapped: Callable = function (...parameters) {
      channel.flush();
      try {
        return original.apply(this, parameters);
      } finally {
        if (andAfter) channel.flush();
      }
    };
    Object.defineProperty(wrapped, "name", { value: name });
    (owner as Record<string, unknown>)[name] = wrapped;
  };
  for (const name of ["spawnSync", "execSync", "execFileSync"]) wrap(childProcess, name, true);
  for (const name of ["abort", "kill"]) wrap(process, name, false);
}
