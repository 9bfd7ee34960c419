/**
 * Turns a TypeScript (or TSX) cell into JavaScript. Pure: the same source and options give the same code.
 *
 * The code is one expression, an async function for `new vm.Script(code).runInThisContext()`:
 *
 *     (async function (__cell, require, __filename, __dirname) { "use strict"; … })
 *
 * - `__cell` is made by `NotebookScope.cell()` in `scope.ts`, anew for each cell. Cells import through
 *   `__cell.import(specifier, { with })`, so the runner decides how modules are found and reloaded.
 * - It resolves to `{ value }` if the cell ends with an expression (a semicolon after it changes nothing),
 *   else to undefined. The value is wrapped so that a promise or another thenable is not awaited.
 * - Declarations of the top level become assignments to properties of `globalThis` (see `scope.ts` for why),
 *   functions and imports first. References stay as they are, except for reserved names.
 * - Loops that only calculate run on local copies of the names they use (see `loops.ts`).
 */
import { createRequire } from "node:module";
import type Remapping from "@jridgewell/remapping";
import { MagicString } from "magic-string";
import { parseSync } from "oxc-parser";
import { transformSync, type JsxOptions, type OxcError } from "oxc-transform";
import type { TransformedCell } from "../contracts.js";
import { rewriteProgram } from "./rewrite.js";
import { CellSyntaxError } from "./syntax-error.js";

const loadRemapping = (): typeof Remapping =>
  createRequire(import.meta.url)("@jridgewell/remapping") as typeof Remapping;

export interface TransformOptions {
  /** Name of the cell in the source map. */
  fileName: string;
  /** Whether an earlier cell declared this reserved name: `NotebookScope.isShadowed`. */
  isShadowed?: (name: string) => boolean;
  /** How JSX is compiled if the cell does not say it by a pragma; default: React's automatic runtime. */
  jsx?: Pick<JsxOptions, "runtime" | "importSource" | "pragma" | "pragmaFrag">;
}

/**
 * @throws {CellSyntaxError} if the source is neither TypeScript nor TSX.
 * @example
 * const scope = new NotebookScope();
 * const { code } = transformCell("const answer: number = 42; answer", { fileName: "cell-1.ts" });
 * const run = new vm.Script(code).runInThisContext();
 * await run(scope.cell(modules), require); // { value: 42 }
 */
export function transformCell(source: string, options: TransformOptions): TransformedCell {
  const stripped = stripTypes(source, options);
  const { program } = parseSync("cell.js", stripped.code, {
    lang: "js",
    sourceType: "module",
    preserveParens: false,
  });
  const rewritten = rewriteProgram(stripped.code, program, options.isShadowed ?? (() => false));
  let map: string | undefined;
  return {
    code: rewritten.toString(),
    // Made when asked for: most cells never throw.
    get map() {
      const outer = rewritten.generateMap({ hires: true, source: options.fileName }).toString();
      map ??= loadRemapping()([outer, ...stripped.maps()], () => null).toString();
      return map;
    },
  };
}

interface Stripped {
  code: string;
  /** From `code` to the cell's source, last step first. */
  maps: () => string[];
}

function stripTypes(source: string, options: TransformOptions): Stripped {
  const text = new MagicString(source);
  // A cell that starts as an object literal means that value, as in Node's REPL, if it can.
  if (/^\s*\{/.test(source) && !/;\s*$/.test(source)) {
    text.prepend("(").append("\n)");
    const expression = transformAs("ts", text.toString(), options);
    if (expression.errors.length === 0) {
      const parenthesised = text.generateMap({ hires: true, source: options.fileName }).toString();
      return { code: expression.code, maps: () => [JSON.stringify(expression.map), parenthesised] };
    }
  }
  const plain = source.startsWith("#!") ? `//${source.slice(2)}` : source;
  const errors: OxcError[] = [];
  for (const language of /<[\w>]/.test(plain) ? (["ts", "tsx"] as const) : (["ts"] as const)) {
    const result = transformAs(language, plain, options);
    if (result.errors.length === 0) return { code: result.code, maps: () => [JSON.stringify(result.map)] };
    errors.push(...result.errors.slice(0, 1));
  }
  // The attempt that got further understood the cell better.
  const [first, second] = errors.map(({ message, labels }) => {
    return new CellSyntaxError(message, source, utf16Offset(plain, labels[0]?.start ?? 0));
  });
  throw second && first && second.offset > first.offset ? second : first;
}

function transformAs(lang: "ts" | "tsx", source: string, { fileName, jsx }: TransformOptions) {
  const pragma = /@jsx\s/.test(source) && !/@jsxRuntime\s+automatic/.test(source);
  const result = transformSync(fileName, source, {
    lang,
    sourceType: "module",
    sourcemap: true,
    target: "es2022",
    // What an import is for is known only when later cells have used it.
    typescript: { onlyRemoveTypeImports: true },
    decorator: { legacy: true },
    jsx: { ...jsx, ...(pragma && { runtime: "classic" as const }) },
  });
  return { ...result, errors: result.errors.filter(({ severity }) => failing.has(severity)) };
}

const failing = new Set<string>(["Error"]);

/** oxc-transform counts bytes of UTF-8. */
function utf16Offset(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length;
}
