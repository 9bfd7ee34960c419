import type { JsonObject } from "../../contracts.js";

/** A request whose content is not what the protocol says; answered by an error reply. */
export class InvalidContent extends Error {
  override readonly name = "InvalidContent";
}

function field<T>(
  content: JsonObject,
  name: string,
  expected: string,
  is: (value: unknown) => value is T,
  fallback?: T,
): T {
  const value = content[name] ?? fallback;
  if (!is(value)) {
    const got = value === undefined ? "it is missing" : `got ${JSON.stringify(value).slice(0, 80)}`;
    throw new InvalidContent(`"${name}" must be ${expected}; ${got}`);
  }
  return value;
}

// Each reads one field of a request's content. Without a fallback the field is required.

export const text = (content: JsonObject, name: string, fallback?: string) =>
  field(content, name, "a text", (value): value is string => typeof value === "string", fallback);

export const flag = (content: JsonObject, name: string, fallback?: boolean) =>
  field(content, name, "true or false", (value): value is boolean => typeof value === "boolean", fallback);

export const integer = (content: JsonObject, name: string, fallback?: number) =>
  field(content, name, "a whole number", (value): value is number => Number.isSafeInteger(value), fallback);

export const object = (content: JsonObject, name: string, fallback?: JsonObject) =>
  field(
    content,
    name,
    "an object",
    (value): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value),
    fallback,
  );
