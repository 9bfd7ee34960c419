import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { decode } from "fast-png";
import { displaySymbol, type Displayable, type MimeBundle } from "../../src/host/host.js";

/** Beside the source, not in dist/: the pictures are there to be looked at. */
const folder = new URL("../../../test/figures/snapshots/", import.meta.url);

/** The MIME bundle that a value shows itself with. */
export function bundleOf(value: Displayable): MimeBundle {
  return value[displaySymbol]() as MimeBundle;
}

/** The SVG that a value shows itself with. */
export function svgOf(value: Displayable): string {
  return bundleOf(value)["image/svg+xml"] as string;
}

/** The picture inside of an SVG. */
export function embeddedPng(svg: string): ReturnType<typeof decode> {
  const base64 = /data:image\/png;base64,([^"]*)/.exec(svg)?.[1];
  assert.ok(base64, "the SVG holds no PNG");
  return decode(Buffer.from(base64, "base64"));
}

/**
 * Compares an SVG with test/figures/snapshots/NAME.svg, numbers rounded to one decimal, pixels by their hash.
 * `UPDATE_SNAPSHOTS=1` writes the files: look at them before you commit them.
 */
export function assertSnapshot(name: string, svg: string): void {
  const file = new URL(`${name}.svg`, folder);
  if (process.env["UPDATE_SNAPSHOTS"]) {
    mkdirSync(folder, { recursive: true });
    // An element a line, so that what changed can be read.
    writeFileSync(file, `${svg.replace(/\d+\.\d{2,}/g, roundNumber).replaceAll("><", ">\n<")}\n`);
  }
  assert.ok(existsSync(file), `${name}.svg is missing: run with UPDATE_SNAPSHOTS=1 and look at it`);
  assert.equal(comparable(svg), comparable(readFileSync(file, "utf8").trimEnd()), `${name}.svg differs`);
}

function comparable(svg: string): string {
  return withoutNames(svg)
    .replace(/data:image\/png;base64,([^"]*)/g, (_, png: string) => {
      const { width, height, data } = decode(Buffer.from(png, "base64"));
      return `${width}x${height} ${createHash("sha256").update(data).digest("hex")}`;
    })
    .replace(/\d+\.\d+/g, roundNumber)
    .replaceAll("><", ">\n<");
}

/** Plotly's names are made of the data to the last bit, which another processor computes otherwise. */
function withoutNames(svg: string): string {
  const names = Array.from(svg.matchAll(/(?:defs-|clip|trace|cb)([\da-f]{6})/g), ([, name]) => name!);
  return names.reduce((text, name) => text.replaceAll(name, "name"), svg);
}

function roundNumber(number: string): string {
  return String(Math.round(Number(number) * 10) / 10);
}
