import type { MimeBundle } from "./host.js";
import { markup } from "./markup.js";

/** Where a notebook of usual width wraps text. */
const notebookColumns = 100;

/** As JupyterLab shows text. */
const style =
  "white-space: pre; overflow-x: auto; margin: 0; padding: 0 0 0 var(--jp-code-padding, 0); " +
  "font-size: var(--jp-code-font-size, inherit); line-height: var(--jp-code-line-height, inherit)";

/** Numbers in columns. Those that are wider than the notebook scroll, where text would wrap and the columns with it. */
export function scrollingText(text: string): MimeBundle {
  if (!text.split("\n").some((line) => line.length > notebookColumns)) return { "text/plain": text };
  return { "text/plain": text, "text/html": String(markup`<pre style="${style}">${text}</pre>`) };
}
