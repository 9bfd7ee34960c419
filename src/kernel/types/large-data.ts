/**
 * JSON files that are too large to have a type of their own, which is made of the type of every value in them: 14 MB take
 * the checker 10 seconds. It does not find these files, but modules without types in their place.
 */
import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { largestChecked, megabytes } from "./shown-cell.js";

const specifier = /["']((?:\.{0,2}\/)[^"'\n]*\.json)(?:[?#][^"'\n]*)?["']/g;

export class LargeData {
  /** Where the modules are declared. */
  readonly file: string;
  readonly #names = new Set<string>();

  constructor(readonly folder: string) {
    this.file = join(folder, "manabi-data.d.ts");
  }

  text(file: string): string | undefined {
    if (file !== this.file) return undefined;
    return [...this.#names].map((name) => `declare module ${JSON.stringify(`*/${name}`)};\n`).join("");
  }

  /** False for a file that the checker must not find. */
  exists(file: string): false | undefined {
    return file.endsWith(".json") && sizeOf(file) > largestChecked ? false : undefined;
  }

  /** The files that a cell mentions; `isNew`: some for the first time. */
  mentioned(source: string): { notices: string[]; isNew: boolean } {
    const known = this.#names.size;
    const notices: string[] = [];
    for (const [, path = ""] of source.matchAll(specifier)) {
      const bytes = sizeOf(resolve(this.folder, path));
      if (bytes <= largestChecked) continue;
      this.#names.add(basename(path));
      notices.push(`${path} (${megabytes(bytes)}) has the type any: TypeScript would take long to read it.`);
    }
    return { notices, isNew: this.#names.size > known };
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
