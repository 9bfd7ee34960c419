import { display, type DisplayHandle } from "../host/display.js";
import { displaySymbol } from "../host/host.js";
import { markup } from "../host/markup.js";
import { notebookHost } from "../host/notebook-host.js";
import { openProgress, type ShowProgress } from "../host/progress-sink.js";

/** The speed is that of so long. */
const speedOverMs = 5000;
const redrawEveryMs = 250;

/** Shows how much of some files has arrived, how fast and for how long still: in one output of the notebook, or on a line. */
export class DownloadProgress {
  #handle: Promise<DisplayHandle> | undefined;
  #line: ShowProgress | undefined;
  #drawnAt = -Infinity;
  #file = "";
  #samples: { at: number; received: number }[] = [];

  /** `title` says what is downloaded. */
  constructor(private readonly title: string) {}

  /** To be called with every change. */
  readonly update = (file: string, received: number, total: number | undefined): void => {
    const at = performance.now();
    if (file !== this.#file || received < (this.#samples.at(-1)?.received ?? 0)) this.#samples = [];
    this.#file = file;
    if (received !== total && at - this.#drawnAt < redrawEveryMs && this.#samples.length > 0) return;
    this.#samples.push({ at, received });
    this.#samples = this.#samples.filter((sample) => at - sample.at <= speedOverMs);
    this.#drawnAt = at;
    this.#show(
      `${this.title}: ${progressText(file, received, total, this.#speed())}`,
      total && received / total,
    );
  };

  /** Says something instead of bytes. */
  note(text: string): void {
    this.#show(`${this.title}: ${text}`, undefined);
  }

  /** Says that all is there, if anything was shown. */
  finish(): void {
    if (this.#handle || this.#line) this.#show(`${this.title}: done`, undefined, true);
  }

  /** Bytes a second. */
  #speed(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at - first.at < redrawEveryMs) return undefined;
    return ((last.received - first.received) / (last.at - first.at)) * 1000;
  }

  #show(text: string, share: number | undefined, finished = false): void {
    if (!notebookHost()) {
      this.#line ??= openProgress();
      this.#line(text, finished);
      return;
    }
    const bar = share === undefined ? "" : markup`<progress max="1" value="${share.toFixed(3)}"></progress> `;
    const value = {
      [displaySymbol]: () => ({ "text/html": String(markup`${bar}${text}`), "text/plain": text }),
    };
    this.#handle = this.#handle
      ? this.#handle.then(async (handle) => {
          await handle.update(value);
          return handle;
        })
      : display(value);
  }
}

/** `a.gz, 12.0 of 30.0 MB, 3.0 MB/s, 6 s left` */
export function progressText(
  file: string,
  received: number,
  total: number | undefined,
  speed: number | undefined,
): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const parts = [file, `${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""} MB`];
  if (speed && received !== total) {
    parts.push(`${megabytes(speed)} MB/s`);
    if (total && total > received) parts.push(`${duration((total - received) / speed)} left`);
  }
  return parts.join(", ");
}

function duration(seconds: number): string {
  const rounded = Math.ceil(seconds);
  if (rounded < 100) return `${rounded} s`;
  return rounded < 6000 ? `${Math.ceil(rounded / 60)} min` : `${Math.ceil(rounded / 3600)} h`;
}
