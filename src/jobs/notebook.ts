import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../kernel/contracts.js";
import { JobError } from "./job-error.js";

/** An output as notebook files have it: https://nbformat.readthedocs.io/en/latest/format_description.html */
export type Output = JsonObject & { output_type: string };

export interface NotebookCell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  metadata: JsonObject & { tags?: string[] };
  /** The whole text: files may have it line by line. */
  source: string;
  attachments?: Record<string, JsonObject>;
  /** Of code cells only, as the next. */
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  cells: NotebookCell[];
  metadata: JsonObject & {
    kernelspec?: { name?: string; display_name?: string; language?: string };
    language_info?: JsonObject & { name?: string };
  };
  nbformat: number;
  nbformat_minor: number;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text, or a list of its lines. */
const joined = (value: unknown): unknown =>
  Array.isArray(value) && value.every((line) => typeof line === "string") ? value.join("") : value;

/**
 * The notebook in a file.
 * @throws JobError if there is none, or it is not one of version 4
 */
export function readNotebook(file: string): Notebook {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new JobError(
        `There is no notebook ${path.basename(file)} in ${path.dirname(path.resolve(file))}.`,
      );
    if (code === "EISDIR") throw new JobError(`${file} is a folder; a notebook (.ipynb) was expected.`);
    throw new JobError(`${file} cannot be read: ${message}`);
  }
  return parseNotebook(text, file);
}

/**
 * The notebook in the text of a file; `name` is what errors call it.
 * @throws JobError if it is not one of version 4
 */
export function parseNotebook(text: string, name: string): Notebook {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new JobError(`${name} is no notebook: it is not JSON (${(error as Error).message}).`);
  }
  if (!isObject(value) || !Array.isArray(value["cells"])) {
    const isOld = isObject(value) && Array.isArray(value["worksheets"]);
    throw new JobError(
      isOld
        ? `${name} is a notebook of version 3. JupyterLab saves it as version 4, which is what runs here.`
        : `${name} is no notebook: it has no list of cells.`,
    );
  }
  const { nbformat = 4, nbformat_minor: minor = 5, metadata = {} } = value;
  return {
    ...value,
    nbformat: Number(nbformat),
    nbformat_minor: Number(minor),
    metadata: isObject(metadata) ? metadata : {},
    cells: value["cells"].map((cell: unknown, i) => readCell(cell, `${name}, cell ${i + 1}`)),
  };
}

function readCell(cell: unknown, name: string): NotebookCell {
  const type = isObject(cell) ? cell["cell_type"] : undefined;
  if (!isObject(cell) || (type !== "code" && type !== "markdown" && type !== "raw"))
    throw new JobError(
      `${name} is none: its cell_type is ${JSON.stringify(type)}, not code, markdown or raw.`,
    );
  const source = joined(cell["source"] ?? "");
  if (typeof source !== "string") throw new JobError(`${name} has no source that is text.`);
  const metadata = isObject(cell["metadata"]) ? cell["metadata"] : {};
  const read = { ...cell, cell_type: type, metadata, source } as NotebookCell;
  if (type !== "code") return read;
  const outputs = Array.isArray(cell["outputs"]) ? cell["outputs"].filter(isObject) : [];
  return { ...read, outputs: outputs.map(joinOutput) };
}

function joinOutput(output: JsonObject): Output {
  const read = { ...output, output_type: String(output["output_type"]) } as Output;
  if ("text" in read) read["text"] = joined(read["text"]);
  if (isObject(read["data"]))
    read["data"] = Object.fromEntries(
      Object.entries(read["data"]).map(([type, value]) => [type, isJson(type) ? value : joined(value)]),
    );
  return read;
}

const isJson = (type: string): boolean => type === "application/json" || type.endsWith("+json");

/** The text of a notebook's file, laid out as Jupyter does it: keys in order, texts line by line. */
export function notebookText(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: linesOf(cell.source),
    ...(cell.outputs && { outputs: cell.outputs.map(splitOutput) }),
  }));
  return `${JSON.stringify(sorted({ ...notebook, cells }), undefined, 1)}\n`;
}

const linesOf = (text: string): string[] => text.split(/(?<=\n)/).filter((line) => line !== "");

function splitOutput(output: Output): Output {
  const split = { ...output };
  if (typeof split["text"] === "string") split["text"] = linesOf(split["text"]);
  if (isObject(split["data"]))
    split["data"] = Object.fromEntries(
      Object.entries(split["data"]).map(([type, value]) => [
        type,
        typeof value === "string" && !isJson(type) ? linesOf(value) : value,
      ]),
    );
  return split;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

/** A cell that is not in the file yet; its id as nbformat makes them. */
export const newCell = (source: string, metadata: NotebookCell["metadata"] = {}): NotebookCell => ({
  cell_type: "code",
  id: randomUUID().slice(0, 8),
  metadata,
  source,
  outputs: [],
  execution_count: null,
});

export const hasTag = ({ metadata: { tags } }: NotebookCell, tag: string): boolean =>
  Array.isArray(tags) && tags.includes(tag);
