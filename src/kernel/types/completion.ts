/** Completion: what the type checker knows at the cursor, in the shape that the protocol wants. */
import type { Completions } from "../contracts.js";
import type { CheckerCompletion, Description } from "./checker.js";
import { readableType } from "./imports.js";
import type { CellLanguage } from "./language.js";
import { magics } from "../magics/index.js";
import { findMagics } from "../transform/magic-syntax.js";
import { memberOwner, nameStart } from "../member-access.js";
import { compare, completeCommand, completeSpecifier } from "./path-completion.js";

type Match = Completions["matches"][number];

/** Types and documentation are looked up for the first matches, and for some more while there is time. */
const detailedMatches = { always: 4, atMost: 20 };
const detailsMs = 2;
const maxSignatureLength = 300;
const maxDescribedNames = 40;

/** After these comes a name that is not there yet. */
const newName = /\b(?:const|let|var|function|class|interface|enum|type|namespace)\s+[\p{ID_Continue}$]*$/u;

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
  const command = commandAt(code, cursor);
  if (command) return completeCommand(language.folder, command, cursor);
  const specifier = moduleSpecifier.exec(before)?.[1];
  if (specifier !== undefined) return completeSpecifier(language.folder, specifier, cursor);
  const imports = completeImport(language, code, cursor);
  if (imports) return imports;
  if (newName.test(before)) return { matches: [], start: cursor, end: cursor };

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
  const isAlone = line.trim() === partial && !/\S/.test(code.slice(cursor).split("\n")[0] ?? "");
  const matches = [
    ...toMatches(found, partial),
    ...(isAlone ? language.autoImports.matches(partial, found) : []),
  ];
  return { matches, start, end: nameEnd(code, cursor), ...(memberOf !== undefined && { memberOf }) };
}

function completeMagic(partial: string, cursor: number): Completions {
  const matches = Object.entries(magics)
    .filter(([name]) => name.startsWith(partial))
    .map(([name, { usage, summary }]) => {
      return { text: name, kind: "magic", signature: usage, documentation: summary };
    });
  return { matches, start: cursor - partial.length, end: cursor };
}

/** The command of a shell, or of a magic that does not take code, from its start to the cursor. */
function commandAt(code: string, cursor: number): { name: string; text: string } | undefined {
  const { cell, lines } = findMagics(code);
  const found = [...(cell ? [cell] : []), ...lines].find(({ name, argumentStart, end }) => {
    return magics[name]?.argument === "text" && argumentStart <= cursor && cursor <= end;
  });
  return found && { name: found.name, text: code.slice(found.argumentStart, cursor) };
}

/** Within `import { … }`: what the module exports, or names with the modules that export them. */
function completeImport(language: CellLanguage, code: string, cursor: number): Completions | undefined {
  const [clause, names = ""] =
    /(?:^|[;\n])[ \t]*(import\s*\{([^{}"']*))$/.exec(code.slice(0, cursor))?.slice(1) ?? [];
  if (clause === undefined) return undefined;
  const [, from] = /^[^{}"']*\}\s*from\s*["']([^"'\n]+)/.exec(code.slice(cursor)) ?? [];
  if (from !== undefined) {
    const members = `import * as Module from ${JSON.stringify(from)}; Module.`;
    const partial = /[\p{ID_Continue}$]*$/u.exec(names)?.[0] ?? "";
    const matches = toMatches(language.completions(members, members.length) ?? [], partial);
    return { matches, start: cursor - partial.length, end: nameEnd(code, cursor) };
  }
  const [after] = /^\s*\}?[ \t]*(?=;|\n|$)/.exec(code.slice(cursor)) ?? [];
  if (after === undefined) return undefined;
  const matches = language.autoImports.matchesInClause(names.split(",").map((name) => name.trim()));
  return { matches, start: cursor - clause.length, end: cursor + after.length };
}

/** A name around the cursor is replaced as a whole. */
const nameEnd = (code: string, cursor: number): number =>
  cursor + (/^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))?.[0].length ?? 0);

function toMatches(found: CheckerCompletion[], partial: string): Match[] {
  const wanted = partial.toLowerCase();
  // What one calls, before classes and constants, which begin with a capital.
  const rank = ({ name, sortText }: CheckerCompletion): string =>
    (name.startsWith(partial) ? "0" : "1") + sortText + (/^[\p{Lu}_]/u.test(name) ? "1" : "0");
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
