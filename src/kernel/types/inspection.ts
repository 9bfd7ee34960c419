/** What Shift-Tab shows: the type and documentation of the name at the cursor, or of the function being called. */
import type { MimeBundle } from "../contracts.js";
import type { Description } from "./checker.js";
import { readableType } from "./imports.js";
import type { CellLanguage } from "./language.js";
import { magics } from "../magics/index.js";
import { findMagics } from "../transform/magic-syntax.js";
import { compare } from "./path-completion.js";

/** @param detailLevel 1 adds all JSDoc tags to what level 0 shows */
export function inspect(
  language: CellLanguage,
  code: string,
  cursor: number,
  detailLevel: 0 | 1,
): MimeBundle | undefined {
  const magic = magicAt(code, cursor);
  if (magic) return magic;
  const property = argumentAt(language, code, cursor);
  if (property) return toBundle(property, [], detailLevel);
  for (const position of [nameAt(code, cursor), calledNameAt(code, cursor)]) {
    if (position === undefined) continue;
    const description = language.describe(code, position) ?? describeType(language, code, position);
    if (!description || description.type === "error") continue;
    const parts =
      description.kind === "module"
        ? members(language, code, position)
        : namedArguments(language, code, position, description);
    return toBundle(description, parts, detailLevel);
  }
  return undefined;
}

function magicAt(code: string, cursor: number): MimeBundle | undefined {
  const { cell, lines } = findMagics(code);
  const found = [...(cell ? [cell] : []), ...lines].find(({ start, argumentStart }) => {
    return start <= cursor && cursor <= argumentStart;
  });
  const description = found && magics[found.name];
  if (!description) return undefined;
  const { usage, summary } = description;
  return { "text/plain": `${usage}\n\n${summary}`, "text/markdown": `\`${usage}\`\n\n${summary}` };
}

/** Start of the name that the cursor is in or behind. */
function nameAt(code: string, cursor: number): number | undefined {
  const before = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0] ?? "";
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))?.[0] ?? "";
  return before + after && !/^\d/.test(before + after) ? cursor - before.length : undefined;
}

/** Start of the last name before the innermost bracket that is open at the cursor, if it opens a call. */
function calledNameAt(code: string, cursor: number): number | undefined {
  let depth = 0;
  for (let at = cursor - 1; at >= 0; at -= 1) {
    const character = code.charAt(at);
    if (")]}".includes(character)) depth += 1;
    else if ("([{".includes(character)) depth -= 1;
    if (depth >= 0) continue;
    if (character === "(") {
      const callee = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:<[^()]*>)?\s*(?:\?\.)?$/u.exec(
        code.slice(0, at),
      );
      if (callee && !/^(?:if|for|while|switch|catch|return|await|typeof)$/.test(callee[1] ?? ""))
        return callee.index;
    }
    depth = 0;
  }
  return undefined;
}

/** A type, where a value could stand: `tf.Tensor2D`. */
function describeType(language: CellLanguage, code: string, position: number): Description | undefined {
  const before = /[\p{ID_Continue}$.]*$/u.exec(code.slice(0, position))?.[0] ?? "";
  const name = /^[\p{ID_Continue}$]*/u.exec(code.slice(position))?.[0] ?? "";
  if (!before.endsWith(".") || before.startsWith(".")) return undefined;
  const alias = "type Inspected = ";
  const found = language.describe(`${alias}${before}${name};`, alias.length + before.length);
  return found?.type.startsWith("/*unresolved*/") ? undefined : found;
}

/** An argument or a member, and what is said of it. */
interface Part {
  declaration: string;
  documentation: string;
}

/** Parameters that hold named arguments, as Keras's layers have them: `dense({ units: 3 })`. */
const namedParameter = /^(?:args|config|init|options|opts|settings)\??: (?!any\b)/;
const mostNamedArguments = 40;
const longestType = 100;

/** The properties of a function's last parameter, if that holds named arguments, as far as types tell. */
function namedArguments(
  language: CellLanguage,
  code: string,
  position: number,
  { kind, type }: Description,
): Part[] {
  if (kind !== "function" && kind !== "method") return [];
  const parameters = parameterList(readableType(type));
  const callee = /[\p{ID_Continue}$.]*$/u.exec(code.slice(0, position))?.[0] ?? "";
  const name = /^[\p{ID_Continue}$]*/u.exec(code.slice(position))?.[0] ?? "";
  if (!namedParameter.test(parameters.at(-1) ?? "") || callee.startsWith(".")) return [];
  const call = `${callee}${name}(${"undefined as never, ".repeat(parameters.length - 1)}{ `;
  const found = language.completions(`${call} })`, call.length) ?? [];
  const required = found.filter((each) => !each.name.endsWith("?"));
  const all = [...required, ...found.filter((each) => each.name.endsWith("?"))];
  return all.slice(0, mostNamedArguments).map((each) => {
    const written = readableType(withoutUndefined(each.signature?.() ?? "unknown"));
    const shown = written.length > longestType ? `${written.slice(0, longestType)}…` : written;
    const documentation = each.documentation?.().split(/\n\s*\n/)[0] ?? "";
    return { declaration: `${each.name}: ${shown}`, documentation: documentation.replace(/\s+/g, " ") };
  });
}

const mostMembers = 100;

/** What a module or namespace has, each with the first sentence about it: a table of contents. */
function members(language: CellLanguage, code: string, position: number): Part[] {
  const name = /^[\p{ID_Continue}$]*/u.exec(code.slice(position))?.[0] ?? "";
  const asked = `${code.slice(0, position + name.length)}.`;
  const found = language.completions(asked, asked.length) ?? [];
  // What one calls comes first; classes and constants begin with a capital.
  const rank = (each: { name: string }): string => (/^[\p{Lu}_]/u.test(each.name) ? "1" : "0") + each.name;
  const sorted = found.toSorted((a, b) => compare(rank(a), rank(b)));
  const shown = sorted.slice(0, mostMembers).map((each) => ({
    declaration: each.kind === "function" ? `${each.name}()` : each.name,
    documentation: firstSentence(each.documentation?.() ?? ""),
  }));
  const more = found.length - shown.length;
  return more > 0 ? [...shown, { declaration: "…", documentation: `and ${more} more` }] : shown;
}

function firstSentence(text: string): string {
  const [paragraph = ""] = text.split(/\n\s*\n/);
  return /^.*?\.(?=\s+\p{Lu}|$)|^.*/su.exec(paragraph)?.[0].replace(/\s+/g, " ") ?? "";
}

/** The parameters in the text of a function type, `(a: number, b?: string) => void`. */
function parameterList(type: string): string[] {
  const list: string[] = [];
  let depth = 0;
  let from = type.indexOf("(") + 1;
  for (let at = from; from > 0 && at < type.length && depth >= 0; at += 1) {
    if ("([{<".includes(type.charAt(at))) depth += 1;
    else if (")]}".includes(type.charAt(at)) || (type[at] === ">" && type[at - 1] !== "=")) depth -= 1;
    const isEnd = depth < 0 || (depth === 0 && type[at] === ",");
    if (!isEnd) continue;
    list.push(type.slice(from, at).trim());
    from = at + 1;
  }
  return list;
}

/** Of what is optional that is understood. */
const withoutUndefined = (type: string): string => type.replace(/ \| undefined$/, "");

/** The property at the cursor of an object literal, as its type declares it: with its documentation. */
function argumentAt(language: CellLanguage, code: string, cursor: number): Description | undefined {
  const start = nameAt(code, cursor);
  if (start === undefined || !/[{,]\s*$/.test(code.slice(0, start))) return undefined;
  const name = /^[\p{ID_Continue}$]*/u.exec(code.slice(start))?.[0] ?? "";
  const end = start + name.length;
  if (!/^\s*(?:[:,}]|$)/.test(code.slice(end))) return undefined;
  const found = language
    .completions(code, end)
    ?.find((each) => each.kind === "field" && each.name.replace(/\?$/, "") === name);
  const type = found?.signature?.();
  if (!found || type === undefined) return undefined;
  return {
    name: found.name,
    kind: "property",
    type: found.name.endsWith("?") ? withoutUndefined(type) : type,
    documentation: found.documentation?.() ?? "",
    tags: [],
  };
}

function toBundle(description: Description, parts: Part[], detailLevel: 0 | 1): MimeBundle {
  const signature = signatureText(description);
  const tags = description.tags.filter(
    ({ name }) => detailLevel === 1 || /^(?:param|returns?|deprecated|throws|example)$/.test(name),
  );
  const texts = tags.map(({ name, text }) => ({ name, text: text?.trim() ?? "" }));
  const lines = texts.filter(({ name }) => name !== "example");
  const examples = texts.filter(({ name }) => name === "example").map(({ text }) => text);
  const plain = [
    signature,
    description.documentation,
    lines.map(({ name, text }) => `@${name} ${text}`).join("\n"),
    parts
      .map(({ declaration, documentation }) => `${declaration}\n    ${documentation}`.trimEnd())
      .join("\n"),
    ...examples.map((text) => `@example ${text}`),
  ];
  const markdown = [
    asCode(signature),
    description.documentation,
    lines.map(({ name, text }) => `- *@${name}* ${text}`).join("\n"),
    parts
      .map(({ declaration, documentation }) => `- \`${declaration}\` ${documentation}`.trimEnd())
      .join("\n"),
    ...examples.map((text) => (text.includes("```") ? text : asCode(text))),
  ];
  const join = (paragraphs: string[]): string => paragraphs.filter(Boolean).join("\n\n");
  return { "text/plain": join(plain), "text/markdown": join(markdown) };
}

const asCode = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\``;

const mostOverloads = 8;

/** As a declaration: `function f(a: number): string` rather than `f: (a: number) => string`. */
function signatureText({ name, kind, type: fullType, interface: sameName }: Description): string {
  const type = readableType(fullType);
  if (sameName) return `interface ${readableType(sameName)}\nvar ${name}: ${type}`;
  if (kind === "class" || kind === "enum" || kind === "module") return `${kind} ${name}`;
  if (kind === "interface" || kind === "type") return `${kind} ${name}${type === name ? "" : ` = ${type}`}`;
  if (kind === "function" || kind === "method") {
    const overloads = /^\{ (.*;) \}$/s.exec(type)?.[1];
    if (overloads) {
      const all = overloads.split(/; ?(?=\(|<|$)/).filter(Boolean);
      const shown = all.slice(0, mostOverloads).map((each) => `${kind} ${name}${each}`);
      const more = all.length - shown.length;
      return [...shown, ...(more > 0 ? [`// and ${more} more`] : [])].join("\n");
    }
    const arrow = returnArrow(type);
    if (arrow !== undefined)
      return `${kind} ${name}${type.slice(0, arrow)}: ${type.slice(arrow + " => ".length)}`;
  }
  const keyword = kind === "variable" || kind === "import" ? "let" : kind;
  return `${keyword} ${name}: ${type}`;
}

/** Where the arrow of a function type stands that is not inside of its parameters. */
function returnArrow(type: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < type.length; at += 1) {
    if (depth === 0 && type.startsWith(" => ", at)) return at;
    if ("([{<".includes(type.charAt(at))) depth += 1;
    else if (")]}".includes(type.charAt(at)) || (type[at] === ">" && type[at - 1] !== "=")) depth -= 1;
  }
  return undefined;
}
