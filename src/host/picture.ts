import type { MimeBundle } from "./host.js";
import { markup, type Markup } from "./markup.js";

/**
 * The forms in which a picture goes into a notebook.
 *
 * HTML with the SVG in an `<img>` comes first everywhere: JupyterLab shows `image/svg+xml` only in notebooks that it
 * trusts, so not in one that somebody else has run, and GitHub and nbviewer put such SVG into the page itself, where
 * pictures fall over each other's styles (https://github.com/jupyter/nbviewer/issues/1037). `image/svg+xml` is for
 * front ends and converters without HTML.
 *
 * @param leastShare Of its width, that the picture keeps where there is less room for it: then it scrolls.
 */
export function pictureBundle(picture: Markup | string, text: string, leastShare = 0): MimeBundle {
  const svg = String(picture);
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  const image = (style: Markup | "") => markup`<img alt="${text}" src="${source}"${style}>`;
  const width = Number(/^<svg [^>]*\bwidth="([\d.]+)"/.exec(svg)?.[1] ?? 0);
  const html =
    leastShare === 0
      ? image("")
      : markup`<div style="overflow-x: auto">${image(markup` style="min-width: ${Math.round(width * leastShare)}px"`)}</div>`;
  return {
    "text/html": String(html),
    "image/svg+xml": svg,
    "text/plain": text,
  };
}
