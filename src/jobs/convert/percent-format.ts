import { parse, stringify } from "yaml";
import type { JsonObject } from "../../kernel/contracts.js";
import { JobError } from "../job-error.js";
import type { Notebook, NotebookCell } from "../notebook.js";
import { isMarker, readMarker, writeMarker } from "./percent-marker.js";

/** Where a cell's id and pictures stand among its metadata; for jupytext they are metadata like others. */
const idKey = "manabi_id";
const attachmentsKey = "manabi_attachments";
/** Python's YAML is of this version: there `no` is a flag, and must be quoted. */
const yaml = { version: "1.1", lineWidth: 0 } as const;

/** A line that is, or was before it was commented, a magic; jupytext comments the same. */
const magic = /^\s*(?:\/\/ ?)*%{1,3}[a-zA-Z]/;
const commented = /^(\s*)\/\/ ?(.*)$/s;

/**
 * A notebook as TypeScript in the percent format, which jupytext, VS Code and Spyder know: cells begin with `// %%`, prose and
 * magics are comments. All but outputs is in it: metadata, ids, attachments.
 */
export function toPercent(notebook: Notebook): string {
  const { cells, metadata, nbformat_minor: minor } = notebook;
  const { jupytext, ...own } = metadata;
  const header = {
    jupyter: {
      jupytext: {
        ...(jupytext as JsonObject | undefined),
        text_representation: { extension: ".ts", format_name: "percent", format_version: "1.3" },
      },
      ...own,
      ...(minor !== 5 && { nbformat_minor: minor }),
    },
  };
  const head = ["---", ...stringify(header, yaml).trimEnd().split("\n"), "---"].map(comment);
  const parts = [
    head,
    ...cells.map((cell) => [writeMarker(markedOf(cell)), ...linesOf(cell).map(escaperOf(cell))]),
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

const comment = (line: string): string => (line === "" ? "//" : `// ${line}`);

const linesOf = ({ source }: NotebookCell): string[] => (source === "" ? [] : source.split("\n"));

function markedOf({ cell_type: type, id, metadata, attachments }: NotebookCell) {
  const more = {
    ...(id !== undefined && { [idKey]: id }),
    ...(attachments && { [attachmentsKey]: attachments }),
  };
  return { type, metadata: { ...metadata, ...more } };
}

/** How a line of a cell is written so that it begins no cell, and magics and prose are comments. */
const escaperOf = ({ cell_type: type }: NotebookCell) =>
  type === "code"
    ? (line: string): string => (magic.test(line) || isMarked(line, 1) ? line.replace(/^\s*/, "$&// ") : line)
    : (line: string): string => comment(isMarked(`// ${line}`, 1) ? `// ${line}` : line);

/** Whether a line is a marker behind so many `//` or more, of which the marker's own is one. */
function isMarked(line: string, comments: number): boolean {
  for (let rest = line, count = 1; ; count += 1) {
    if (count >= comments && isMarker(rest)) return true;
    const inner = commented.exec(rest);
    if (!inner) return false;
    rest = inner[1]! + inner[2]!;
  }
}

/**
 * The notebook in a text of the percent format.
 * @throws JobError if its header is not YAML
 */
export function fromPercent(text: string, name: string): Notebook {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/.test(text) && !/[^\r]\n/.test(text) ? "\r\n" : "\n");
  if (lines.at(-1) === "") lines.pop();
  const { metadata, minor, rest } = readHeader(lines, name);
  const cells: NotebookCell[] = [];
  let start = rest;
  // What stands before the first marker is code, too.
  while (start < lines.length && lines[start]!.trim() === "" && !isMarker(lines[start]!)) start += 1;
  for (let at = start; at < lines.length;) {
    const marked = readMarker(lines[at]!);
    let end = marked ? at + 1 : at;
    while (end < lines.length && !isMarker(lines[end]!)) end += 1;
    const body = lines.slice(marked ? at + 1 : at, end);
    if (end < lines.length && body.at(-1) === "") body.pop();
    cells.push(readCell(marked ?? { type: "code", metadata: {} }, body));
    at = end;
  }
  return { cells, metadata, nbformat: 4, nbformat_minor: minor };
}

function readCell(
  { type, metadata }: { type: NotebookCell["cell_type"]; metadata: JsonObject },
  body: string[],
): NotebookCell {
  const { [idKey]: id, [attachmentsKey]: attachments, ...own } = metadata;
  const read = type === "code" ? codeLine : proseLine;
  return {
    cell_type: type,
    ...(typeof id === "string" && { id }),
    metadata: own,
    source: body.map(read).join("\n"),
    ...(attachments !== undefined && { attachments: attachments as Record<string, JsonObject> }),
    ...(type === "code" && { outputs: [], execution_count: null }),
  };
}

/** Takes away one `//` of those that `toPercent` has put before a line. */
const codeLine = (line: string): string =>
  (magic.test(line) && /^\s*\/\//.test(line)) || isMarked(line, 2)
    ? line.replace(/^(\s*)\/\/ ?/, "$1")
    : line;

function proseLine(line: string): string {
  const inner = line === "//" ? "" : line.replace(/^\/\/ /, "");
  return isMarked(inner, 1) && isMarked(`// ${inner}`, 2) ? inner.replace(/^\/\/ /, "") : inner;
}

function readHeader(
  lines: string[],
  name: string,
): { metadata: Notebook["metadata"]; minor: number; rest: number } {
  // jupytext writes the encoding before it, where there are characters beyond ASCII.
  const start = lines.findIndex((line) => !/^(#!|\/\/ -\*-)/.test(line));
  const end = lines.indexOf("// ---", start + 1);
  if (lines[start] !== "// ---" || end < 0) return { metadata: {}, minor: 5, rest: Math.max(start, 0) };
  const text = lines
    .slice(start + 1, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n");
  let header: unknown;
  try {
    header = parse(text, yaml);
  } catch (error) {
    throw new JobError(`The header of ${name} is not YAML: ${(error as Error).message}`);
  }
  const { jupyter } = (header ?? {}) as { jupyter?: Notebook["metadata"] & { nbformat_minor?: number } };
  if (typeof jupyter !== "object" || jupyter === null) return { metadata: {}, minor: 5, rest: end + 1 };
  const { nbformat_minor: minor = 5, ...metadata } = jupyter;
  const { text_representation: _, ...jupytext } = (metadata["jupytext"] ?? {}) as JsonObject;
  delete metadata["jupytext"];
  if (Object.keys(jupytext).length > 0) metadata["jupytext"] = jupytext;
  return { metadata, minor, rest: end + 1 };
}
