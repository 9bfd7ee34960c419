/** What a file of a tokenizer holds. */
export interface TokenizerContent {
  documentCount: number;
  wordCounts: Map<string, number>;
  wordDocs: Map<string, number>;
  indexDocs: Map<number, number>;
  wordIndex: Map<string, number>;
  indexWord: Map<number, string>;
}

interface TokenizerSettings {
  numWords: number | null;
  filters: string;
  lower: boolean;
  split: string;
  charLevel: boolean;
  oovToken: string | null;
}

/** As Keras: the maps are JSON within JSON. They keep their order, which objects do not for words such as "2024". */
export function tokenizerJson(tokenizer: TokenizerContent & TokenizerSettings): string {
  return JSON.stringify({
    class_name: "Tokenizer",
    config: {
      num_words: tokenizer.numWords,
      filters: tokenizer.filters,
      lower: tokenizer.lower,
      split: tokenizer.split,
      char_level: tokenizer.charLevel,
      oov_token: tokenizer.oovToken,
      document_count: tokenizer.documentCount,
      word_counts: mapJson(tokenizer.wordCounts),
      word_docs: mapJson(tokenizer.wordDocs),
      index_docs: mapJson(tokenizer.indexDocs),
      index_word: mapJson(tokenizer.indexWord),
      word_index: mapJson(tokenizer.wordIndex),
    },
  });
}

const mapJson = (map: ReadonlyMap<string | number, unknown>): string =>
  `{${Array.from(map, ([key, value]) => `${JSON.stringify(String(key))}: ${JSON.stringify(value)}`).join(", ")}}`;

/** @throws Error for what no tokenizer wrote */
export function readTokenizer(json: string): TokenizerContent & { options: TokenizerSettings } {
  const file = parse(json, "The text") as { class_name?: unknown; config?: Record<string, unknown> } | null;
  const config = file?.config;
  if (file?.class_name !== "Tokenizer" || typeof config !== "object")
    throw new Error(
      'The text is not what a Tokenizer\'s toJson writes: there is no class_name "Tokenizer" with a config.',
    );
  const field = <Type>(name: string, isRight: (value: unknown) => value is Type): Type => {
    const value = config[name];
    if (isRight(value)) return value;
    throw new Error(`A tokenizer's file has ${name}, but here it is ${JSON.stringify(value)}.`);
  };
  const map = <Value>(name: string, isRight: (value: unknown) => value is Value): Map<string, Value> =>
    new Map(
      entriesOf(field(name, isText), name).map(([key, value]) => {
        if (isRight(value)) return [key, value];
        throw new Error(
          `In ${name} of a tokenizer's file, ${JSON.stringify(key)} is ${JSON.stringify(value)}.`,
        );
      }),
    );
  const byIndex = <Value>(values: Map<string, Value>): Map<number, Value> =>
    new Map(Array.from(values, ([key, value]) => [Number(key), value]));
  return {
    options: {
      numWords: field("num_words", orNull(isNumber)),
      filters: field("filters", isText),
      lower: field("lower", isTruth),
      split: field("split", isText),
      charLevel: field("char_level", isTruth),
      oovToken: field("oov_token", orNull(isText)),
    },
    documentCount: field("document_count", isNumber),
    wordCounts: map("word_counts", isNumber),
    wordDocs: map("word_docs", isNumber),
    indexDocs: byIndex(map("index_docs", isNumber)),
    wordIndex: map("word_index", isNumber),
    indexWord: byIndex(map("index_word", isText)),
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isTruth = (value: unknown): value is boolean => typeof value === "boolean";
const orNull =
  <Type>(isRight: (value: unknown) => value is Type) =>
  (value: unknown): value is Type | null =>
    value === null || isRight(value);

/** The entries of a flat JSON object in their order. */
function entriesOf(json: string, name: string): [string, unknown][] {
  const object = parse(json, name);
  if (typeof object !== "object" || object === null || Array.isArray(object))
    throw new Error(
      `${name} of a tokenizer's file is an object in JSON, but here it is ${json.slice(0, 100)}.`,
    );
  const pairs = json.matchAll(/("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}]+)/g);
  return Array.from(pairs, ([, key, value]) => [parse(key!, name) as string, parse(value!, name)]);
}

function parse(json: string, name: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new Error(`${name} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
