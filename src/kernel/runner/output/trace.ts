/** With MANABI_LOG=debug, what the runner does is told to the front process, which logs it (`front/log.ts`). */
import type { OutputChannel } from "./output-channel.js";

let tell: ((text: string) => void) | undefined;

export function installTrace(channel: OutputChannel): void {
  if (process.env["MANABI_LOG"] === "debug") tell = (text) => channel.message({ type: "log", text });
}

/** `text` is made only if somebody wants to read it. */
export function trace(text: () => string): void {
  tell?.(text());
}
