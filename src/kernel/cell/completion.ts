/** Completion: what the type checker knows at the cursor, in the shape that the protocol wants. */
import { readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import type { Completions } from "../contracts.js";
import type { CheckerCompletion, Description } from "./checker.js";
import { readableType } from "./imports.js";
import type { CellLanguage } from "./language.js";
import { magics } from "./magics.js";
import { memberOwner, nameStart } from "./member-access.js";

type Match = Completions["matches"][number];

/** Types and documentation are looked up for the first matches, and for some more while there is time. */
const detailedMatches = { always: 4, atMost: 20 };
const detailsMs = 2;
const maxSignatureLength = 300;
const maxDescribedNames = 40;

const moduleSpecifier = /(?:\bfrom|\bimport|\b(?:require|import)\s*\()\s*["']([^"'\n]*)$/;

const keywords = (
  "abstract any as async await bigint boolean break case catch class const continue debugger declare default delete do " +
  "else enum export extends false finally for from function if implements import in infer instanceof interface is keyof " +
  "let namespace never new null number object of private protected public readonly return satisfies static string super " +
  "switch symbol this throw true try type typeof undefined unique unknown using var void while with yield"
).split(" ");

export function complete(language: CellLanguage, code: string, cursor: number): Completions {
  const before = code.slice(0, cursor);
  const magic = /(?:^|\n)[ \t]*(%{1,2}\w*)$/.exec(before)?.[1];
  if (magic !== undefined) return completeMagic(magic, cursor);
  const specifier = moduleSpecifier.exec(before)?.[1];
  if (specifier !== undefined) return completeSpecifier(language.folder, specifier, cursor);

  const start = nameStart(code, cursor);
  const partial = before.slice(start);
  const memberOf = memberOwner(code, cursor);
  const isMember = /\.\s*$/.test(before.slice(0, start)) && !/\.\.\.\s*$/.test(before.slice(0, start));
  const found =
    language.completions(code, cursor) ??
    (isMember
      ? []
      : [...literals(language, code, start, cursor), ...namesInScope(language, code, cursor, partial)]);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const imports = line.trim() === partial && !/\S/.test(code.slice(cursor).split("\n")[0] ?? "");
  const matches = [...toMatches(found, partial), ...(imports ? language.autoImports.matches(partial) : [])];
  // A name around the cursor is replaced as a whole.
  const end = cursor + (/^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))?.[0].length ?? 0);
  return { matches, start, end, ...(memberOf !== undefined && { memberOf }) };
}

function completeMagic(partial: string, cursor: number): Completions {
  const matches = Object.entries(magics)
    .filter(([name]) => name.startsWith(partial))
    .map(([name, { usage, summary }]) => {
      return { text: name, kind: "magic", signature: usage, documentation: summary };
    });
  return { matches, start: cursor - partial.length, end: cursor };
}

function toMatches(found: CheckerCompletion[], partial: string): Match[] {
  const wanted = partial.toLowerCase();
  const rank = ({ name, sortText }: CheckerCompletion): string =>
    (name.startsWith(partial) ? "0" : "1") + sortText;
  const candidates = found
    .filter(({ name }) => name.toLowerCase().startsWith(wanted))
    .map((entry) => ({ entry, key: rank(entry) }))
    .toSorted((a, b) => compare(a.key, b.key) || compare(a.entry.name, b.entry.name));
  const deadline = performance.now() + detailsMs;
  return candidates.map(({ entry }, index) => {
    const text = entry.insertText ?? entry.name.replace(/\?$/, "");
    const { always, atMost } = detailedMatches;
    const isDetailed = index < always || (index < atMost && performance.now() < deadline);
    const signature = isDetailed
      ? readableType(entry.signature?.() ?? "").slice(0, maxSignatureLength)
      : undefined;
    const documentation = isDetailed ? entry.documentation?.() : undefined;
    return {
      text,
      kind: entry.kind,
      ...(signature && { signature }),
      ...(documentation && { documentation }),
    };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Texts that may stand where a value is wanted, such as `"relu"` in `{ activation: }`: those of a string there. */
function literals(language: CellLanguage, code: string, start: number, cursor: number): CheckerCompletion[] {
  const before = code.slice(0, start);
  if (!/[:=(,[?|]\s*$/.test(before)) return [];
  const found = language.completions(`${before}""${code.slice(cursor)}`, start + 1) ?? [];
  return found.map((each) => ({ ...each, insertText: JSON.stringify(each.name), sortText: "0" }));
}

/** Names of the cell and of earlier cells, globals and keywords. The checker cannot list them, but knows each. */
function namesInScope(
  language: CellLanguage,
  code: string,
  cursor: number,
  partial: string,
): CheckerCompletion[] {
  const isWanted = (name: string): boolean => name.toLowerCase().startsWith(partial.toLowerCase());
  const words = [...new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))];
  const all = [
    ...language.names().map(({ name, kind }) => ({ name, kind, sortText: "1" })),
    ...words.filter((word) => word !== partial).map((name) => ({ name, kind: "word", sortText: "2" })),
    ...language.globals().map((each) => ({ ...each, sortText: "3" })),
    ...keywords.map((name) => ({ name, kind: "keyword", sortText: "4" })),
  ].filter(({ name }) => isWanted(name));
  const seen = new Set<string>();
  const candidates = all.filter(({ name }) => !seen.has(name) && seen.add(name));
  const asked = candidates.filter(({ kind }) => kind !== "keyword").slice(0, maxDescribedNames);
  const describe = language.describer(
    code,
    cursor,
    asked.map(({ name }) => name),
  );
  return candidates.flatMap((candidate) => {
    if (!asked.includes(candidate)) return candidate.kind === "word" ? [] : [candidate];
    if (candidate.kind !== "word") return [described(candidate, () => describe(candidate.name))];
    const found = describe(candidate.name);
    // Other words are those of strings, comments and properties.
    return found ? [described({ ...candidate, kind: found.kind }, () => found)] : [];
  });
}

function described(
  candidate: { name: string; kind: string; sortText: string },
  describe: () => Description | undefined,
): CheckerCompletion {
  let known: Description | undefined;
  const description = (): Description | undefined => (known ??= describe());
  return {
    ...candidate,
    signature: () => description()?.type,
    documentation: () => description()?.documentation ?? "",
  };
}

/** Files beside the notebook, installed packages, and Node's own modules. */
function completeSpecifier(folder: string, specifier: string, cursor: number): Completions {
  const isPath = /^\.{0,2}\//.test(specifier);
  const partial = isPath ? (specifier.split("/").at(-1) ?? "") : specifier;
  const candidates = isPath
    ? filesIn(join(folder, specifier.slice(0, specifier.length - partial.length)))
    : [...packagesFor(folder), ...builtinModules.map((name) => `node:${name}`)].map((text) => ({
        text,
        kind: "module",
      }));
  const matches = candidates
    .filter(({ text }) => text.startsWith(partial) && !text.includes("/_"))
    .toSorted((a, b) => compare(a.text, b.text));
  return { matches, start: cursor - partial.length, end: cursor };
}

function filesIn(folder: string): Match[] {
  return entriesOf(folder).flatMap((entry) => {
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return [{ text: `${entry.name}/`, kind: "folder" }];
    return /\.(?:[cm]?[jt]sx?|json)$/.test(entry.name) ? [{ text: entry.name, kind: "file" }] : [];
  });
}

function packagesFor(folder: string): string[] {
  const names = new Set<string>();
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    for (const { name } of entriesOf(modules)) {
      if (name.startsWith("@"))
        for (const scoped of entriesOf(join(modules, name))) names.add(`${name}/${scoped.name}`);
      else if (!name.startsWith(".")) names.add(name);
    }
    if (dirname(at) === at) return [...names].filter((name) => !name.startsWith("@types/"));
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // There may be no such folder.
    return [];
  }
}
