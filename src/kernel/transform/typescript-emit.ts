/**
 * JavaScript by TypeScript's own compiler, a process of some 15 ms, for the little that oxc-transform leaves undone:
 * standard decorators and `accessor` fields (https://github.com/oxc-project/oxc/issues/9170), and namespaces that
 * export variables.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compilerProgram } from "./compiler-program.js";

/** What the compiled code imports its functions from. */
export const helperLibrary = "tslib";

const options = (
  "--ignoreConfig --allowJs --noLib --noCheck --noResolve --target es2022 --moduleDetection force " +
  "--importHelpers --jsx preserve --sourceMap --outDir out"
).split(" ");
const moduleOptions = {
  esnext: "--module esnext --verbatimModuleSyntax".split(" "),
  commonjs: "--module commonjs --esModuleInterop".split(" "),
};

/** @returns JavaScript, with the JSX that there is, and a source map to `text` */
export function emitByTypeScript(
  language: "js" | "ts" | "tsx",
  text: string,
  {
    experimentalDecorators = false,
    module = "esnext",
  }: { experimentalDecorators?: boolean; module?: keyof typeof moduleOptions } = {},
): { code: string; map: string } {
  const folder = mkdtempSync(join(tmpdir(), "manabi-emit-"));
  const file = `cell.${language}`;
  const output = join(folder, "out", language === "tsx" ? "cell.jsx" : "cell.js");
  try {
    writeFileSync(join(folder, file), text);
    const decorators = experimentalDecorators ? ["--experimentalDecorators"] : [];
    const all = [file, ...options, ...moduleOptions[module], ...decorators];
    const { error } = spawnSync(compilerProgram(), all, { cwd: folder });
    if (error) throw error;
    const code = readFileSync(output, "utf8");
    return { code: renewing(code.replace(trailer, "")), map: readFileSync(`${output}.map`, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What marks the file as a module, and where its map is. */
const trailer = /(?:export \{\};\s*)?\/\/# sourceMappingURL=.*\s*$/;

/** Enums and namespaces are declared by `var`, which would add to what an earlier cell has declared by that name. */
function renewing(code: string): string {
  return code.replace(/^((?:export )?)var ([\w$]+);(?=\n\(function \(\2\) \{)/gm, "$1let $2;");
}
