/** What of the disk the checker must read again: packages that were installed, local modules that were edited. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CellDiagnostic } from "../contracts.js";
import type { TypeChecker } from "./checker.js";

/** Below `node_modules`: what changes when a package, or the types of one, is installed. */
const installationMarks = ["", "@types", ".package-lock.json", ".modules.yaml", ".yarn-state.yml"];

export class DiskState {
  readonly #folder: string;
  /** Modification times of local modules, by file. */
  readonly #modified = new Map<string, number>();
  /** Specifiers for which there was no module. */
  readonly #missing = new Set<string>();
  #installed: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#installed = this.#installation();
  }

  /** Before a cell is checked. */
  refresh(checker: TypeChecker, source: string): void {
    if (/\b(?:import|require|from)\b/.test(source)) {
      const installed = this.#installation();
      const isSearched = [...this.#missing].some((specifier) => source.includes(specifier));
      if (isSearched || installed !== this.#installed) checker.invalidate();
      this.#installed = installed;
    }
    const edited = [...this.#modified].filter(([file, time]) => modificationTime(file) !== time);
    if (edited.length > 0) checker.update(edited.map(([file]) => file));
    for (const [file] of edited) this.#modified.set(file, modificationTime(file));
  }

  watch(files: string[]): void {
    for (const file of files) {
      const time = modificationTime(file);
      if (time !== 0 && !this.#modified.has(file)) this.#modified.set(file, time);
    }
  }

  /** Notes the modules that a cell has not found. */
  noteMissing(source: string, found: CellDiagnostic[]): void {
    for (const specifier of this.#missing) if (source.includes(specifier)) this.#missing.delete(specifier);
    for (const { message } of found) this.#missing.add(/'([^']+)'/.exec(message)?.[1] ?? "");
  }

  #installation(): string {
    const times: number[] = [];
    for (let at = this.#folder; ; at = dirname(at)) {
      const modules = join(at, "node_modules");
      times.push(modificationTime(modules));
      if (times.at(-1) !== 0)
        times.push(...installationMarks.map((name) => modificationTime(join(modules, name))));
      if (dirname(at) === at) return times.join(" ");
    }
  }
}

export function modificationTime(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
