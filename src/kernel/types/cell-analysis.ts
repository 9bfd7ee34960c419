/** What the type checker's view of the notebook needs to know of one cell, found without types. */

/** One name that an import declaration of a cell binds; `local` is undefined where only side effects are wanted. */
export interface ImportedName {
  local: string | undefined;
  /** Exported name; `*` for the namespace, `=` for `import x = require()`. */
  exported: string;
  from: string;
  /** As written: `with { type: "json" }`. */
  attributes: string;
  isTypeOnly: boolean;
  /** Offsets in the cell of the imported name and of the specifier. */
  name: { start: number; end: number };
  source: { start: number; end: number };
}

/** One name that a cell declares, or one group of overloads. */
export interface DeclaredName {
  name: string;
  kind: "let" | "const" | "function" | "class" | "interface" | "type" | "enum" | "namespace";
  /** Source text that declares the name again elsewhere, if that needs no inference. */
  text: string | undefined;
  /** Where the name stands, to ask for its type if there is no `text`. */
  position: number;
  /** Declares the name with the inferred type of its initial value or body; for types that cannot be written down. */
  verbatim: string;
  documentation: string;
}

export interface CellAnalysis {
  language: "ts" | "tsx";
  imports: ImportedName[];
  declarations: DeclaredName[];
  /** Names that are assigned without a declaration. */
  loose: string[];
  /** Names that `var` declares in a block or loop. */
  nested: string[];
  /** Augmentations of the global scope or of modules, which stay in force. */
  augmentations: string[];
  /** Ranges that the checker must not see: imports, which are kept elsewhere. */
  hidden: { start: number; end: number }[];
}

/** Of a cell in which there is nothing. */
export function emptyAnalysis(language: CellAnalysis["language"]): CellAnalysis {
  return { language, imports: [], declarations: [], loose: [], nested: [], augmentations: [], hidden: [] };
}
