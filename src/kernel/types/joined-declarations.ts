/**
 * The declarations of JavaScript and of Node, each joined into one file. For every cell, the checker merges all that the
 * program's files declare globally; what one file declares is merged once, when it is read.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { compilerProgram } from "../transform/compiler-program.js";
import parts = require("../parts.cjs");

const libraryName = /^lib\.(?:es|decorators)[\w.]*\.d\.ts$/;
const reference = /^\/\/\/\s*<reference\s+(lib|path|types)="([^"]+)".*$/gm;

/** TypeScript's newest library of JavaScript, which has all others in it. */
export function libraryFile(): string {
  return join(dirname(compilerProgram()), "lib.esnext.d.ts");
}

/** Whether a file is a library of JavaScript that comes with TypeScript; those of browsers are none. */
export function isLibrary(file: string): boolean {
  return libraryName.test(basename(file)) && dirname(file) === dirname(compilerProgram());
}

/**
 * Manabi's declarations of Node. By their real path, as packages refer to them: declared twice, the globals cost the
 * checker 15 ms for each cell.
 */
export function nodeFile(): string {
  return realpathSync(createRequire(import.meta.url).resolve("@types/node/index.d.ts"));
}

/** What set-up joins into `bundle/`: two files, which the checker reads at the same time. */
export const bundles = { "javascript.d.ts": libraryFile, "node.d.ts": nodeFile };

/** Where set-up has put them; undefined if that is out of date. */
export function bundledDeclarations(): string[] | undefined {
  const folder = dirname(parts.bundleFile("checker"));
  const files = Object.keys(bundles).map((name) => join(folder, name));
  return parts.hasBundle("checker") && files.every((file) => existsSync(file)) ? files : undefined;
}

/** A file's text, after all that it refers to; what cannot be joined stays a reference. */
export function joinedDeclarations(entry: string): string {
  const references = new Set<string>();
  const seen = new Set<string>();
  const texts: string[] = [];
  const add = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8").replace(reference, (line, kind: string, name: string) => {
      const library = join(dirname(file), `lib.${name}.d.ts`);
      if (kind === "path") add(join(dirname(file), name));
      else if (kind === "lib" && isLibrary(library)) add(library);
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
