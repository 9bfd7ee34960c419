import { display, type DisplayHandle } from "../host/display.js";
import { html } from "../host/mime.js";

/** Shows how much of some files has arrived, in one output of the notebook, at most 4 times a second. */
export class DownloadProgress {
  #handle: Promise<DisplayHandle> | undefined;
  #drawnAt = 0;

  /** `title` says what is downloaded. */
  constructor(private readonly title: string) {}

  /** To be called with every change. */
  update(file: string, received: number, total: number | undefined): void {
    const done = received === total;
    if (!done && performance.now() - this.#drawnAt < 250) return;
    this.#drawnAt = performance.now();
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
    this.#show(
      `${this.title}: ${file}, ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""} MB`,
      total && received / total,
    );
  }

  /** Says that all is there. */
  finish(): void {
    if (this.#handle) this.#show(`${this.title}: done`, undefined);
  }

  #show(text: string, share: number | undefined): void {
    const bar = share === undefined ? "" : `<progress max="1" value="${share.toFixed(3)}"></progress> `;
    const value = html(`${bar}${text}`);
    this.#handle = this.#handle
      ? this.#handle.then(async (handle) => {
          await handle.update(value);
          return handle;
        })
      : display(value);
  }
}
