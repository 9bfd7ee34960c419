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
    notebookHost()?.display({ "text/plain": text }, { displayId, update });
    update = true;
  };
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
