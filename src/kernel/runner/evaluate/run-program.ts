/** Programs that cells run by magics. */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { MagicHost } from "../../magics/index.js";
import { colorDepth } from "../output/color-support.js";
import { printFrom } from "../output/inherited-output.js";

/**
 * Runs a program with its output in the cell. Resolves to its exit code when it has ended, whatever it has left running:
 * that goes on printing.
 */
export function programRunner(folder: string, interruptSignal: () => AbortSignal): MagicHost["runProgram"] {
  return (program, args) =>
    new Promise((settle, reject) => {
      const color = colorDepth() > 1 ? { FORCE_COLOR: "1" } : {};
      const child = spawn(program, args ?? [], {
        cwd: folder,
        shell: args === undefined,
        signal: interruptSignal(),
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...color, ...process.env },
      });
      const reads = (["stdout", "stderr"] as const).map((name) =>
        printFrom(child[name] as Socket, (text) => void process[name].write(text)),
      );
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        for (const read of reads) read();
        settle({ code: code ?? 1, how: signal ? `by ${signal}` : `with exit code ${code}` });
      });
    });
}
