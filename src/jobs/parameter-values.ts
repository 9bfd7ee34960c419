import fs from "node:fs";
import { JobError } from "./job-error.js";

/** A value for a parameter: as text, which may stand for a number or a list as well, or as data from a file. */
export type GivenValue = { text: string; isRaw?: boolean } | { data: unknown };

export type GivenParameters = Map<string, GivenValue>;

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The options that take a parameter, and how many words papermill's form has. */
const takers = new Set(["-p", "--param", "--parameter", "--parameters", "-r", "--raw", "--parameters_raw"]);

/**
 * The arguments with each parameter in one word: `-p epochs=7` stays, papermill's `-p epochs 7` becomes it.
 *
 * @example
 * inOneWord(["nb.ipynb", "-p", "flag", "true"]) // ["nb.ipynb", "-p", "flag=true"]
 */
export function inOneWord(args: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    words.push(args[i]!);
    const name = args[i + 1];
    if (!takers.has(args[i]!) || name === undefined) continue;
    i += 1;
    const value = args[i + 1];
    if (name.includes("=") || value === undefined) words.push(name);
    else {
      words.push(`${name}=${value}`);
      i += 1;
    }
  }
  return words;
}

/** `name=value`. @throws JobError if it is not that */
export function splitParameter(word: string): [name: string, value: string] {
  const [, name = "", value] = /^([^=]*)=([^]*)$/.exec(word) ?? [];
  if (value === undefined || !identifier.test(name))
    throw new JobError(`-p ${word} is no parameter; expected as in: -p epochs=7, or -p epochs 7.`);
  return [name, value];
}

/**
 * Parameters from the command line and from files; later ones win, the command line wins over files.
 * @throws JobError if a file cannot be read, or one is not given as `name=value`
 */
export async function givenParameters(options: {
  params?: readonly string[];
  raw?: readonly string[];
  files?: readonly string[];
}): Promise<GivenParameters> {
  const given: GivenParameters = new Map();
  for (const file of options.files ?? [])
    // oxlint-disable-next-line no-await-in-loop -- in their order
    for (const [name, data] of Object.entries(await readParameters(file))) given.set(name, { data });
  for (const word of options.params ?? []) {
    const [name, text] = splitParameter(word);
    given.set(name, { text });
  }
  for (const word of options.raw ?? []) {
    const [name, text] = splitParameter(word);
    given.set(name, { text, isRaw: true });
  }
  return given;
}

async function readParameters(file: string): Promise<Record<string, unknown>> {
  let data: unknown;
  try {
    const text = fs.readFileSync(file, "utf8");
    // YAML's reader takes JSON as well, but says less of what is wrong with it.
    data = /\.json$/i.test(file) ? JSON.parse(text) : (await import("yaml")).parse(text);
  } catch (error) {
    throw new JobError(`The parameters in ${file} cannot be read: ${(error as Error).message}`);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw new JobError(`${file} has no parameters by name; expected as in: { "epochs": 7 }, or epochs: 7.`);
  return data as Record<string, unknown>;
}

/** One way to read what was given: as data, and as the TypeScript that stands for it. */
export interface Reading {
  data: unknown;
  code: string;
}

/**
 * What a given value may mean, the likeliest first: `7` is a number, but a text where one is expected, and a bigint where
 * that is.
 */
export function readingsOf(value: GivenValue): Reading[] {
  if ("data" in value) return [reading(value.data)];
  const { text, isRaw = false } = value;
  const asText = reading(text);
  if (isRaw) return [asText];
  const readings: Reading[] = [];
  const trimmed = text.trim();
  try {
    readings.push(reading(JSON.parse(trimmed)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  // As Python writes them, which is what papermill's users type; and numbers that JSON has not.
  const word = { True: true, False: false, None: null, undefined }[trimmed];
  if (word !== undefined || trimmed === "undefined") readings.push(reading(word));
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) && readings.length === 0)
    readings.push(reading(Number(trimmed)));
  if (/^-?(Infinity|NaN)$/.test(trimmed)) readings.push({ data: Number(trimmed), code: trimmed });
  if (/^-?\d+n?$/.test(trimmed))
    readings.push({ data: trimmed, code: `${trimmed.replace("n", "").replace(/^(-?)0+(?=\d)/, "$1")}n` });
  return [...readings, asText];
}

const reading = (data: unknown): Reading => ({ data, code: codeOf(data) });

/** The TypeScript for data: JSON, on one line, which a template or comment cannot end. */
function codeOf(data: unknown): string {
  if (typeof data === "number" && !Number.isFinite(data)) return String(data);
  if (data instanceof Date) return `new Date(${JSON.stringify(data.toISOString())})`;
  if (Array.isArray(data)) return `[${data.map(codeOf).join(", ")}]`;
  if (typeof data === "object" && data !== null) {
    const fields = Object.entries(data).map(([name, value]) => {
      // In a literal, this name alone would set the prototype.
      const key =
        name === "__proto__" ? '["__proto__"]' : identifier.test(name) ? name : JSON.stringify(name);
      return `${key}: ${codeOf(value)}`;
    });
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return JSON.stringify(data) ?? "undefined";
}
