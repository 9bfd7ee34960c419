import { JsonCursor, type JsonType } from "../json/cursor.js";
import { isBase64, RowReader, TensorReader } from "../json/tensor-reader.js";
import { TensorWriter } from "../json/tensor-writer.js";
import { invalid } from "../status.js";
import type { Signature, Tensor, TensorInfo } from "../tensors.js";

/** Whether a request gives its samples one by one, or each input as a whole; the answer is in the same form. */
export type Format = "row" | "columnar";

export interface PredictRequest {
  format: Format;
  inputs: Record<string, Tensor>;
}

/** What a model takes. `pictures`: for its only input also the bytes of pictures, which are read as texts. */
type Expected = Pick<Signature, "inputs"> & { pictures: boolean };

/** Where each top-level value begins, of a request whose body is an object. */
export function topLevel(cursor: JsonCursor): Map<string, number> {
  const places = new Map<string, number>();
  if (cursor.type() !== "Object") throw formatError(cursor, 0, "Is not object");
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const key = cursor.key();
    cursor.type();
    if (!places.has(key)) places.set(key, cursor.at);
    cursor.skip();
  }
  return places;
}

const formatError = (cursor: JsonCursor, at: number, what: string): Error =>
  invalid(`JSON Value: ${cursor.excerpt(at)} ${what}`);

/** The `signature_name` of a request; `undefined` if it has none. */
export function signatureNameOf(body: Buffer): string | undefined {
  // Most requests have none, and to look for the text takes next to nothing.
  if (!body.includes('"signature_name"') && !body.includes("\\u")) return undefined;
  const cursor = new JsonCursor(body);
  const at = topLevel(cursor).get("signature_name");
  if (at === undefined) return undefined;
  cursor.at = at;
  if (cursor.type() !== "String")
    throw formatError(cursor, 0, "not formatted correctly. 'signature_name' key must be a string value.");
  return cursor.string() || undefined;
}

/**
 * Reads the body of `:predict`.
 *
 * @throws ServingError in TensorFlow Serving's words
 */
export function readPredict(body: Buffer, expected: Expected): PredictRequest {
  const cursor = new JsonCursor(body);
  if (cursor.type() !== "Object") throw formatError(cursor, cursor.at, "Is not object");
  let request: PredictRequest | undefined;
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const key = cursor.key();
    const type = cursor.type();
    if (key !== "instances" && key !== "inputs") cursor.skip();
    else if (request)
      throw formatError(
        cursor,
        0,
        "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ",
      );
    else if (key === "instances") request = { format: "row", inputs: readInstances(cursor, type, expected) };
    else request = { format: "columnar", inputs: readInputs(cursor, type, expected) };
  }
  if (!request) throw invalid("Missing 'inputs' or 'instances' key");
  return request;
}

function readInstances(
  cursor: JsonCursor,
  type: JsonType,
  { inputs, pictures }: Expected,
): Record<string, Tensor> {
  if (type !== "Array") throw formatError(cursor, 0, "Expecting 'instances' to be an list/array");
  if (!cursor.open()) throw formatError(cursor, 0, "No values in 'instances' array");
  const names = Object.keys(inputs).toSorted();
  if (cursor.type() !== "Object" && names.length > 1)
    throw invalid(
      "instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map",
    );
  const isObject = (): boolean => cursor.type() === "Object" && !isBase64(cursor);
  const areObjects = isObject();
  const arePictures = pictures && beginsWithBytes(cursor);
  const readers = new Map(
    names.map((name) => {
      const { dtype, shape } = inputs[name]!;
      return [name, new RowReader(cursor, arePictures ? "string" : dtype, shape)];
    }),
  );
  const only = readers.get(names[0]!)!;
  let item = 0;
  do {
    if (areObjects) {
      if (!isObject()) throw invalid(`Expecting object but got list at item ${item} of input list`);
      readNamedRow(cursor, readers, item);
    } else {
      if (isObject()) throw invalid(`Expecting value/list but got object at item ${item} of input list`);
      naming(`Failed to process element: ${item} of 'instances' list.`, () => only.readRow());
    }
    item++;
  } while (cursor.next(true));
  return Object.fromEntries([...readers].map(([name, reader]) => [name, reader.tensor()]));
}

/** Whether the first value of what comes next, in lists or as a member, is `{"b64": ...}`. */
function beginsWithBytes(cursor: JsonCursor): boolean {
  const start = cursor.at;
  try {
    for (;;) {
      const type = cursor.type();
      if (type !== "Array" && type !== "Object") return false;
      if (type === "Object" && isBase64(cursor)) return true;
      if (!cursor.open()) return false;
      if (type === "Object") cursor.key();
    }
  } finally {
    cursor.at = start;
  }
}

function readNamedRow(cursor: JsonCursor, readers: Map<string, RowReader>, item: number): void {
  const start = cursor.at;
  const seen = new Set<string>();
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const name = cursor.key();
    const reader = readers.get(name);
    naming(`Failed to process element: ${item} key: ${name} of 'instances' list.`, () => {
      if (!reader) throw invalid(`JSON object: does not have named input: ${name}`);
      if (seen.has(name)) throw invalid(`JSON object: has the input ${name} twice`);
      reader.readRow();
    });
    seen.add(name);
  }
  if (seen.size !== readers.size)
    throw invalid(
      `Failed to process element: ${item} of 'instances' list. JSON object: ${cursor.excerpt(start)} keys must be ` +
        `equal to: ${[...readers.keys()].join(",")}`,
    );
}

/** Says in which element an error was, as TensorFlow Serving does. */
function naming(where: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (error instanceof Error && error.name === "ServingError" && !error.message.startsWith("JSON Parse"))
      throw invalid(`${where} Error: INVALID_ARGUMENT: ${error.message}`);
    throw error;
  }
}

function readInputs(
  cursor: JsonCursor,
  type: JsonType,
  { inputs, pictures }: Expected,
): Record<string, Tensor> {
  const names = Object.keys(inputs).toSorted();
  const read = ({ dtype, shape }: TensorInfo): Tensor => {
    const reader = new TensorReader(cursor, pictures && beginsWithBytes(cursor) ? "string" : dtype, shape);
    return reader.tensor(reader.read());
  };
  if (type !== "Object" || isBase64(cursor)) {
    if (names.length > 1)
      throw invalid(
        "inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map",
      );
    return { [names[0]!]: read(inputs[names[0]!]!) };
  }
  const found: Record<string, Tensor> = {};
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const name = cursor.key();
    const info = Object.hasOwn(inputs, name) && !Object.hasOwn(found, name) ? inputs[name] : undefined;
    if (info) found[name] = read(info);
    else {
      cursor.type();
      cursor.skip();
    }
  }
  for (const name of names)
    if (!Object.hasOwn(found, name)) throw invalid(`Missing named input: ${name} in 'inputs' object.`);
  return found;
}

/** The answer to `:predict`, in the form of the request. */
export function writePredictions(outputs: Record<string, Tensor>, format: Format): string {
  const names = Object.keys(outputs).toSorted();
  const writers = names.map(
    (name) => new TensorWriter(outputs[name]!, outputs[name]!.dtype === "string" && name.endsWith("_bytes")),
  );
  const object = (values: (writer: TensorWriter) => string): string =>
    `{${names.map((name, i) => `\n            ${JSON.stringify(name)}: ${values(writers[i]!)}`).join(",")}\n        }`;
  const value = (values: (writer: TensorWriter) => string): string =>
    writers.length === 1 ? values(writers[0]!) : object(values);
  if (format === "columnar") return `{\n    "outputs": ${value((writer) => writer.all())}\n}`;
  const rows = rowsOf(outputs);
  let text = '{\n    "predictions": [';
  for (let row = 0; row < rows; row++) text += `${row > 0 ? ", " : ""}${value((writer) => writer.row(row))}`;
  return `${text}${rows > 0 ? "\n    " : ""}]\n}`;
}

/** How many rows all outputs have. @throws ServingError if they do not agree */
export function rowsOf(outputs: Record<string, Tensor>): number {
  let rows: number | undefined;
  for (const [name, { shape }] of Object.entries(outputs)) {
    const [own] = shape;
    if (own === undefined) throw invalid(`Tensor name: ${name} has no shape information `);
    if (rows !== undefined && own !== rows)
      throw invalid(`Tensor name: ${name} has inconsistent batch size: ${own} expecting: ${rows}`);
    rows = own;
  }
  if (rows === undefined) throw invalid("Cannot convert empty tensor map to JSON");
  return rows;
}
