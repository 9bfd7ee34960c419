import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import createMarkdownIt from "markdown-it";
import { highlighted } from "./code.js";
import { sanitized } from "./sanitize.js";

const require = createRequire(import.meta.url);

/** Larger pictures stay links to where they are. */
const largestPicture = 5_000_000;
const pictureTypes: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
};

let renderer: { render(text: string): string } | undefined;

function makeRenderer() {
  const markdown = createMarkdownIt({ html: true, linkify: true, highlight: highlighted });
  const { default: math } = require("@vscode/markdown-it-katex") as {
    default: (md: unknown, options: unknown) => void;
  };
  // MathML needs neither style sheets nor fonts.
  math(markdown, { output: "mathml", throwOnError: false });
  return markdown;
}

/**
 * Markdown as safe HTML, formulas as MathML.
 *
 * @param folder whose pictures are put in; none that lie outside of it
 * @param attachments the cell's own pictures
 */
export function renderMarkdown(
  text: string,
  folder?: string,
  attachments: Record<string, Record<string, unknown>> = {},
): string {
  renderer ??= makeRenderer();
  const html = sanitized(renderer.render(text.replace(/\]\(attachment:([^)\s]+)\)/g, "](attachment/$1)")));
  return html.replace(/(<img[^>]*\ssrc=")([^"]*)"/g, (whole, before: string, source: string) => {
    const [, attached] = /^attachment\/(.+)$/.exec(source) ?? [];
    const data =
      attached === undefined ? pictureIn(folder, source) : attachmentOf(attachments[decoded(attached)]);
    return data === undefined ? whole : `${before}${data}"`;
  });
}

function attachmentOf(bundle: Record<string, unknown> | undefined): string | undefined {
  const [type, data] = Object.entries(bundle ?? {}).find(([name]) => /^image\/[\w+.-]+$/.test(name)) ?? [];
  const text = Array.isArray(data) ? data.join("") : data;
  return typeof text === "string" && /^[\w+/=\s]+$/.test(text) ? `data:${type};base64,${text}` : undefined;
}

/** A picture's file, in the notebook's folder or below it, as a data address. */
function pictureIn(folder: string | undefined, source: string): string | undefined {
  const type = pictureTypes[path.extname(source).toLowerCase()];
  if (folder === undefined || type === undefined || /^[a-z][\w+.-]*:|^\/|\\/i.test(source)) return undefined;
  try {
    const root = fs.realpathSync(folder);
    const file = fs.realpathSync(path.join(root, decoded(source)));
    if (!file.startsWith(root + path.sep) || fs.statSync(file).size > largestPicture) return undefined;
    return `data:${type};base64,${fs.readFileSync(file).toString("base64")}`;
  } catch (error) {
    // A picture that is not there is shown as that.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return address;
  }
}
