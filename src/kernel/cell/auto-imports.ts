/**
 * Completions that import what they name. The protocol can replace the text before the cursor, not add a line
 * elsewhere; so they are offered where a line holds nothing but the beginning of a name, and become the import.
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

  /** For a line that consists of `partial` alone. */
  matches(partial: string): Completions["matches"] {
    if (partial.length < minLength) return [];
    this.#exported ??= [...this.#ofPackages(), ...ofNode()];
    return this.#exported
      .filter(({ name }) => name.startsWith(partial))
      .map(({ name, from }) => ({
        text: `import { ${name} } from ${JSON.stringify(from)};`,
        kind: "module",
        documentation: `Imports ${name} from ${from}.`,
      }));
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

interface Manifest {
  types?: string;
  typings?: string;
  dependencies?: Record<string, string>;
}

function readManifest(file: string): Manifest | undefined {
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
