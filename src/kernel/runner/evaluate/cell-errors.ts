/** What a thrown value looks like in a notebook: name, message, and a traceback with the cell's code around. */
import { inspect, types } from "node:util";
import { boldRed, gray, red } from "../../colors.js";
import type { CellError } from "../../contracts.js";
import { shownLine } from "../../shown-line.js";
import { withoutInternalNames } from "../../transform/marks.js";
import { colorDepth } from "../output/color-support.js";
import { stackFrames, type Frame, type Position } from "./stack-frames.js";

/** Lines of code shown before and after the one that failed. */
const contextLines = 2;
/** Frames in cells that are shown with their code. */
const framesWithCode = 4;
/** Of a deep stack. */
const shownCalls = { first: 7, last: 3 };
/** Deeper chains of causes are cut. */
const deepestCause = 10;
const longestMessage = 20_000;

export function describeError(thrown: unknown): CellError {
  const { ename, evalue } = nameAndMessage(thrown);
  return { ename, evalue, traceback: tracebackLines(thrown, 0, new Set()) };
}

/** A traceback as one text, for errors that come after their cell has ended. */
export function errorText(thrown: unknown): string {
  return tracebackLines(thrown, 0, new Set()).join("\n");
}

function nameAndMessage(thrown: unknown): { ename: string; evalue: string } {
  if (!isError(thrown))
    return { ename: "Thrown value", evalue: cut(safely(() => inspect(thrown), "(unprintable)")) };
  const ename = textOf(() => thrown.name) || textOf(() => thrown.constructor.name) || "Error";
  const message = withoutInternalNames(textOf(() => thrown.message));
  return { ename, evalue: cut(message) };
}

/** @param outer the stack of the error that this one is a part or the cause of */
function tracebackLines(thrown: unknown, depth: number, seen: Set<unknown>, outer = ""): string[] {
  const { ename, evalue } = nameAndMessage(thrown);
  if (!isError(thrown)) {
    return [
      `${boldRed(ename)}: ${evalue}`,
      gray("Throw an Error instead of a plain value to see where it came from."),
    ];
  }
  seen.add(thrown);
  const code = safely(() => (thrown as NodeJS.ErrnoException).code, undefined);
  const label =
    typeof code === "string" && code !== "" && !ename.includes(code) ? `${ename} [${code}]` : ename;
  const lines = [boldRed(label) + (evalue === "" ? "" : `: ${evalue}`)];
  const frame = safely(() => (thrown as { codeFrame?: unknown }).codeFrame, undefined);
  if (thrown instanceof SyntaxError && typeof frame === "string") lines.push(...frame.split("\n"));
  const stack = textOf(() => thrown.stack);
  lines.push(...frameLines(stack, outer));
  const details = ownDetails(thrown);
  if (details) lines.push(details);
  if (depth < deepestCause) {
    for (const each of safely(() => subErrors(thrown), [])) {
      if (seen.has(each.error)) continue;
      const inner = tracebackLines(each.error, depth + 1, seen, stack);
      lines.push(`${each.label}: ${inner[0] ?? ""}`, ...inner.slice(1).map((line) => `  ${line}`));
    }
  }
  return lines;
}

function frameLines(stack: string, outer: string): string[] {
  const frames = stackFrames(stack);
  const shared = sharedEnd(frames, stackFrames(outer));
  const own = frames.slice(0, frames.length - shared);
  const hasOwnCode = frames.some((frame) => frame.position && !frame.package);
  let withCode = 0;
  const calls = own.flatMap((frame, index): string[][] => {
    const { text, position } = frame;
    if (frame.package && hasOwnCode) return packageLine(own, index);
    if (!position?.source || frame.package || withCode >= framesWithCode) return [[gray(text)]];
    withCode += 1;
    return [[text, ...codeAround(position)]];
  });
  const { first, last } = shownCalls;
  const left = calls.length - first - last;
  if (left > 1) calls.splice(first, left, [gray(`    … ${left} more calls`)]);
  if (shared > 0) calls.push([gray("    … and as above")]);
  return calls.flat();
}

/** How many frames two stacks have in common at their ends. */
function sharedEnd(frames: Frame[], others: Frame[]): number {
  const differs = frames.toReversed().findIndex(({ text }, index) => text !== others.at(-1 - index)?.text);
  return differs < 0 ? frames.length : differs;
}

/** One line for all frames of packages that follow each other, where the first of them stands. */
function packageLine(frames: Frame[], index: number): string[][] {
  if (frames[index - 1]?.package) return [];
  const end = frames.findIndex((frame, at) => at > index && !frame.package);
  const run = frames.slice(index, end < 0 ? undefined : end);
  const packages = [...new Set(run.map((frame) => frame.package))].join(", ");
  const called = run.length === 1 ? run[0]!.called : undefined;
  if (called) return [[gray(`    at ${called} (${packages})`)]];
  return [[gray(`    … ${run.length} call${run.length === 1 ? "" : "s"} in ${packages}`)]];
}

/** The failing line with an arrow, a caret under the column, and its neighbours. */
function codeAround(position: Position): string[] {
  const lines = (position.source as { code: string }).code.split("\n");
  if (position.line > lines.length) return [];
  const first = Math.max(1, position.line - contextLines);
  const last = Math.min(lines.length, position.line + contextLines);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const line = lines[number - 1] as string;
    const label = String(number).padStart(width);
    if (number !== position.line) {
      shown.push(gray(`      ${label} | ${shownLine(line).text}`));
      continue;
    }
    // The caret's line repeats tabs, so that it stands under its character whatever their width.
    const { text, column } = shownLine(line, position.column);
    const before = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
    shown.push(`    ${red(">")} ${label} | ${text}`, `      ${" ".repeat(width)} | ${before}${red("^")}`);
  }
  return shown;
}

const shownElsewhere = new Set(["stack", "message", "name", "cause", "errors", "code", "codeFrame"]);

/** Further properties that the error carries, as `path` and `syscall` of system errors. */
function ownDetails(error: Error): string | undefined {
  return safely(() => {
    const entries = Object.entries(error).filter(([key]) => !shownElsewhere.has(key));
    if (entries.length === 0) return undefined;
    return cut(
      inspect(Object.fromEntries(entries), { colors: colorDepth() > 1, depth: 2, maxArrayLength: 20 }),
    );
  }, undefined);
}

function subErrors(error: Error): { label: string; error: unknown }[] {
  const found: { label: string; error: unknown }[] = [];
  if (Array.isArray((error as AggregateError).errors)) {
    const errors = (error as AggregateError).errors as unknown[];
    errors
      .slice(0, 20)
      .forEach((each, index) => found.push({ label: `[${index + 1} of ${errors.length}]`, error: each }));
  }
  if ("cause" in error && error.cause !== undefined) found.push({ label: "Caused by", error: error.cause });
  return found;
}

function isError(value: unknown): value is Error {
  // Whose code could do anything.
  if (types.isProxy(value)) return false;
  // Errors of other contexts (`vm`, jsdom) are not instances of this one's Error.
  return safely(
    () => value instanceof Error || Object.prototype.toString.call(value) === "[object Error]",
    false,
  );
}

/** Reading an error can run the user's own getters; one that throws must not hide the error. */
function safely<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** A property that is a text by its type, but any value can be thrown. */
function textOf(read: () => unknown): string {
  const value = safely(read, "");
  return typeof value === "string" ? value : safely(() => inspect(value), "");
}

function cut(text: string): string {
  if (text.length <= longestMessage) return text;
  return `${text.slice(0, longestMessage)}… (${text.length - longestMessage} more characters)`;
}
