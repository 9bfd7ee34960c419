/** The file that stands for a cell in the checker's program: what earlier cells have declared, and then the cell. */
import type { CellAnalysis } from "./cell-analysis.js";
import type { Declaration, DeclarationTable } from "./declarations.js";
import type { ImportTable, RegisteredImport } from "./imports.js";
import type { ShownCell } from "./shown-cell.js";

/** A cell as the checker sees it. */
export interface CellView {
  file: string;
  text: string;
  shown: ShownCell;
  /** Where the cell's text starts in the file. */
  start: number;
  /** Where declarations of earlier cells stand in the file. */
  earlier: { declaration: Declaration; start: number; end: number }[];
  analysis: CellAnalysis;
  imports: { wanted: CellAnalysis["imports"][number]; entry: RegisteredImport }[];
  /** Other files that have changed by it. */
  changed: string[];
}

export class CellViews {
  constructor(
    readonly files: Record<CellAnalysis["language"], string>,
    readonly declarations: DeclarationTable,
    readonly imports: ImportTable,
  ) {}

  /** @param mentioned words that the cell might also contain */
  view(shown: ShownCell, analysis: CellAnalysis, mentioned = ""): CellView {
    const registered = analysis.imports.map((wanted) => ({ wanted, ...this.imports.register(wanted) }));
    const changed = registered.flatMap(({ entry, isNew }) => (isNew ? [entry.file] : []));
    let text = `${this.imports.header()}${this.declarations.augmentations()}\n`;
    const earlier = this.#visible(shown, analysis, registered, mentioned).map((declaration) => {
      const start = text.length;
      text += `${declaration.text}\n`;
      return { declaration, start, end: text.length };
    });
    const start = text.length;
    text += `${withoutHidden(shown.text, analysis)}\n`;
    const file = this.files[analysis.language];
    return { file, text, shown, start, earlier, analysis, imports: registered, changed };
  }

  #visible(
    { text }: ShownCell,
    { declarations, loose, nested }: CellAnalysis,
    imports: CellView["imports"],
    mentioned: string,
  ): Declaration[] {
    const own = imports.flatMap(({ wanted: { local }, entry }) => (local ? [alias(local, entry)] : []));
    const isKnown = (name: string): boolean => this.declarations.has(name);
    // Only assigned, these are the earlier cells' if there are any.
    const added = loose.filter((name) => !isKnown(name)).map((name) => looseDeclaration(name));
    const hidden = [
      ...declarations,
      ...own,
      ...added,
      ...nested.map((name) => ({ name, kind: "let" as const })),
    ];
    return [...own, ...added, ...this.declarations.visibleTo(`${text} ${mentioned}`, hidden)];
  }
}

/** Imports are kept elsewhere. */
function withoutHidden(source: string, { hidden }: CellAnalysis): string {
  let shown = source.startsWith("#!") ? `//${source.slice(2)}` : source;
  for (const { start, end } of hidden)
    shown = shown.slice(0, start) + shown.slice(start, end).replace(/[^\n]/g, " ") + shown.slice(end);
  return shown;
}

export function alias(name: string, { path }: RegisteredImport): Declaration {
  const text = `import ${name} = ${path};`;
  return { name, kind: "import", text, verbatim: text };
}

export function looseDeclaration(name: string): Declaration {
  const text = `declare let ${name}: any;`;
  return { name, kind: "let", text, verbatim: text };
}
