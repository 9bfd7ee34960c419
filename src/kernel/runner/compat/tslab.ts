/**
 * What a cell gets that imports `tslab`: tslab's own display API (its `public.d.ts`), on our host. The package itself
 * is of no use here, since it would load its compiler and look for its own kernel.
 * @see https://github.com/yunabe/tslab
 */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import type { Display } from "tslab";

interface DisplayHost {
  display(bundle: Record<string, unknown>, options?: { displayId?: string; update?: boolean }): void;
}

class HostDisplay implements Display {
  private isShown = false;

  constructor(private readonly displayId?: string) {}

  javascript(text: string): void {
    this.raw("text/javascript", text);
  }
  html(text: string): void {
    this.raw("text/html", text);
  }
  markdown(text: string): void {
    this.raw("text/markdown", text);
  }
  latex(text: string): void {
    this.raw("text/latex", text);
  }
  svg(text: string): void {
    this.raw("image/svg+xml", text);
  }
  png(bytes: Uint8Array): void {
    this.raw("image/png", bytes);
  }
  jpeg(bytes: Uint8Array): void {
    this.raw("image/jpeg", bytes);
  }
  gif(bytes: Uint8Array): void {
    this.raw("image/gif", bytes);
  }
  pdf(bytes: Uint8Array): void {
    this.raw("application/pdf", bytes);
  }
  text(text: string): void {
    this.raw("text/plain", text);
  }
  raw(contentType: string, content: string | Uint8Array): void {
    const host = (globalThis as unknown as Record<symbol, DisplayHost>)[
      Symbol.for("Jupyter.host")
    ] as DisplayHost;
    const { displayId } = this;
    host.display(
      { [contentType]: content },
      displayId === undefined ? {} : { displayId, update: this.isShown },
    );
    this.isShown = true;
  }
}

/** Adds an output for each call. */
export const display: Display = new HostDisplay();

/** A display whose calls replace its own output. */
export function newDisplay(): Display {
  return new HostDisplay(randomUUID());
}

const require = createRequire(import.meta.url);
const versionOf = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;

export const versions = {
  tslab: versionOf("tslab"),
  typescript: versionOf("typescript"),
  node: process.version,
};
