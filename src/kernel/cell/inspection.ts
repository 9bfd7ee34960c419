/** What Shift-Tab shows: the type and documentation of the name at the cursor, or of the function being called. */
import type { MimeBundle } from "../contracts.js";
import type { Description } from "./checker.js";
import { readableType } from "./imports.js";
import type { CellLanguage } from "./language.js";
import { findMagics, magics } from "./magics.js";

/** @param detailLevel 1 adds all JSDoc tags to what level 0 shows */
export function inspect(
  language: CellLanguage,
  code: string,
  cursor: number,
  detailLevel: 0 | 1,
): MimeBundle | undefined {
  const magic = magicAt(code, cursor);
  if (magic) return magic;
  for (const position of [nameAt(code, cursor), calledNameAt(code, cursor)]) {
    const description = position === undefined ? undefined : language.describe(code, position);
    if (description && description.type !== "error") return toBundle(description, detailLevel);
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

function toBundle(description: Description, detailLevel: 0 | 1): MimeBundle {
  const signature = signatureText(description);
  const tags = description.tags.filter(
    ({ name }) => detailLevel === 1 || /^(?:param|returns?|deprecated|throws)$/.test(name),
  );
  const lines = tags.map(({ name, text }) => ({ name, text: text?.trim() ?? "" }));
  const plain = [
    signature,
    description.documentation,
    lines.map(({ name, text }) => `@${name} ${text}`).join("\n"),
  ];
  const markdown = [
    `\`\`\`typescript\n${signature}\n\`\`\``,
    description.documentation,
    lines.map(({ name, text }) => `- *@${name}* ${text}`).join("\n"),
  ];
  const join = (parts: string[]): string => parts.filter(Boolean).join("\n\n");
  return { "text/plain": join(plain), "text/markdown": join(markdown) };
}

/** As a declaration: `function f(a: number): string` rather than `f: (a: number) => string`. */
function signatureText({ name, kind, type: fullType, interface: sameName }: Description): string {
  const type = readableType(fullType);
  if (sameName) return `interface ${readableType(sameName)}\nvar ${name}: ${type}`;
  if (kind === "class" || kind === "enum" || kind === "module") return `${kind} ${name}`;
  if (kind === "interface" || kind === "type") return `${kind} ${name}${type === name ? "" : ` = ${type}`}`;
  if (kind === "function" || kind === "method") {
    const overloads = /^\{ (.*;) \}$/s.exec(type)?.[1];
    if (overloads)
      return overloads
        .split(/; ?(?=\(|<|$)/)
        .filter(Boolean)
        .map((each) => `${kind} ${name}${each}`)
        .join("\n");
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
