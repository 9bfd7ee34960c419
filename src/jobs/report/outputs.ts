import { AnsiUp } from "ansi_up";
import { Markup, markup } from "../../host/markup.js";
import type { Output } from "../notebook.js";
import { renderMarkdown } from "./markdown.js";
import { sanitized } from "./sanitize.js";

/** Text that `sanitized` or a library which escapes has made. */
const trusted = (html: string): Markup => new Markup(html);

/** An output as static HTML that cannot act. */
export function renderOutput(output: Output): Markup {
  if (output.output_type === "stream")
    return markup`<pre class="${output["name"] === "stderr" ? "stderr" : "stdout"}">${terminalText(output["text"])}</pre>`;
  if (output.output_type === "error") {
    const { traceback, ename, evalue } = output;
    const text =
      Array.isArray(traceback) && traceback.length > 0
        ? traceback.join("\n")
        : `${String(ename)}: ${String(evalue)}`;
    return markup`<pre class="error">${terminalText(text)}</pre>`;
  }
  return bestForm((output["data"] ?? {}) as Record<string, unknown>);
}

const pictures = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];

/** The static form that shows most: HTML unless it needs scripts, then pictures, formulas, text. */
function bestForm(bundle: Record<string, unknown>): Markup {
  const text = (type: string): string | undefined => {
    const value = bundle[type];
    const joined = Array.isArray(value) ? value.join("") : value;
    return typeof joined === "string" && joined !== "" ? joined : undefined;
  };
  const html = text("text/html");
  const picture = pictures.find((type) => text(type) !== undefined);
  if (html !== undefined && (picture === undefined || !/<script\b/i.test(html))) return apart(html);
  if (picture !== undefined) {
    const data = text(picture)!;
    const base64 =
      picture === "image/svg+xml" ? Buffer.from(data).toString("base64") : data.replace(/\s/g, "");
    return markup`<img alt="${text("text/plain") ?? "picture"}" src="data:${picture};base64,${base64}">`;
  }
  const prose = text("text/markdown") ?? text("text/latex");
  if (prose !== undefined) return markup`<div class="prose">${trusted(renderMarkdown(prose))}</div>`;
  const plain = text("text/plain");
  if (plain !== undefined) return markup`<pre>${terminalText(plain)}</pre>`;
  if ("application/json" in bundle)
    return markup`<pre>${JSON.stringify(bundle["application/json"], undefined, 2)}</pre>`;
  const types = Object.keys(bundle).join(", ");
  return types === ""
    ? markup``
    : markup`<pre class="stderr">(an output that has no static form: ${types})</pre>`;
}

/** HTML whose style sheets reach nothing else: in a shadow tree of its own, which needs no script. */
const apart = (html: string): Markup =>
  markup`<div class="html"><template shadowrootmode="open">${trusted(sanitized(html, { keepsStyle: true }))}</template></div>`;

/** Text with a terminal's colours. */
function terminalText(text: unknown): Markup {
  const colours = new AnsiUp();
  colours.use_classes = true;
  // Links that a program prints are text.
  colours.url_allowlist = {};
  return trusted(colours.ansi_to_html(String(text)));
}
