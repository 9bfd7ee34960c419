/**
 * What cells have declared so far, as text that declares it again: a cell sees those declarations that it, or
 * what it sees, mentions. So the work for a cell depends on what it uses, not on how many cells came before.
 */
import type { DeclaredName } from "./cell-analysis.js";

type Kind = DeclaredName["kind"] | "import";

export interface Declaration {
  name: string;
  kind: Kind;
  text: string;
  /** Takes the place of `text` when the checker finds an error in it. */
  verbatim: string;
}

interface Meanings {
  value?: Declaration | undefined;
  type?: Declaration | undefined;
}

/** Whether a declaration is one of a value, of a type, or of both. */
export function meaningsOf(kind: Kind): { value: boolean; type: boolean } {
  const isType = kind === "interface" || kind === "type";
  return { value: !isType, type: isType || !["let", "const", "function"].includes(kind) };
}

export class DeclarationTable {
  readonly #names = new Map<string, Meanings>();
  readonly #augmentations: string[] = [];

  names(): { name: string; kind: Kind }[] {
    return [...this.#names].flatMap(([name, { value, type }]) => {
      const kind = value?.kind ?? type?.kind;
      return kind ? [{ name, kind }] : [];
    });
  }

  kindOf(name: string): Kind | undefined {
    return this.#names.get(name)?.value?.kind;
  }

  has(name: string): boolean {
    return this.#names.get(name)?.value !== undefined;
  }

  clear(): void {
    this.#names.clear();
    this.#augmentations.length = 0;
  }

  /** A cell's declarations take the place of earlier ones; what one cell says of a name belongs together. */
  add(declarations: Declaration[]): void {
    const merged = new Map<string, Declaration[]>();
    for (const each of declarations) merged.set(each.name, [...(merged.get(each.name) ?? []), each]);
    for (const [name, parts] of merged) {
      const known = this.#names.get(name) ?? {};
      for (const meaning of ["value", "type"] as const) {
        const own = parts.filter(({ kind }) => meaningsOf(kind)[meaning]);
        const first = own[0];
        if (!first) continue;
        const joined: Declaration = {
          ...first,
          text: own.map(({ text }) => text).join("\n"),
          verbatim: own.map(({ verbatim }) => verbatim).join("\n"),
        };
        // A class or an import that loses one of its meanings loses both.
        if (known.value && known.value === known.type) delete known[meaning === "value" ? "type" : "value"];
        known[meaning] = joined;
      }
      const [only] = parts;
      if (parts.length === 1 && only && meaningsOf(only.kind).value && meaningsOf(only.kind).type) {
        known.value = known.type = only;
      }
      this.#names.set(name, known);
    }
  }

  addAugmentations(texts: string[]): void {
    for (const text of texts) if (!this.#augmentations.includes(text)) this.#augmentations.push(text);
  }

  /** Declarations that `text` mentions, and those that they mention; `own` are declared by the text itself. */
  visibleTo(text: string, own: { name: string; kind: Kind }[]): Declaration[] {
    const hidden = new Map<string, { value: boolean; type: boolean }>();
    for (const { name, kind } of own) {
      const before = hidden.get(name);
      const { value, type } = meaningsOf(kind);
      hidden.set(name, { value: value || (before?.value ?? false), type: type || (before?.type ?? false) });
    }
    const seen = new Set<string>();
    const visible = new Set<Declaration>();
    const pending = [text];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const name of mentionedNames(next)) {
        const known = seen.has(name) ? undefined : this.#names.get(name);
        seen.add(name);
        for (const meaning of ["value", "type"] as const) {
          const found = known?.[meaning];
          const other = known?.[meaning === "value" ? "type" : "value"];
          const isHidden = hidden.get(name)?.[meaning] || (found === other && hidden.has(name));
          if (!found || isHidden || visible.has(found)) continue;
          visible.add(found);
          pending.push(found.text);
        }
      }
    }
    return [...visible];
  }

  augmentations(): string {
    return this.#augmentations.join("\n");
  }
}

/** Every word that could be a name, strings and comments included: seeing too much costs little. */
function mentionedNames(text: string): string[] {
  return text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? [];
}
