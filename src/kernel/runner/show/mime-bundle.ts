/**
 * The MIME bundle of any value. First comes the value's own `Symbol.for("Jupyter.display")` method, then what
 * libraries are known to offer (the same as in Deno's kernel), then images by their first bytes, then the text that
 * `util.inspect` makes.
 */
import { inspect, types } from "node:util";
import type { MimeBundle } from "../../contracts.js";
import { dataFrameHtml, isDataFrame } from "./data-frame.js";
import { plainText } from "./plain-text.js";
import { proxyTarget } from "./proxy-target.js";

export const displaySymbol = Symbol.for("Jupyter.display");

/** How a display method failed; shown beside the plain text that takes its place. */
export interface Formatted {
  data: MimeBundle;
  failure?: unknown;
}

/** A promise only if the value's own method is asynchronous, so that displays keep their place among other output. */
export function toMimeBundle(value: unknown): Formatted | Promise<Formatted> {
  const complete = (data: MimeBundle): Formatted => ({ data: withText(data, value) });
  const fallback = (failure: unknown): Formatted => ({ data: { "text/plain": plainText(value) }, failure });
  try {
    const target = proxyTarget(value);
    const data =
      frameBundle(target) ?? ownBundle(value, target) ?? duckTyped(value, target) ?? imageBundle(target);
    if (data === undefined) return { data: { "text/plain": plainText(value) } };
    return data instanceof Promise ? data.then(complete, fallback) : complete(data);
  } catch (failure) {
    return fallback(failure);
  }
}

/** JSON types hold any JSON value, all others hold text; bytes become base64. */
export function normalizeBundle(bundle: object): MimeBundle {
  const data: MimeBundle = {};
  for (const type of Object.keys(bundle)) {
    const content = formOf(bundle, type);
    if (content === undefined) continue;
    const isJson = /^application\/(.*\+)?json$/.test(type);
    data[type] =
      content instanceof Uint8Array
        ? toBase64(content)
        : isJson || typeof content === "string"
          ? content
          : Array.isArray(content) && content.every((line) => typeof line === "string")
            ? content.join("")
            : typeof content === "object"
              ? content
              : String(content);
  }
  return data;
}

/** Undefined if making it fails: the others do without it. */
function formOf(bundle: object, type: string): object | string | number | undefined {
  try {
    return (bundle as Record<string, object | string | number>)[type];
  } catch {
    return undefined;
  }
}

type Member = (this: unknown, ...parameters: unknown[]) => unknown;

function method(target: unknown, name: string | symbol): Member | undefined {
  const member = read(target, name);
  return typeof member === "function" ? (member as Member) : undefined;
}

/** A property, without calling code of the user's: getters are asked only where a class has them, as those of the DOM. */
function read(target: unknown, name: string | symbol): unknown {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) return undefined;
  for (let at: unknown = target; at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (!property) continue;
    if (!property.get) return property.value;
    try {
      return at === target ? undefined : property.get.call(target);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** @param target the value, or what it is a Proxy of */
function ownBundle(value: unknown, target: unknown): MimeBundle | Promise<MimeBundle> | undefined {
  const show = method(target, displaySymbol);
  if (!show) return undefined;
  const shown = show.call(value);
  return method(shown, "then") ? Promise.resolve(shown).then(checkedBundle) : checkedBundle(shown);
}

function checkedBundle(shown: unknown): MimeBundle {
  if (typeof shown === "object" && shown !== null) return normalizeBundle(shown);
  throw new TypeError(
    `[Symbol.for("Jupyter.display")]() returned ${shown === null ? "null" : typeof shown}; ` +
      'it must return an object such as { "text/html": "<b>bold</b>" }.',
  );
}

function duckTyped(value: unknown, target: unknown): MimeBundle | undefined {
  if (typeof target !== "object" || target === null) return undefined;
  const toDataUrl = method(target, "toDataURL");
  if (toDataUrl) {
    const match = /^data:([^;,]+);base64,(.*)$/s.exec(String(toDataUrl.call(value)));
    if (match) return { [match[1] as string]: match[2] as string };
  }
  const toSpec = method(target, "toSpec");
  if (toSpec) {
    const spec = toSpec.call(value) as { $schema?: string };
    if (typeof spec === "object" && spec !== null) return vegaBundle(spec);
  }
  const outerHTML = read(target, "outerHTML");
  if (typeof outerHTML === "string") {
    return /^\s*<svg[\s>]/i.test(outerHTML) ? { "image/svg+xml": outerHTML } : { "text/html": outerHTML };
  }
  return underscoredBundle(value, target);
}

/** IJavascript's convention. */
const underscored: Record<string, string> = {
  _toHtml: "text/html",
  _toSvg: "image/svg+xml",
  _toPng: "image/png",
  _toJpeg: "image/jpeg",
};

function underscoredBundle(value: unknown, target: object): MimeBundle | undefined {
  const bundle = method(target, "_toMime")?.call(value);
  const data = typeof bundle === "object" && bundle !== null ? normalizeBundle(bundle) : {};
  for (const [name, type] of Object.entries(underscored)) {
    const make = type in data ? undefined : method(target, name);
    if (make) Object.assign(data, normalizeBundle({ [type]: make.call(value) }));
  }
  return Object.keys(data).length > 0 ? { "text/plain": plainText(value), ...data } : undefined;
}

function vegaBundle(spec: { $schema?: string }): MimeBundle {
  const version = /vega(-lite)?\/v(\d+)/.exec(spec.$schema ?? "");
  const type = `application/vnd.vega${version && !version[1] ? "" : "lite"}.v${version?.[2] ?? "5"}+json`;
  return { [type]: spec };
}

const magic: [type: string, bytes: number[], at?: number][] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x57, 0x45, 0x42, 0x50], 8],
  ["application/pdf", [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

function imageBundle(value: unknown): MimeBundle | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const found = magic.find(([, bytes, at = 0]) => bytes.every((byte, index) => value[at + index] === byte));
  return found && { [found[0]]: toBase64(value), "text/plain": `<${found[0]}, ${value.length} bytes>` };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function frameBundle(target: unknown): MimeBundle | undefined {
  return isDataFrame(target) ? { "text/html": dataFrameHtml(target) } : undefined;
}

/** Every bundle has a text for front ends that know nothing better. */
function withText(data: MimeBundle, value: unknown): MimeBundle {
  // An empty bundle is a value's way to say that there is nothing to show.
  if ("text/plain" in data || Object.keys(data).length === 0) return data;
  return { "text/plain": writesItself(value) ? plainText(value) : `[${constructorName(value)}]`, ...data };
}

/** Whether the value knows its text; that of other objects would be pages of what the picture shows already. */
function writesItself(value: unknown): boolean {
  return method(proxyTarget(value), inspect.custom) !== undefined;
}

function constructorName(value: unknown): string {
  const name = read(read(proxyTarget(value), "constructor"), "name");
  return typeof name === "string" && name !== "" ? name : "Object";
}
