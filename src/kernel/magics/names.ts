/** `%who`, `%reset` and `name?` */
import { inspect, types } from "node:util";
import { print, type MagicHost, type Magics } from "./magic.js";

/** Values in `%who` are cut to this length. */
const maxPreview = 60;

export const names: Magics = {
  "%who": {
    usage: "%who",
    summary: "Lists the names that cells have declared, with their values.",
    argument: "text",
    run: ({ scope }) => print(who(scope)),
  },
  "%reset": {
    usage: "%reset",
    summary: "Forgets all names that cells have declared.",
    argument: "text",
    run: ({ scope }) => scope.delete(),
  },
  "?": {
    usage: "name?",
    summary: "Shows the documentation of a name, as Shift+Tab does.",
    argument: "text",
    run: ({ ask }, about) => ask(String(about)),
  },
};

function who(scope: MagicHost["scope"]): string {
  const declared = scope.names();
  if (declared.length === 0) return "No cell has declared a name yet.\n";
  const rows = declared.map((name) => {
    const value = scope.get(name);
    const text = inspect(value, { depth: 0, breakLength: Infinity }).replace(/\s+/g, " ");
    const preview = text.length > maxPreview ? `${text.slice(0, maxPreview - 1)}…` : text;
    return [name, typeName(value), preview] as const;
  });
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [nameWidth, typeWidth] = [width(0), width(1)];
  return rows
    .map(([name, type, value]) => `${name.padEnd(nameWidth)}  ${type.padEnd(typeWidth)}  ${value}\n`)
    .join("");
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (types.isProxy(value)) return "Proxy";
  const prototype: unknown = Object.getPrototypeOf(value);
  const constructor: unknown = prototype && (prototype as { constructor?: unknown }).constructor;
  return typeof constructor === "function" && constructor.name ? constructor.name : "object";
}
