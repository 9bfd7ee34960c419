/** Completion of what lies on the disk: files, and packages that are installed. */
import { readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Completions } from "../contracts.js";
import { readManifest } from "./auto-imports.js";

type Match = Completions["matches"][number];

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const npmCommands = ["install", "list", "outdated", "run", "uninstall", "update"];

/** Files, as a shell completes them. */
export function completeCommand(
  folder: string,
  { name, text }: { name: string; text: string },
  cursor: number,
): Completions {
  const word = /[^\s"'=<>|;&()]*$/.exec(text)?.[0] ?? "";
  const partial = word.slice(word.lastIndexOf("/") + 1);
  const at = resolve(folder, word.slice(0, word.length - partial.length));
  const files = entriesOf(at).map((entry) =>
    entry.isDirectory() ? { text: `${entry.name}/`, kind: "folder" } : { text: entry.name, kind: "file" },
  );
  const all =
    name === "%npm" && text === word ? npmCommands.map((each) => ({ text: each, kind: "command" })) : files;
  const matches = all
    .filter((match) => match.text.startsWith(partial) && (partial !== "" || !match.text.startsWith(".")))
    .toSorted((a, b) => compare(a.text, b.text));
  return { matches, start: cursor - partial.length, end: cursor };
}

/** Files beside the notebook, the packages that its folder and Manabi depend on, Node's own modules, and all else. */
export function completeSpecifier(folder: string, specifier: string, cursor: number): Completions {
  const isPath = /^\.{0,2}\//.test(specifier);
  const partial = isPath ? (specifier.split("/").at(-1) ?? "") : specifier;
  const candidates = isPath
    ? filesIn(join(folder, specifier.slice(0, specifier.length - partial.length)))
    : modulesFor(folder, partial);
  const matches = candidates.filter(({ text }) => text.startsWith(partial));
  return { matches, start: cursor - partial.length, end: cursor };
}

function filesIn(folder: string): Match[] {
  return entriesOf(folder).flatMap((entry) => {
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return [{ text: `${entry.name}/`, kind: "folder" }];
    return /\.(?:[cm]?[jt]sx?|json)$/.test(entry.name) ? [{ text: entry.name, kind: "file" }] : [];
  });
}

function modulesFor(folder: string, partial: string): Match[] {
  const files = filesIn(folder).filter(({ kind }) => kind === "file");
  const { wanted, others } = packagesFor(folder);
  const builtin = builtinModules
    .filter((name) => !/^_|\/_/.test(name))
    .map((name) => name.replace(/^(?:node:)?/, "node:"));
  // Packages that only packages need are many.
  const packages = [...wanted, ...builtin, ...(partial === "" ? [] : others)];
  return [
    ...files.map(({ text, kind }) => ({ text: `./${text}`, kind })),
    ...packages.map((text) => ({ text, kind: "module" })),
  ];
}

/** What cells can import wherever they are. */
const offered = ["manabi", "@tensorflow/tfjs-node", "nodejs-polars"];

/** Installed packages: those that a package.json of the folder, or of one above, names, and the others. */
function packagesFor(folder: string): { wanted: string[]; others: string[] } {
  const wanted = new Set<string>(offered);
  const others = new Set<string>();
  for (let at = folder; ; at = dirname(at)) {
    const { dependencies, devDependencies } = readManifest(join(at, "package.json")) ?? {};
    for (const name of Object.keys({ ...dependencies, ...devDependencies }).toSorted(compare))
      wanted.add(name);
    const modules = join(at, "node_modules");
    for (const { name } of entriesOf(modules)) {
      if (name.startsWith("@"))
        for (const scoped of entriesOf(join(modules, name))) others.add(`${name}/${scoped.name}`);
      else if (!name.startsWith(".")) others.add(name);
    }
    if (dirname(at) === at) break;
  }
  const isImported = (name: string): boolean => !name.startsWith("@types/");
  const isOther = (name: string): boolean => isImported(name) && !wanted.has(name);
  return {
    wanted: [...wanted].filter(isImported),
    others: [...others].filter(isOther).toSorted(compare),
  };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => compare(a.name, b.name));
  } catch {
    // There may be no such folder.
    return [];
  }
}
