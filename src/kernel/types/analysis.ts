/** Cells, read without types: whole, while they are being written, or roughly. */
import { parseSync, type Directive, type Statement } from "oxc-parser";
import { transformSync } from "oxc-transform";
import { emptyAnalysis, type CellAnalysis } from "./cell-analysis.js";
import { readStatements } from "./statement-reader.js";
import { analyseNames } from "../transform/names.js";

/** Undefined if the source is not syntactically valid. */
export function analyseCell(source: string): CellAnalysis | undefined {
  for (const language of ["ts", "tsx"] as const) {
    const { program, errors } = parseSync(`cell.${language}`, source, {
      lang: language,
      sourceType: "module",
      // Such as a name that is declared twice.
      showSemanticErrors: true,
    });
    if (errors.length > 0) continue;
    const analysis = readStatements(source, language, program.body);
    if (!mayAssignElsewhere(source, program.body)) return analysis;
    const names = looseNames(source, language, analysis);
    if (names) return { ...analysis, ...names };
  }
  return undefined;
}

/** As much as can be told of a cell that is being written, at the cursor. */
export function analyseUnfinished(source: string, cursor: number): CellAnalysis {
  const before = source.slice(0, cursor);
  const after = source.slice(cursor);
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = after.indexOf("\n") === -1 ? after.length : after.indexOf("\n");
  const blank = (text: string): string => text.replace(/[^\n]/g, " ");
  const attempts = [
    source,
    `${before}$${after}`,
    // The other lines alone.
    before.slice(0, lineStart) +
      blank(before.slice(lineStart)) +
      blank(after.slice(0, lineEnd)) +
      after.slice(lineEnd),
    before.slice(0, lineStart) + blank(before.slice(lineStart)),
  ];
  for (const attempt of attempts) {
    const analysis = analyseCell(attempt);
    if (analysis) return analysis;
  }
  return analyseRoughly(source);
}

/** The names that a text seems to declare, found without parsing it. */
export function analyseRoughly(source: string): CellAnalysis {
  const declarations = [...source.matchAll(/\b(?:let|const|var|function|class|enum|namespace)\s+([\w$]+)/g)];
  return {
    ...emptyAnalysis("ts"),
    declarations: declarations.map(({ 1: name = "", index }) => {
      return { name, kind: "let", text: undefined, position: index, verbatim: "", documentation: "" };
    }),
  };
}

/** False if all that a cell assigns is seen to be its own `const` and `let`: most cells need no closer look. */
function mayAssignElsewhere(source: string, statements: (Directive | Statement)[]): boolean {
  const initialised = statements.flatMap((statement) =>
    statement.type === "VariableDeclaration" ? statement.declarations.filter(({ init }) => init) : [],
  );
  const signs = source.match(/=|\+\+|--|\b(?:for|var)\b/g) ?? [];
  return signs.length > initialised.length;
}

/**
 * The transform makes these names top-level ones although TypeScript knows nothing of them. Undefined if the source
 * has an error that is found only now.
 */
function looseNames(
  source: string,
  language: "ts" | "tsx",
  analysis: CellAnalysis,
): Pick<CellAnalysis, "loose" | "nested"> | undefined {
  const { code, errors } = transformSync(`cell.${language}`, source, {
    lang: language,
    sourceType: "module",
    typescript: { onlyRemoveTypeImports: true },
    jsx: "preserve",
  });
  if (errors.length > 0) return undefined;
  const { program } = parseSync("cell.jsx", code, { lang: "jsx", sourceType: "module" });
  const names = analyseNames(program);
  const declared = new Set([
    ...analysis.declarations.map(({ name }) => name),
    ...analysis.imports.map(({ local }) => local),
  ]);
  const written = names.references.filter((reference) => reference.written).map(({ name }) => name);
  const ofGlobal = [...code.matchAll(/\b(?:global|globalThis)\.([\w$]+)\s*=(?!=)/g)].map(
    ([, name = ""]) => name,
  );
  return {
    loose: [...new Set([...written, ...ofGlobal])].filter(
      (name) => !names.declared.has(name) && !declared.has(name),
    ),
    nested: [...names.declared.keys()].filter((name) => !declared.has(name)),
  };
}
