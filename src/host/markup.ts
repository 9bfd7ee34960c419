/** HTML or SVG that is safe to show: only `markup` makes it. */
export class Markup {
  constructor(private readonly source: string) {}

  toString(): string {
    return this.source;
  }
}

/**
 * Builds all HTML and SVG of the library: what is put into the template is escaped, for use within an element or a quoted
 * attribute, unless it is markup itself, or a list of it: markup`<tr>${cells}</tr>`.
 */
export function markup(parts: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < values.length ? escaped(values[i]!) : "")).join(""));
}

export type MarkupValue = string | number | Markup | readonly Markup[];

function escaped(value: MarkupValue): string {
  if (value instanceof Markup) return String(value);
  if (typeof value === "object") return value.join("");
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
