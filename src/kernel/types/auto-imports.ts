/**
 * Completions that import what they name. The protocol can replace the text around the cursor, not add a line
 * elsewhere; so they are offered where a line holds nothing but the beginning of a name, or of an import, and become
 * the import.
 */
import { readFileSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";
import type { Completions } from "../contracts.js";

interface Exported {
  name: string;
  from: string;
}

const minLength = 3;
const requireBuiltin = createRequire(import.meta.url);

export class AutoImports {
  #exported: Exported[] | undefined;

  constructor(
    readonly folder: string,
    readonly homeFolder: string,
  ) {}

  /** For a line that consists of `partial` alone; `known` are in scope and need no import. */
  matches(partial: string, known: { name: string }[]): Completions["matches"] {
    if (partial.length < minLength) return [];
    const names = new Set(known.map(({ name }) => name));
    return this.matchesInClause([partial], (name) => !names.has(name));
  }

  /** How to import a name that a cell does not know. */
  advice(name: string): string | undefined {
    const found = this.#all().find((each) => each.name === name);
    return found && `${name} can be imported: ${importOf([name], found.from)}`;
  }

  /** For `import { a, b, par`: modules that export all names before the last, which is still partial. */
  matchesInClause(clause: string[], isWanted = (_name: string) => true): Completions["matches"] {
    const partial = clause.at(-1) ?? "";
    const before = clause.slice(0, -1);
    const exported = this.#all();
    const exporting = before
      .map((each) => each.replace(/\s.*/s, ""))
      .map((wanted) => new Set(exported.filter(({ name }) => name === wanted).map(({ from }) => from)));
    return exported
      .filter(({ name }) => name.startsWith(partial) && !before.includes(name) && isWanted(name))
      .filter(({ from }) => clause.join("") !== "" || !from.startsWith("node:"))
      .filter(({ from }) => exporting.every((modules) => modules.has(from)))
      .map(({ name, from }) => ({
        text: importOf([...before, name], from),
        kind: "module",
        documentation: `Imports ${name} from ${from}.`,
      }));
  }

  #all(): Exported[] {
    return (this.#exported ??= [...this.#ofPackages(), ...ofNode()]);
  }

  /** What Manabi and the packages in the package.json of the notebook's folder export directly. */
  #ofPackages(): Exported[] {
    const manifest = readManifest(join(this.folder, "package.json"));
    const names = Object.keys(manifest?.dependencies ?? {});
    return [
      ...exportsOf("manabi", this.homeFolder),
      ...names
        .filter((name) => name !== "manabi")
        .flatMap((name) => exportsOf(name, join(this.folder, "node_modules", name))),
    ];
  }
}

const importOf = (names: string[], from: string): string =>
  `import { ${names.join(", ")} } from ${JSON.stringify(from)};`;

interface Manifest {
  types?: string;
  typings?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

export function readManifest(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest;
  } catch {
    // There is none, or it is not JSON: then it names nothing to import.
    return undefined;
  }
}

function exportsOf(from: string, packageFolder: string): Exported[] {
  const manifest = readManifest(join(packageFolder, "package.json"));
  const types = manifest?.types ?? manifest?.typings;
  if (!types) return [];
  const file = join(packageFolder, types);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // The package says that it has types, but does not.
    return [];
  }
  const { module } = parseSync(join(dirname(file), "index.d.ts"), text, { lang: "dts" });
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName: { name }, isType }) => (name && !isType ? [{ name, from }] : [])),
  );
}

function ofNode(): Exported[] {
  return builtinModules
    .filter((name) => !/^_|^(?:punycode|sys|constants|wasi|trace_events)$|^node:/.test(name))
    .flatMap((name) => {
      const module = requireBuiltin(`node:${name}`) as object;
      return Object.keys(module)
        .filter((key) => /^[a-z]\w+$/i.test(key))
        .map((key) => ({ name: key, from: `node:${name}` }));
    });
}
