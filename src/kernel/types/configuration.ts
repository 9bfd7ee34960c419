/** The virtual tsconfig.json of a notebook, and the globals that cells have. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  bundledDeclarations,
  isLibrary,
  joinedDeclarations,
  libraryFile,
  nodeFile,
} from "./joined-declarations.js";
import { readTsconfig, type Tsconfig } from "../transform/tsconfig.js";
import { foreignGlobals } from "./foreign-globals.js";

/** What a notebook without a tsconfig.json gets: strict, except where that is only noise in a notebook. */
const defaults = {
  target: "esnext",
  lib: ["esnext"],
  strict: true,
  strictPropertyInitialization: false,
  noImplicitThis: false,
  useUnknownInCatchVariables: false,
  skipLibCheck: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  allowJs: true,
  allowUmdGlobalAccess: true,
  jsx: "preserve",
  types: [],
};

/** What cells need whatever the folder's tsconfig.json says: they are modules that nobody compiles. */
const overrides = {
  module: "preserve",
  moduleResolution: "bundler",
  moduleDetection: "force",
  allowImportingTsExtensions: true,
  noEmit: true,
  composite: false,
  incremental: false,
  declaration: false,
  isolatedModules: false,
  isolatedDeclarations: false,
  verbatimModuleSyntax: false,
  erasableSyntaxOnly: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
};

export interface Configuration {
  configFile: string;
  /** Text of a file that is not on disk, or not read from there; undefined for all others. */
  read: (file: string) => string | undefined;
}

export function configure(folder: string, cellFiles: string[]): Configuration {
  const defaultsFile = join(folder, "tsconfig.manabi-defaults.json");
  const configFile = join(folder, "tsconfig.manabi.json");
  const globalsFile = join(folder, "manabi-globals.d.ts");
  const ownConfig = join(folder, "tsconfig.json");
  const ownNodeTypes = nodeTypesOf(folder);
  const nodeTypes = ownNodeTypes && isCurrent(ownNodeTypes) ? ownNodeTypes : nodeFile();
  const own = readTsconfig(folder)?.options ?? {};
  const { lib = defaults.lib } = own;
  const isNewest = lib.some((name) => name.toLowerCase() === "esnext");
  const bundled = isNewest && nodeTypes === nodeFile() ? bundledDeclarations() : undefined;
  const files = new Map([
    [defaultsFile, JSON.stringify({ compilerOptions: defaults })],
    [
      configFile,
      JSON.stringify({
        extends: [defaultsFile, ...(existsSync(ownConfig) ? [ownConfig] : [])],
        compilerOptions: { ...overrides, ...withoutBaseUrl(folder, own) },
        files: [...cellFiles, globalsFile],
        include: [],
        references: [],
      }),
    ],
    [globalsFile, `${(bundled ?? [nodeTypes]).map(reference).join("\n")}\n${globals}`],
  ]);
  return {
    configFile,
    read(file) {
      // What packages refer to as Node's declarations, too.
      const isOutdated = file === ownNodeTypes && file !== nodeTypes;
      const text = isOutdated ? reference(nodeTypes) : files.get(file);
      if (text !== undefined || !(file === nodeTypes || (isNewest && isLibrary(file)))) return text;
      const isEntry = file === nodeTypes || file === libraryFile();
      return isEntry && bundled === undefined ? joinedDeclarations(file) : "";
    },
  };
}

/** `baseUrl` as `paths`: TypeScript 7 has done away with it, but not the tools that people come from. */
function withoutBaseUrl(folder: string, { baseUrl, paths = {} }: Tsconfig["options"]): object {
  if (baseUrl === undefined) return {};
  const all = Object.entries({ "*": ["*"], ...paths });
  const absolute = all.map(([pattern, targets]) => [
    pattern,
    targets.map((target) => resolve(folder, baseUrl, target)),
  ]);
  return { baseUrl: null, paths: Object.fromEntries(absolute) as object };
}

/** What says only that TypeScript 7 has no use any more for an option, or paths that are relative to `baseUrl`. */
export const outdatedOptionCodes = new Set([5090, 5102, 5108]);

function reference(file: string): string {
  return `/// <reference path=${JSON.stringify(file)} />`;
}

/** The declarations of Node that a folder has itself. */
function nodeTypesOf(folder: string): string | undefined {
  const file = join(folder, "node_modules/@types/node/index.d.ts");
  if (existsSync(file)) return realpathSync(file);
  return dirname(folder) === folder ? undefined : nodeTypesOf(dirname(folder));
}

/** Whether declarations of Node are of the version that runs, or of a newer one. */
function isCurrent(file: string): boolean {
  const { version } = JSON.parse(readFileSync(join(dirname(file), "package.json"), "utf8")) as {
    version: string;
  };
  return parseInt(version) >= parseInt(process.versions.node);
}

/** What the runner gives to every cell. */
const globals = `
interface ImportMeta { url: string; filename: string; dirname: string; resolve(specifier: string): string; }
/** Values of a MIME bundle by MIME type, such as \`{ "text/html": "<b>bold</b>" }\`. */
type MimeBundle = Record<string, unknown>;
/**
 * Shows a value below the cell, as if it were the cell's result.
 * \`update\` of what it returns, or a later \`display\` with the same \`displayId\` and \`update: true\`,
 * changes what was shown.
 */
declare function display(
  value: unknown,
  options?: { raw?: boolean; update?: boolean; displayId?: string; metadata?: Record<string, unknown> },
): Promise<DisplayHandle>;
interface DisplayHandle { readonly displayId: string; update(value: unknown): Promise<DisplayHandle>; }
/** Removes what the cell has shown so far; with \`wait\`, as soon as there is something new to show. */
declare function clearOutput(options?: { wait?: boolean }): void;
/** Asks the person at the notebook for a line of text. */
declare const input: {
  (prompt?: string): Promise<string>;
  /** The same without showing what is typed. */
  password(prompt?: string): Promise<string>;
};
/** Asks the person at the notebook for a line of text and waits for it; null if nobody can answer. */
declare function prompt(message?: string, defaultValue?: string): string | null;
/** Asks the person at the notebook for a yes. */
declare function confirm(message?: string): boolean;
${foreignGlobals}`;
