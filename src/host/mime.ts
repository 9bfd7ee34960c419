import { pictureBundle } from "./picture.js";
import { SelfShowing } from "./self-showing.js";

/** The text of a string, or of a template that a function's name stands before. */
const textOf = (source: string | TemplateStringsArray, values: unknown[]): string =>
  typeof source === "string" ? source : String.raw({ raw: source }, ...values);

/**
 * Shows HTML. It is not escaped: put only your own text into it.
 *
 * @example
 * html("<b>bold</b>");
 * html`<b>${1 + 1}</b>`;
 */
export function html(source: string): SelfShowing;
export function html(source: TemplateStringsArray, ...values: unknown[]): SelfShowing;
export function html(source: string | TemplateStringsArray, ...values: unknown[]): SelfShowing {
  const text = textOf(source, values);
  return new SelfShowing(() => ({ "text/html": text, "text/plain": text }));
}

/**
 * Shows Markdown, with formulas between `$`.
 *
 * @example
 * markdown("The loss is $-\\sum y \\log p$.");
 */
export function markdown(source: string): SelfShowing;
export function markdown(source: TemplateStringsArray, ...values: unknown[]): SelfShowing;
export function markdown(source: string | TemplateStringsArray, ...values: unknown[]): SelfShowing {
  const text = textOf(source, values);
  return new SelfShowing(() => ({ "text/markdown": text, "text/plain": text }));
}

/** Shows a LaTeX formula; it is put between `$$` unless it has its own delimiters. */
export function latex(source: string): SelfShowing {
  const formula = /^\s*(\$|\\\(|\\\[|\\begin)/.test(source) ? source : `$$${source}$$`;
  return new SelfShowing(() => ({ "text/latex": formula, "text/plain": source }));
}

/** Shows JSON data as a tree that can be folded; as text where the front end has no such view. */
export function json(value: unknown): SelfShowing {
  return new SelfShowing(() => ({
    "application/json": value,
    "text/plain": JSON.stringify(value, undefined, 2),
  }));
}

/**
 * Shows an SVG picture.
 * @throws TypeError if there is no `<svg>` element in it.
 */
export function svg(source: string): SelfShowing {
  if (!/<svg[\s/>]/.test(source)) {
    throw new TypeError(`Expected the source of an SVG picture (<svg …>), but got ${preview(source)}.`);
  }
  return new SelfShowing(() => pictureBundle(source, "[SVG picture]"));
}

/**
 * Shows a PNG file given as bytes or as base64 text.
 * @throws TypeError if the bytes are not those of a PNG file.
 */
export function png(file: Uint8Array | string): SelfShowing {
  const bytes = typeof file === "string" ? Buffer.from(file, "base64") : Buffer.from(file);
  if (bytes.subarray(1, 4).toString("latin1") !== "PNG") {
    throw new TypeError(
      `Expected the bytes of a PNG file, but got ${preview(bytes.subarray(0, 8).toString("latin1"))}. ` +
        "For pixels in an array or a tensor use showImage.",
    );
  }
  return new SelfShowing(() => ({ "image/png": bytes.toString("base64"), "text/plain": "[PNG picture]" }));
}

function preview(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
