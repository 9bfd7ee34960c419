import { quoted, refuse } from "../errors.js";
import { Message, type Value } from "./message.js";

/*
 * Protocol buffers as text, without a schema, since many forks of Caffe have fields of their own, and a layer that is
 * refused has to be named. https://protobuf.dev/reference/protobuf/textformat-spec/
 */
const token =
  /[ \t\r\n\f\v]+|#[^\n]*|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|[A-Za-z0-9_.+-]+|[{}<>[\]:,;/]/y;

/** No net has messages within messages as deep as that. */
const deepest = 64;

const closing: Record<string, string> = { "{": "}", "<": ">" };
const isText = (part: string | undefined): boolean => part !== undefined && /^["']/.test(part);
const isWord = (part: string | undefined): boolean => part !== undefined && /^[A-Za-z0-9_.+-]/.test(part);

/**
 * Reads a message in protobuf's text format.
 *
 * @param file its name, for errors
 * @throws ModelFileError if it is none
 */
export function parseTextFormat(text: string, file: string): Message {
  const parts: string[] = [];
  const places: number[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const part = token.exec(text)?.[0];
    if (part === undefined) wrong(at, quoted(text.slice(at, at + 20)), "a field: name: value");
    if (/^[^\s#]/.test(part)) {
      parts.push(part);
      places.push(at);
    }
  }
  let next = 0;

  function wrong(at: number, arrived: string, expected: string): never {
    const line = text.slice(0, at).split("\n").length;
    const fix = "It must be a text like deploy.prototxt; if it was cut off or changed by hand, get it again.";
    refuse(`${file}, line ${line}: ${arrived}`, expected, fix);
  }
  const fail = (expected: string): never =>
    wrong(
      places[next] ?? text.length,
      next < parts.length ? quoted(parts[next]!) : "the end of the file",
      expected,
    );

  function message(end: string | undefined, depth: number): Message {
    if (depth > deepest) fail(`at most ${deepest} messages within one another`);
    const fields = new Map<string, Value[]>();
    const start = places[next] ?? 0;
    while (parts[next] !== end) {
      if (!isWord(parts[next]))
        fail(end === undefined ? "the name of a field" : `the name of a field, or ${end}`);
      const name = parts[next++]!;
      const hasColon = parts[next] === ":";
      if (hasColon) next++;
      const values = fields.get(name) ?? [];
      fields.set(name, values);
      if (parts[next] === "[") list(values, depth);
      else values.push(value(hasColon, depth));
      if (parts[next] === "," || parts[next] === ";") next++;
    }
    next++;
    return new Message(fields, () => `${file}, line ${text.slice(0, start).split("\n").length}`);
  }

  function list(values: Value[], depth: number): void {
    next++;
    while (parts[next] !== "]") {
      values.push(value(true, depth));
      if (parts[next] === ",") next++;
      else if (parts[next] !== "]") fail("a comma, or ]");
    }
    next++;
  }

  function value(hasColon: boolean, depth: number): Value {
    const end = closing[parts[next] ?? ""];
    if (end !== undefined) {
      next++;
      return message(end, depth + 1);
    }
    if (!hasColon) fail("a colon, or {");
    if (isText(parts[next])) {
      let joined = "";
      while (isText(parts[next])) joined += unescaped(parts[next++]!.slice(1, -1));
      return joined;
    }
    if (!isWord(parts[next])) fail("a value");
    return parts[next++]!;
  }

  return message(undefined, 0);
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** Escapes name bytes; several of them may be one character in UTF-8. */
function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  const bytes = text.match(/\\(?:[0-7]{1,3}|[xX][\da-fA-F]{1,2}|[^])|[^\\]+/g)!.map((part) => {
    if (part[0] !== "\\") return Buffer.from(part);
    const rest = part.slice(1);
    if (/^[0-7]/.test(rest)) return Buffer.of(Number.parseInt(rest, 8) & 255);
    if (/^[xX]./.test(rest)) return Buffer.of(Number.parseInt(rest.slice(1), 16));
    return Buffer.from(escapes[rest] ?? rest);
  });
  return Buffer.concat(bytes).toString();
}
