/**
 * Turns a TypeScript (or TSX) cell into JavaScript. Pure: the same source and options give the same code.
 *
 * The code is one expression, an async function for `new vm.Script(code).runInThisContext()`:
 *
 *     (async function (__cell, require, __filename, __dirname) { "use strict"; … })
 *
 * - `__cell` is a `CellContext`, anew for each cell. Cells import through
 *   `__cell.load(specifier, { with })`, so the runner decides how modules are found and reloaded.
 * - It resolves to `{ value }` if the cell ends with an expression (a semicolon after it changes nothing),
 *   else to undefined. The value is wrapped so that a promise or another thenable is not awaited.
 * - Declarations of the top level become assignments to properties of `globalThis` (see `scope.ts` for why),
 *   functions and imports first. References stay as they are, except for reserved names.
 * - Magics become calls of `__cell.magic(name, argument, body)`; see `magics.ts`.
 * - Loops that only calculate run on local copies of the names they use (see `loops.ts`).
 */
import { createRequire } from "node:module";
import type Remapping from "@jridgewell/remapping";
import { MagicString } from "magic-string";
import { parseSync } from "oxc-parser";
import type { OxcError } from "oxc-transform";
import type { TransformedCell } from "../contracts.js";
import { magics } from "../magics/index.js";
import type { CompilerSettings } from "./compiler-settings.js";
import { toJavaScript, type JavaScript } from "./javascript.js";
import { findLargeLiterals, standIn, type LargeLiteral } from "./large-literals.js";
import { findMagics, unknownMagic, type CellMagic, type CellMagics, type LineMagic } from "./magic-syntax.js";
import { checkNesting } from "./nesting.js";
import { rewriteProgram } from "./rewrite.js";
import type { EarlierNames } from "./scope.js";
import { CellSyntaxError } from "./syntax-error.js";

const loadRemapping = (): typeof Remapping =>
  createRequire(import.meta.url)("@jridgewell/remapping") as typeof Remapping;

export interface TransformOptions {
  /** Name of the cell in the source map. */
  fileName: string;
  /** What earlier cells have declared: the notebook's `NotebookScope`. Default: nothing. */
  earlier?: EarlierNames;
  /**
   * How JSX is compiled if the cell does not say it by a pragma, and decorators; see `readCompilerSettings`.
   * Default: React's automatic runtime, and standard decorators.
   */
  settings?: () => CompilerSettings;
}

/**
 * @throws {CellSyntaxError} if the source is neither TypeScript nor TSX.
 * @example
 * const scope = new NotebookScope();
 * const { code } = transformCell("const answer: number = 42; answer", { fileName: "cell-1.ts" });
 * const run = new vm.Script(code).runInThisContext();
 * await run(new CellContext(scope, modules), require); // { value: 42 }
 */
export function transformCell(source: string, options: TransformOptions): TransformedCell {
  checkNesting(source);
  const found = findMagics(source);
  const isText = found.cell && magics[found.cell.name]?.argument !== "code";
  const literals = isText || found.lines.length > 0 ? [] : findLargeLiterals(source);
  return transform(source, found, literals, options) ?? transform(source, found, [], options)!;
}

/** Undefined if not all of the literals were found to be values. */
function transform(
  source: string,
  found: CellMagics,
  literals: LargeLiteral[],
  options: TransformOptions,
): TransformedCell | undefined {
  const stripped = stripTypes(source, found, literals, options);
  const { program } = parseSync("cell.js", stripped.code, {
    lang: "js",
    sourceType: "module",
    preserveParens: false,
  });
  const literalTexts = new Map(literals.map(({ name, start, end }) => [name, source.slice(start, end)]));
  const rewritten = rewriteProgram(stripped.code, program, {
    earlier: options.earlier ?? nothing,
    literals: literalTexts,
    ...(found.cell && magics[found.cell.name]?.argument === "code" && { magic: found.cell }),
  });
  if (!rewritten) return undefined;
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

const nothing: EarlierNames = { isShadowed: () => false, isConstant: () => false };

interface Stripped {
  code: string;
  /** From `code` to the cell's source, last step first. */
  maps: () => string[];
}

function stripTypes(
  source: string,
  { cell, lines, questions }: CellMagics,
  literals: LargeLiteral[],
  options: TransformOptions,
): Stripped {
  const isEdited =
    source.startsWith("#!") ||
    cell !== undefined ||
    lines.length > 0 ||
    questions.length > 0 ||
    literals.length > 0;
  const text = isEdited ? edit() : undefined;
  const edits = (): string[] =>
    text ? [text.generateMap({ hires: true, source: options.fileName }).toString()] : [];

  // A cell that starts as an object literal means that value, as in Node's REPL, if it can.
  if (/^\s*\{/.test(source) && !/;\s*$/.test(source)) {
    const parenthesised = (text?.clone() ?? new MagicString(source)).prepend("(").append("\n)");
    const { code, maps, errors } = transformAs("ts", parenthesised.toString(), options);
    const outer = (): string =>
      parenthesised.generateMap({ hires: true, source: options.fileName }).toString();
    if (errors.length === 0) return { code, maps: () => [...maps(), outer()] };
  }
  const plain = text?.toString() ?? source;
  const errors: OxcError[] = [];
  for (const language of /<[\w>]/.test(plain) ? (["ts", "tsx"] as const) : (["ts"] as const)) {
    const { code, maps, errors: found } = transformAs(language, plain, options);
    if (found.length === 0) return { code, maps: () => [...maps(), ...edits()] };
    errors.push(...found.slice(0, 1));
  }
  // The attempt that got further understood the cell better.
  const [first, second] = errors.map(({ message, labels }) => {
    const offset = samePlace(plain, utf16Offset(plain, labels[0]?.start ?? 0), source);
    return new CellSyntaxError(unknownMagic(source, offset) ?? message, source, offset);
  });
  throw second && first && second.offset > first.offset ? second : first;

  function edit(): MagicString {
    const edited = new MagicString(source);
    if (source.startsWith("#!")) edited.update(0, 2, "//");
    if (cell) callCellMagic(edited, cell);
    for (const line of lines) callLineMagic(edited, line);
    for (const { text: about, start, end } of questions)
      edited.update(start, end, `await __cell.magic("?", ${JSON.stringify(about)});`);
    for (const literal of literals)
      edited.update(literal.start, literal.end, standIn(source, literal, literal.name));
    return edited;
  }
}

function callCellMagic(text: MagicString, { name, argument, bodyStart }: CellMagic): void {
  const source = text.original;
  // Code is wrapped when it has been rewritten.
  if (magics[name]?.argument === "code") text.remove(0, bodyStart - (source[bodyStart - 1] === "\n" ? 1 : 0));
  else {
    const body = JSON.stringify(source.slice(bodyStart));
    text.update(
      0,
      source.length,
      `await __cell.magic(${JSON.stringify(name)}, ${JSON.stringify(argument)}, ${body});`,
    );
  }
}

function callLineMagic(text: MagicString, { name, argument, start, end, argumentStart }: LineMagic): void {
  const call = `await __cell.magic(${JSON.stringify(name)}, `;
  if (magics[name]?.argument !== "code") {
    text.update(start, end, `${call}${JSON.stringify(argument)});`);
    return;
  }
  const [declaration = ""] = /^(?:const|let|var)\s[^=]*=\s*/.exec(argument) ?? [];
  const code = argument.slice(declaration.length).replace(/;\s*$/, "");
  const codeStart = argumentStart + declaration.length;
  const isStatement = /^(?:(?:for|while|do|if|switch|try|throw)\b|\{)/.test(code);
  const async = /\bawait\b/.test(code) ? "async " : "";
  const [open, close] = isStatement ? ["{", "}"] : ["(", ")"];
  text.update(start, argumentStart, declaration ? " " : `${call}${async}() => ${open}`);
  if (declaration) text.appendLeft(codeStart, `${call}${async}() => ${open}`);
  const codeEnd = codeStart + code.length;
  text.appendLeft(codeEnd, `${close});`);
  if (codeEnd < end) text.remove(codeEnd, end);
}

/** The offset in `to` that has the line and, unless that is shorter, the column of an offset in `from`. */
function samePlace(from: string, offset: number, to: string): number {
  if (from.length === to.length) return offset;
  const before = from.slice(0, offset).split("\n");
  const lines = to.split("\n");
  const column = Math.min((before.at(-1) ?? "").length, (lines[before.length - 1] ?? "").length);
  return lines.slice(0, before.length - 1).reduce((sum, line) => sum + line.length + 1, column);
}

function transformAs(
  language: "ts" | "tsx",
  source: string,
  { fileName, settings }: TransformOptions,
): JavaScript {
  const pragma = /@jsx\s/.test(source) && !/@jsxRuntime\s+automatic/.test(source);
  // Read from disk, so only for cells to which it matters.
  const { jsx, decorator } = (language === "tsx" || source.includes("@") ? settings?.() : undefined) ?? {};
  return toJavaScript(source, {
    fileName,
    language,
    // What an import is for is known only when later cells have used it.
    keepImports: true,
    ...(decorator && { decorator }),
    jsx: { ...(language === "tsx" && jsx), ...(pragma && { runtime: "classic" as const }) },
  });
}

/** oxc-transform counts bytes of UTF-8. */
function utf16Offset(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length;
}
