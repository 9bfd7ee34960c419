import type { JsonObject } from "../../kernel/contracts.js";
import type { NotebookCell } from "../notebook.js";

/** What begins a cell in the percent format. */
const marker = /^\s*\/\/\s*(?:%%(%*)(?:\s(.*))?|<codecell>\s*|In\[[0-9 ]*\]:?\s*)$/;

/** What a cell's marker says of it. */
export interface Marked {
  type: NotebookCell["cell_type"];
  metadata: JsonObject;
}

export const isMarker = (line: string): boolean => marker.test(line);

/** jupytext's: `// %% title [markdown] key="value" other=[1]`. @returns undefined for a line that begins no cell */
export function readMarker(line: string): Marked | undefined {
  const found = marker.exec(line);
  if (!found) return undefined;
  const depth = found[1]?.length ?? 0;
  const text = (found[2] ?? "").trim();
  const [, before = "", name, after] = /^([^={]*?)\[(markdown|md|raw|code)\](.*)$/i.exec(text) ?? [];
  const type = name === undefined || /code/i.test(name) ? "code" : /raw/i.test(name) ? "raw" : "markdown";
  const rest = name === undefined ? text : (after ?? "").trim();
  const start = rest.search(/(^|\s)(\{|[\w.@/-]+=)/);
  const title = (name === undefined ? (start < 0 ? rest : rest.slice(0, start)) : before).trim();
  const metadata = start < 0 ? {} : readMetadata(rest.slice(start).trim());
  return {
    type,
    metadata: { ...(title && { title }), ...(depth > 0 && { cell_depth: depth }), ...metadata },
  };
}

const key = /^([\w.@/-]+)=/;

/** `a=1 b=["x y"]`, or one JSON object. What is neither, is kept as text. */
function readMetadata(text: string): JsonObject {
  if (text.startsWith("{")) {
    const object = jsonOf(text);
    return typeof object === "object" && object !== null
      ? (object as JsonObject)
      : { incorrectly_encoded_metadata: text };
  }
  const metadata: JsonObject = {};
  let rest = text;
  while (rest !== "") {
    const name = key.exec(rest)?.[1];
    const from = name === undefined ? 0 : name.length + 1;
    const end = name === undefined ? undefined : valueEnd(rest, from);
    if (name === undefined || end === undefined) return { ...metadata, incorrectly_encoded_metadata: rest };
    metadata[name] = jsonOf(rest.slice(from, end));
    rest = rest.slice(end).trim();
  }
  return metadata;
}

/** The end of the JSON that begins at `from`: the first blank, or the end, before which it is whole. */
function valueEnd(text: string, from: number): number | undefined {
  for (let end = from + 1; end <= text.length; end += 1)
    if ((end === text.length || /\s/.test(text[end]!)) && jsonOf(text.slice(from, end)) !== undefined)
      return end;
  return undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** The inverse of `readMarker`. */
export function writeMarker({ type, metadata }: Marked): string {
  const names = Object.keys(metadata);
  const text = names.every((name) => /^[\w.@/-]+$/.test(name))
    ? names.map((name) => `${name}=${JSON.stringify(metadata[name])}`).join(" ")
    : JSON.stringify(metadata);
  return ["// %%", ...(type === "code" ? [] : [`[${type}]`]), ...(text === "" ? [] : [text])].join(" ");
}
