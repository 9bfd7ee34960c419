import { reject } from "./errors.js";

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `text` as a JSON object; `source` names where it was found. */
export function parseObject(text: string, source: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    reject(
      `${source} is not JSON (${String(error)})`,
      "the configuration Keras writes",
      "Save the model again.",
    );
  }
  if (!isObject(value)) {
    reject(
      `${source} holds ${JSON.stringify(value)?.slice(0, 60)}`,
      "a JSON object",
      "Save the model again.",
    );
  }
  return value;
}

/** `value` if it is an object; `what` names it in the error. */
export function asObject(value: Json | undefined, what: string): JsonObject {
  if (!isObject(value))
    reject(`${what} is ${describe(value)}`, "an object", "Save the model again with Keras.");
  return value;
}

export function asArray(value: Json | undefined, what: string): Json[] {
  if (!Array.isArray(value))
    reject(`${what} is ${describe(value)}`, "a list", "Save the model again with Keras.");
  return value;
}

export function asString(value: Json | undefined, what: string): string {
  if (typeof value !== "string") reject(`${what} is ${describe(value)}`, "a string", "Save the model again.");
  return value;
}

/** A string as it is, anything else as JSON. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : describe(value);
}

export function describe(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}

/** Numbers that are floats in Python, those of schedules too, in whose type Keras computes. */
const floats = /learning_rate$|^warmup_target$|^values$/;

/** `value` as Python's `json` reads it: a learning rate is a float there, which 1 is not, only 1.0. */
export function toPythonJson(value: JsonObject): string {
  const mark = "\u0000float:";
  const asFloat = (item: Json): Json => (Number.isInteger(item) ? `${mark}${item as number}.0` : item);
  const text = JSON.stringify(value, (key, item: Json) =>
    !floats.test(key) ? item : Array.isArray(item) ? item.map(asFloat) : asFloat(item),
  );
  return text.replace(/"\\u0000float:([^"]*)"/g, "$1");
}
