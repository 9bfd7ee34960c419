/** `%%html` and `%%markdown` */
import type { Magics } from "./magic.js";

export const markup: Magics = {
  "%%html": {
    usage: "%%html",
    summary: "Shows the cell as HTML.",
    argument: "text",
    run: ({ display }, _, html) => display({ "text/html": html, "text/plain": html }),
  },
  "%%markdown": {
    usage: "%%markdown",
    summary: "Shows the cell as Markdown.",
    argument: "text",
    run: ({ display }, _, markdown) => display({ "text/markdown": markdown, "text/plain": markdown }),
  },
};
