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
import remapping from "@jridgewell/remapping";
import MagicString from "magic-string";
import { parseSync } from "oxc-parser";
import { transformSync, type JsxOptions, type SourceMap } from "oxc-transform";
import type { TransformedCell } from "../contracts.js";
import { localiseLoops } from "./loops.js";
import { analyseNames, boundNames, type Names, type Node, type Reference } from "./names.js";
import { isReserved } from "./scope.js";
import { CellSyntaxError } from "./syntax-error.js";

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
  const program = parseSync("cell.js", stripped.code, { lang: "js", sourceType: "module" }).program as unknown as Node;
  const names = analyseNames(program);
  const cell = new CellRewriter(stripped.code, program, names, options.isShadowed ?? (() => false));
  const rewritten = cell.rewrite();
  let map: string | undefined;
  return {
    code: rewritten.toString(),
    // Most cells never throw, so nobody asks for their map.
    get map() {
      const outer = rewritten.generateMap({ hires: true, source: options.fileName }).toString();
      map ??= remapping([outer, stripped.map as never], () => null).toString();
      return map;
    },
  };
}

/** JavaScript and the map to `source`. */
function stripTypes(source: string, options: TransformOptions): { code: string; map: SourceMap } {
  // An object literal at the start of a cell is meant as a value, as in Node's REPL.
  if (/^\s*\{/.test(source) && !/;\s*$/.test(source)) {
    const asExpression = transformAs("ts", `(${source}\n)`, options);
    if (asExpression.map && asExpression.errors.length === 0) {
      return { code: asExpression.code, map: shiftFirstLine(asExpression.map) };
    }
  }
  const text = source.startsWith("#!") ? `//${source.slice(2)}` : source;
  const asTypeScript = transformAs("ts", text, options);
  if (asTypeScript.errors.length === 0) return asTypeScript;
  const asTsx = /<[\w>]/.test(text) ? transformAs("tsx", text, options) : asTypeScript;
  if (asTsx.errors.length === 0) return asTsx;
  const errors = [asTypeScript, asTsx].map((result) => firstError(result.errors, text));
  const furthest = errors.reduce((best, error) => (error.offset > best.offset ? error : best));
  throw new CellSyntaxError(furthest.message, source, furthest.offset);
}
