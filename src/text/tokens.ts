import { inspect } from "node:util";

export type Standardize =
  "lower_and_strip_punctuation" | "lower" | "strip_punctuation" | ((text: string) => string) | null;
export type Split = "whitespace" | "character" | ((text: string) => readonly string[]) | null;

/** TensorFlow's `strings.lower` as Keras calls it knows the letters of ASCII only. */
const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
const strip = (text: string): string => text.replaceAll(/[!-/:-@[-`{-~]/g, "");

const standardizers = {
  lower_and_strip_punctuation: (text: string): string => strip(lower(text)),
  lower,
  strip_punctuation: strip,
};
const splitters = {
  // What C calls space: no-break and ideographic spaces are letters.
  whitespace: (text: string): string[] => text.split(/[ \t-\r]+/).filter((word) => word !== ""),
  character: (text: string): string[] => Array.from(text),
};

/** @throws RangeError for an unknown name; the function throws TypeError where one of the user's gives no text */
export function standardizer(standardize: Standardize): (text: string) => string {
  if (standardize === null) return (text) => text;
  if (typeof standardize !== "function") return byName(standardizers, standardize, "standardize");
  return (text) => {
    const result: unknown = standardize(text);
    if (typeof result === "string") return result;
    throw new TypeError(`standardize gives a text, but made ${inspect(result)} of ${inspect(text)}.`);
  };
}

/** As `standardizer`; undefined where nothing is split. */
export function splitter(split: Split): ((text: string) => readonly string[]) | undefined {
  if (split === null) return undefined;
  if (typeof split !== "function") return byName(splitters, split, "split");
  return (text) => {
    const result: unknown = split(text);
    if (Array.isArray(result) && result.every((token) => typeof token === "string")) return result;
    throw new TypeError(`split gives a list of texts, but made ${inspect(result)} of ${inspect(text)}.`);
  };
}

function byName<Value>(values: Record<string, Value>, name: string, argument: string): Value {
  if (Object.hasOwn(values, name)) return values[name]!;
  const names = Object.keys(values).map((each) => `"${each}"`);
  throw new RangeError(`${argument} is ${names.join(", ")}, a function or null, but got ${inspect(name)}.`);
}

/** All runs of `widths[0]` tokens, then those of the next width, joined by spaces. */
export function ngramsOf(tokens: readonly string[], widths: readonly number[]): string[] {
  return widths.flatMap((width) =>
    Array.from({ length: Math.max(0, tokens.length - width + 1) }, (_, i) =>
      tokens.slice(i, i + width).join(" "),
    ),
  );
}
