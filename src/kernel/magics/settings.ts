/** `%strict` and `%diagnostics`: the front process acts on these, if they are alone in their cells. */
import type { Magics } from "./magic.js";

export const settings: Magics = {
  "%strict": {
    usage: "%strict [on | off]",
    summary: "Whether cells with type errors are kept from running. The only line of its cell.",
    argument: "text",
    run: onlyLine,
  },
  "%attach": {
    usage: "%attach [number]",
    summary: "Shows what the running cell, or In [number], has put out, and goes on with it.",
    argument: "text",
    run: onlyLine,
  },
  "%diagnostics": {
    usage: "%diagnostics [on | off]",
    summary: "Whether type errors are shown beside the output. The only line of its cell.",
    argument: "text",
    run: onlyLine,
  },
};

function onlyLine(): never {
  throw new Error("%attach, %strict and %diagnostics must each be the only line of a cell.");
}
