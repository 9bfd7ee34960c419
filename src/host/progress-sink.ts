import { randomUUID } from "node:crypto";
import { notebookHost } from "./notebook-host.js";

/**
 * Shows the progress of one `fit`. It is called with the whole text so far, at most ten times a second, and a last time
 * with `finished`. Only the last line of a text may still change in the next.
 */
export type ShowProgress = (text: string, finished: boolean) => void;

/** Makes what shows the progress of one `fit`. */
export type ProgressSink = () => ShowProgress;

let chosen: ProgressSink | undefined;

/** Sends the progress of training elsewhere; without an argument, back to the notebook or the terminal. */
export function setProgressSink(sink?: ProgressSink): void {
  chosen = sink;
}

/** Opens the place where a `fit` that begins now shows its progress. */
export function openProgress(): ShowProgress {
  if (chosen) return chosen();
  if (notebookHost()) return inNotebook();
  return onStream(process.stdout);
}

/** One output, updated in place, so that the saved notebook has the final text only. */
function inNotebook(): ShowProgress {
  const displayId = randomUUID();
  let update = false;
  return (text) => {
    notebookHost()?.display({ "text/plain": shortened(text) }, { displayId, update });
    update = true;
  };
}

/** A longer text costs the front end more time than it is worth: of that only the beginning and the end are shown. */
const longestText = 200_000;
const shownOfBeginning = 20_000;

function shortened(text: string): string {
  if (text.length <= longestText) return text;
  const beginning = text.slice(0, text.lastIndexOf("\n", shownOfBeginning));
  const end = text.slice(text.indexOf("\n", text.length - longestText + shownOfBeginning) + 1);
  return `${beginning}\n\n… epochs that are left out, all of them are in the history …\n\n${end}`;
}

/** Each line once; on a terminal the last line is overwritten while it changes. */
export function onStream(stream: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">): ShowProgress {
  let linesDone = 0;
  return (text, finished) => {
    const lines = text.split("\n");
    const complete = finished ? lines : lines.slice(0, -1);
    const start = stream.isTTY ? "\r\x1b[K" : "";
    for (const line of complete.slice(linesDone)) stream.write(`${start}${line}\n`);
    linesDone = complete.length;
    if (stream.isTTY && !finished) stream.write(start + lines.at(-1)!.slice(0, stream.columns - 1));
  };
}
