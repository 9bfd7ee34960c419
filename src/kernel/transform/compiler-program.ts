import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * TypeScript's native program, of the package for this platform; TypeScript's script for Node takes ten times as long to
 * start. Beside it are the libraries of JavaScript.
 */
export function compilerProgram(): string {
  return (found ??= find());
}
let found: string | undefined;

function find(): string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve("typescript/package.json"));
  const native = resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`);
  return realpathSync(join(dirname(native), "lib", process.platform === "win32" ? "tsc.exe" : "tsc"));
}
