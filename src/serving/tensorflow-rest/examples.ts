import { JsonCursor } from "../json/cursor.js";
import { isBase64, readBase64 } from "../json/tensor-reader.js";
import { decimal } from "../json/tensor-writer.js";
import { invalid } from "../status.js";

/** The values of one feature. */
export type Feature =
  | { kind: "bytes"; values: Buffer[] }
  | { kind: "float"; values: number[] }
  | { kind: "int64"; values: bigint[] };

export type Example = Map<string, Feature | undefined>;

export interface ExamplesRequest {
  /** Features of all examples, each of which may have its own in their place. */
  context: Example | undefined;
  examples: Example[];
}

/**
 * Reads the body of `:classify` or `:regress`.
 *
 * @throws ServingError in TensorFlow Serving's words
 */
export function readExamples(body: Buffer): ExamplesRequest {
  const cursor = new JsonCursor(body);
  if (cursor.type() !== "Object") throw invalid(`JSON Value: ${cursor.excerpt(cursor.at)} Is not object`);
  let context: Example | undefined;
  let examples: Example[] | undefined;
  const failing = (what: string): never => {
    throw invalid(`JSON Value: ${cursor.excerpt(0)} ${what}`);
  };
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const key = cursor.key();
    const type = cursor.type();
    if (key === "context") context = readExample(cursor);
    else if (key !== "examples") cursor.skip();
    else if (type !== "Array") failing("Expecting 'examples' value to be an list/array");
    else {
      examples = [];
      for (let another = cursor.open(); another; another = cursor.next(true))
        examples.push(readExample(cursor));
      if (examples.length === 0) failing("'examples' value is an empty array");
    }
  }
  return {
    context,
    examples: examples ?? failing("When method is classify, key 'examples' is expected and was not found"),
  };
}

function readExample(cursor: JsonCursor): Example {
  const type = cursor.type();
  if (type !== "Object") throw invalid(`Example must be JSON object but got JSON ${type}`);
  const example: Example = new Map();
  for (let more = cursor.open(); more; more = cursor.next(false)) {
    const name = cursor.key();
    let feature: Feature | undefined;
    if (cursor.type() === "Array")
      for (let another = cursor.open(); another; another = cursor.next(true))
        feature = addValue(cursor, name, feature);
    else feature = addValue(cursor, name, undefined);
    example.set(name, feature);
  }
  return example;
}

function addValue(cursor: JsonCursor, name: string, feature: Feature | undefined): Feature {
  const type = cursor.type();
  const expecting = <Kind extends Feature["kind"]>(kind: Kind): Feature & { kind: Kind } => {
    if (feature && feature.kind !== kind)
      throw invalid(`Unexpected element type in feature: ${name} expecting type: ${feature.kind}`);
    return (feature ?? { kind, values: [] }) as Feature & { kind: Kind };
  };
  if (type === "True" || type === "False") {
    const list = expecting("int64");
    list.values.push(cursor.literal() ? 1n : 0n);
    return list;
  }
  if (type === "String" || (type === "Object" && isBase64(cursor))) {
    const list = expecting("bytes");
    list.values.push(type === "String" ? Buffer.from(cursor.string()) : readBase64(cursor));
    return list;
  }
  if (type !== "Number") throw invalid(`Feature: ${name} has element with unexpected JSON type: ${type}`);
  const value = cursor.number();
  if (!cursor.isInteger) {
    const list = expecting("float");
    list.values.push(value);
    return list;
  }
  const list = expecting("int64");
  const exact = BigInt(cursor.numberText());
  if (exact >= 2n ** 63n || exact < -(2n ** 63n))
    throw invalid(`Feature: ${name} has uint64_t element. Only int64_t is supported.`);
  list.values.push(exact);
  return list;
}

/** The answer to `:classify`: the classes of each example with their scores. */
export function writeClasses(rows: readonly (readonly (readonly [string, number])[])[]): string {
  if (rows.length === 0) throw invalid("Cannot convert empty ClassificationResults to JSON");
  const row = (classes: readonly (readonly [string, number])[]): string =>
    `[${classes.map(([label, score]) => `[${JSON.stringify(label)}, ${decimal(score, true)}]`).join(", ")}]`;
  return `{\n    "results": [${rows.map(row).join(", ")}\n    ]\n}`;
}

/** The answer to `:regress`: a value for each example. */
export function writeValues(values: readonly number[]): string {
  if (values.length === 0) throw invalid("Cannot convert empty RegressionResults to JSON");
  return `{\n    "results": [${values.map((value) => decimal(value, true)).join(", ")}]\n}`;
}
