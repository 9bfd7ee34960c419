/**
 * Where the type checker finds what cells import.
 *
 * A program whose files import other modules than before must be built anew, which takes TypeScript 20 times
 * as long as a change within a file. So cells do not import: all that any cell has imported stands in one of
 * two growing files, which a cell sees as `__near` (the notebook's folder) and `__home` (Manabi's own packages,
 * for those that the notebook's folder does not have). In a cell, `import * as tf from "m"` is an alias,
 * `import tf = __near.m0;`, with all its values, types and namespaces.
 */
import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import type { ImportedName } from "./cell-analysis.js";
import { withoutNpm } from "../transform/npm-specifier.js";

type Place = "near" | "home";

interface Span {
  start: number;
  end: number;
}

/** An import in one of the two files. */
export interface RegisteredImport {
  file: string;
  /** What the name is called in a cell: `__near.m0`. */
  path: string;
  line: Span;
  /** The specifier in the file. */
  source: Span;
}

export class ImportTable {
  readonly files: Record<Place, string>;
  readonly #texts: Record<Place, string> = { near: "export {};\n", home: "export {};\n" };
  readonly #registered = new Map<string, RegisteredImport>();

  constructor(
    readonly folder: string,
    readonly homeFolder: string,
  ) {
    this.files = {
      near: join(folder, "manabi-imports.ts"),
      home: join(homeFolder, "manabi-imports.ts"),
    };
  }

  text(file: string): string | undefined {
    if (file === this.files.near) return this.#texts.near;
    return file === this.files.home ? this.#texts.home : undefined;
  }

  /** The first lines of every cell. */
  header(): string {
    // `import * as` would have the checker look at all that the files import, for each cell.
    const aliases = Object.entries(this.files).map(
      ([place, file]) => `import __${place} = require(${JSON.stringify(file)});`,
    );
    return `${aliases.join(" ")}\n`;
  }

  /** `isNew`: the files have changed. */
  register(wanted: Pick<ImportedName, "exported" | "from" | "attributes" | "isTypeOnly">): {
    entry: RegisteredImport;
    isNew: boolean;
  } {
    const { exported, attributes, isTypeOnly } = wanted;
    const from = withoutVersion(withoutNpm(wanted.from));
    const place = this.#placeOf(from);
    const key = JSON.stringify([place, exported, from, attributes, isTypeOnly]);
    const known = this.#registered.get(key);
    if (known) return { entry: known, isNew: false };

    const name = `m${this.#registered.size}`;
    const source = JSON.stringify(from);
    const type = isTypeOnly ? "type " : "";
    const before =
      exported === "="
        ? `import ${name} = require(`
        : exported === "*"
          ? `import ${type}* as ${name} from `
          : `import ${type}{ ${exported} as ${name} } from `;
    const after = exported === "=" ? `)` : attributes;
    const start = this.#texts[place].length;
    const line = `${before}${source}${after}; export ${type}{ ${name} };\n`;
    this.#texts[place] += line;
    const entry = {
      file: this.files[place],
      path: `__${place}.${name}`,
      line: { start, end: start + line.length },
      source: { start: start + before.length, end: start + before.length + source.length },
    };
    this.#registered.set(key, entry);
    return { entry, isNew: true };
  }

  #placeOf(from: string): Place {
    if (/^[./]/.test(from) || isBuiltin(from)) return "near";
    const packageName = /^(?:@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from;
    if (hasPackage(this.folder, packageName)) return "near";
    const isOwn = packageName === "manabi" || hasPackage(this.homeFolder, packageName);
    return isOwn ? "home" : "near";
  }
}

/** A file's path without the `?v=2` or `#2` that has Node load it anew. */
function withoutVersion(specifier: string): string {
  return /^(?:[./]|file:)/.test(specifier) ? specifier.replace(/[?#].*$/, "") : specifier;
}

/** Whether code in a folder can import a package, or has types for it. */
export function hasPackage(folder: string, packageName: string): boolean {
  const types = `@types/${packageName.replace(/^@/, "").replace("/", "__")}`;
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    if (existsSync(join(modules, packageName)) || existsSync(join(modules, types))) return true;
    if (dirname(at) === at) return false;
  }
}

/** A type, or a message with types, without the files that they come from. */
export function readableType(type: string): string {
  return type.replace(/(?:import\("[^"]*"(?:, \{[^}]*\})?\)|\b__(?:near|home)\.m\d+)\./g, "");
}
