/**
 * Standard decorators and `accessor` fields, which V8 does not know and oxc-transform leaves as they are: TypeScript's
 * compiler rewrites them, a process of some 15 ms. https://github.com/oxc-project/oxc/issues/9170
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Node, Program } from "oxc-parser";
import { childNodes } from "./names.js";

/** What the compiler imports its functions from. */
export const helperLibrary = "tslib";

const options = (
  "--ignoreConfig --allowJs --noLib --noCheck --noResolve --target es2022 --module esnext " +
  "--moduleDetection force --importHelpers --sourceMap --outDir out"
).split(" ");

/** Whether JavaScript has standard decorators or accessors in it. */
export function hasDecorators(code: string, program: Program): boolean {
  const isOne = (node: Node): boolean =>
    node.type === "Decorator" || node.type === "AccessorProperty" || childNodes(node).some(isOne);
  // Few cells have an @ outside of comments.
  return /@|\baccessor\b/.test(code) && isOne(program);
}

/** @returns JavaScript that imports what it needs from `tslib`, and a source map to `code` */
export function compileDecorators(code: string): { code: string; map: string } {
  const folder = mkdtempSync(join(tmpdir(), "manabi-decorators-"));
  try {
    writeFileSync(join(folder, "cell.js"), code);
    const { error } = spawnSync(compiler(), ["cell.js", ...options], { cwd: folder });
    if (error) throw error;
    const output = readFileSync(join(folder, "out/cell.js"), "utf8");
    const map = readFileSync(join(folder, "out/cell.js.map"), "utf8");
    return { code: output.replace(/\/\/# sourceMappingURL=.*\s*$/, ""), map };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The native program itself: TypeScript's script for Node takes ten times as long. */
function compiler(): string {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("typescript/package.json"));
  const { default: executable } = require(join(folder, "lib/getExePath.js")) as { default: () => string };
  return executable();
}
