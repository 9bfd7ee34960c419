/**
 * The declarations of JavaScript and of Node, each joined into one file. For every cell, the checker merges all that the
 * program's files declare globally; what one file declares is merged once, when it is read.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A library of JavaScript that comes with TypeScript, such as `lib.es2015.core.d.ts`; those of browsers are left alone. */
const libraryName = /^lib\.(?:es|decorators)[\w.]*\.d\.ts$/;
const reference = /^\/\/\/\s*<reference\s+(lib|path|types)="([^"]+)".*$/gm;

/** @returns what the checker shall read instead of a file that is among those to be joined; else undefined */
export function joinedDeclarations(
  file: string,
  /** Where TypeScript's libraries are, if the program has the newest one, "esnext", which has all others in it. */
  libraryFolder: string | undefined,
): string | undefined {
  if (file.endsWith("/@types/node/index.d.ts")) return joined(file);
  if (dirname(file) !== libraryFolder || !libraryName.test(basename(file))) return undefined;
  return basename(file) === "lib.esnext.d.ts" ? joined(file) : "";
}

/** All that a file refers to, then its own text; what cannot be joined stays a reference. */
function joined(entry: string): string {
  const references = new Set<string>();
  const seen = new Set<string>();
  const texts: string[] = [];
  const add = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8").replace(reference, (line, kind: string, name: string) => {
      if (kind === "path") add(join(dirname(file), name));
      else if (kind === "lib" && libraryName.test(basename(file)))
        add(join(dirname(file), `lib.${name}.d.ts`));
      else references.add(line);
      return "";
    });
    texts.push(isModule.test(text) ? `declare module "joined:${basename(file)}" {\n${text}\n}` : text);
  };
  add(entry);
  return [...references, ...texts].join("\n");
}

/** A module's names are its own, and what it declares in `global` is everybody's: as in an ambient module. */
const isModule = /^(?:import|export)\b/m;
