/**
 * Stacks of errors in terms of what the user wrote: positions in cells go through the cell's source map, and
 * frames of Node and of the kernel are left out. It serves `error.stack` and with it everything that prints errors.
 */
import { SourceMap, type SourceMapPayload } from "node:module";
import { types } from "node:util";
import { parseJson, withOwnJson } from "../../intrinsics.js";
import { withoutInternalNames } from "../../transform/marks.js";

export interface CellSource {
  /** As tracebacks name it, `cell [3]`. */
  name: string;
  code: string;
}

interface KnownSource extends CellSource {
  /** The source map, made when somebody needs it; undefined if the code runs as it was written. */
  loadMap: () => string | undefined;
  map?: SourceMap | undefined;
}

const sources = new Map<string, KnownSource>();
let findSource: (fileName: string) => KnownSource | undefined = () => undefined;

/** Sets how sources are found that are not cells. */
export function setSourceFinder(finder: typeof findSource): void {
  findSource = finder;
}

/** Sources of so many cells are kept for tracebacks; older ones are shown without their code. */
const keptCells = 2000;

/** Makes a script known. `fileName` is what the script is called in stacks. */
export function registerSource(
  fileName: string,
  source: CellSource,
  loadMap: () => string | undefined,
): void {
  sources.delete(fileName);
  sources.set(fileName, { ...source, loadMap });
  if (sources.size > keptCells) sources.delete(sources.keys().next().value as string);
}

export interface Position {
  /** Of the file or cell, as shown. */
  name: string;
  line: number;
  column: number;
  /** The code, if the position lies in a cell. */
  source?: CellSource;
}

/** The position in what the user wrote. */
export function originalPosition(fileName: string, line: number, column: number): Position {
  const source = sources.get(fileName) ?? findAndKeep(fileName);
  if (!source) return { name: fileName, line, column };
  source.map ??= toSourceMap(withOwnJson(source.loadMap));
  const entry = source.map?.findEntry(line - 1, column - 1);
  if (!entry || !("originalLine" in entry)) return { name: source.name, line, column, source };
  return { name: source.name, line: entry.originalLine + 1, column: entry.originalColumn + 1, source };
}

function findAndKeep(fileName: string): KnownSource | undefined {
  const found = findSource(fileName);
  if (found) registerSource(fileName, found, found.loadMap);
  return found;
}

function toSourceMap(text: string | undefined): SourceMap | undefined {
  return text === undefined ? undefined : new SourceMap(parseJson(text) as SourceMapPayload);
}

const kernelFolder = new URL("../..", import.meta.url);
const manabiFolder = new URL("../../..", import.meta.url);

/** Whether a file, by its path or URL, lies in a folder. */
const isIn = (folder: URL, fileName: string): boolean =>
  fileName.startsWith(folder.href) || fileName.startsWith(folder.pathname);

function isInternal(fileName: string | null | undefined): boolean {
  return fileName == null || fileName.startsWith("node:") || isIn(kernelFolder, fileName);
}

/** The package that a file belongs to; undefined for the user's own files. */
function packageOf(fileName: string): string | undefined {
  if (isIn(manabiFolder, fileName)) return "manabi";
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(fileName)?.[1];
}

/** The type of a call site lacks its own `toString`, which makes the text that stacks show. */
type CallSite = NodeJS.CallSite & { toString(): string };

/** One line of a stack, or undefined for a frame that is not the user's. */
function formatCallSite(site: CallSite): string | undefined {
  // A script without a file may have a URL of its own.
  const fileName = site.getFileName() || site.getScriptNameOrSourceURL?.();
  if (isInternal(fileName))
    return fileName == null && site.isNative() ? `    at ${site.toString()}` : undefined;
  const text = site.toString();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (fileName == null || line == null || column == null) return `    at ${text}`;
  const position = originalPosition(fileName, line, column);
  if (!position.source && position.name === fileName) return `    at ${text}`;
  const place = `${position.name}:${position.line}:${position.column}`;
  // The text of a frame outside any function is the place alone, as is ours for the cell's own function.
  const called = text.endsWith(")") ? text.slice(0, text.lastIndexOf(` (${fileName}:`)) : "";
  return called === "" ? `    at ${place}` : `    at ${called} (${place})`;
}

/** V8's 10 frames may all be a library's, and leave out the line of the cell that called or awaits it. */
const deepestStack = 100;

/** Installs the formatting for all errors of this process. */
export function installStackFormatting(): void {
  setStacks(ourStacks);
}

function formatStack(error: Error, sites: CallSite[]): string {
  const lines = sites.map(formatCallSite).filter((line) => line !== undefined);
  return [errorHeader(error), ...lines].join("\n");
}

/** What there was before. User code may have frozen `Error`: then it stays. */
function setStacks(settings: StackSettings): StackSettings {
  const { stackTraceLimit, prepareStackTrace } = Error as StackSettings;
  for (const [name, value] of Object.entries(settings)) Reflect.set(Error, name, value);
  return { stackTraceLimit, prepareStackTrace };
}

interface StackSettings {
  stackTraceLimit: number;
  prepareStackTrace?: ((this: void, error: Error, sites: CallSite[]) => unknown) | undefined;
}

const ourStacks: StackSettings = { stackTraceLimit: deepestStack, prepareStackTrace: formatStack };

function errorHeader(error: unknown): string {
  try {
    return withoutInternalNames(Error.prototype.toString.call(error));
  } catch {
    // A message or name that cannot be read must not hide the error.
    return "Error";
  }
}

const framePattern = /^ {4}at (?:(.*) \()?(.*?):(\d+):(\d+)\)?$/;

/** The frames of an error's stack as text; empty if it has none. */
export function stackLines(error: unknown): string {
  const stack = textOfStack(error);
  return stack.slice(stack.search(/^ {4}at /m) >>> 0);
}

function textOfStack(error: unknown): string {
  try {
    return types.isNativeError(error) ? String(error.stack) : "";
  } catch {
    // What an error looks like is in the user's hands.
    return "";
  }
}

/** The frames of the calling code, whatever it has made of `Error`. */
export function currentStack(): string {
  const before = setStacks(ourStacks);
  try {
    return stackLines(new Error());
  } finally {
    setStacks(before);
  }
}

/**
 * The code that has called `method`, a function that is running: the name of its file, or `cell`. Nothing must end this
 * in the middle.
 */
export function callerOf(method: (...parameters: never[]) => unknown): string | undefined {
  let file: string | null | undefined;
  const prepareStackTrace = (_: Error, [site]: CallSite[]): void => void (file = site?.getFileName());
  const before = setStacks({ stackTraceLimit: 1, prepareStackTrace });
  const traced: { stack?: unknown } = {};
  Error.captureStackTrace(traced, method);
  // Makes it.
  void traced.stack;
  setStacks(before);
  if (typeof file !== "string") return undefined;
  return sources.get(file)?.name.startsWith("cell [") ? "cell" : file;
}

export interface Frame {
  text: string;
  /** The called function, if it has a name. */
  called?: string | undefined;
  position?: Position;
  /** The package that the frame belongs to, if it is not the user's own code. */
  package?: string | undefined;
}

/** The part of a stack text after the message: its frames, already in terms of the user's sources. */
export function stackFrames(stack: string): Frame[] {
  const lines = stack.split("\n");
  const first = lines.findIndex((line) => line.startsWith("    at "));
  if (first < 0) return [];
  return lines.slice(first).flatMap((text): Frame[] => {
    const match = framePattern.exec(text);
    if (!match) return [{ text }];
    const [, called, name, line, column] = match as unknown as [string, string, string, string, string];
    // Errors of Node's loader are made in a thread of its own, which leaves out none.
    if (isInternal(name)) return [];
    const source = [...sources.values()].findLast((each) => each.name === name);
    return [
      {
        text,
        called,
        position: { name, line: Number(line), column: Number(column), ...(source && { source }) },
        package: packageOf(name),
      },
    ];
  });
}
