/** What the type checker's view of the notebook needs to know of one cell, found without types. */
import {
  parseSync,
  type Class,
  type Directive,
  type Function as FunctionNode,
  type ImportDeclaration,
  type Node,
  type Statement,
  type VariableDeclaration,
} from "oxc-parser";
import { transformSync } from "oxc-transform";
import { analyseNames } from "../transform/names.js";

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
    const analysis = analyseStatements(source, program.body, language);
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

function emptyAnalysis(language: CellAnalysis["language"]): CellAnalysis {
  return { language, imports: [], declarations: [], loose: [], nested: [], augmentations: [], hidden: [] };
}

function analyseStatements(
  source: string,
  statements: (Directive | Statement)[],
  language: "ts" | "tsx",
): CellAnalysis {
  const analysis: CellAnalysis = {
    language,
    imports: [],
    declarations: [],
    loose: [],
    nested: [],
    augmentations: [],
    hidden: [],
  };
  let previousEnd = 0;
  for (const statement of statements) {
    const comment = /\/\*\*(?:[^*]|\*(?!\/))*\*\/\s*$/.exec(source.slice(previousEnd, statement.start));
    visit(statement, comment ? `${comment[0].trimEnd()}\n` : "");
    previousEnd = statement.end;
  }
  return analysis;

  function visit(node: Directive | Statement, documentation: string): void {
    const text = source.slice(node.start, node.end);
    const declare = (name: string, kind: DeclaredName["kind"], position: number): void => {
      const verbatim = text.replace(/^declare\s+/, "");
      analysis.declarations.push({
        name,
        kind,
        text: documentation + verbatim,
        position,
        verbatim,
        documentation,
      });
    };
    switch (node.type) {
      case "ImportDeclaration":
        analysis.imports.push(...importedNames(source, node));
        analysis.hidden.push(node);
        return;
      case "TSImportEqualsDeclaration":
        if (node.moduleReference.type !== "TSExternalModuleReference") {
          return declare(node.id.name, "namespace", node.id.start);
        }
        analysis.hidden.push(node);
        analysis.imports.push({
          local: node.id.name,
          exported: "=",
          from: node.moduleReference.expression.value,
          attributes: "",
          isTypeOnly: false,
          name: node.id,
          source: node.moduleReference.expression,
        });
        return;
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        if (node.source) {
          const name = { start: node.start, end: node.end };
          const { value: from } = node.source;
          analysis.hidden.push(node);
          analysis.imports.push({
            local: undefined,
            exported: "*",
            from,
            attributes: "",
            isTypeOnly: false,
            name,
            source: node.source,
          });
        } else if (node.type === "ExportNamedDeclaration" && node.declaration) {
          visit(node.declaration, documentation);
        } else analysis.hidden.push(node);
        return;
      case "ExportDefaultDeclaration":
        if (node.declaration.type === "FunctionDeclaration") functionOf(node.declaration, documentation);
        else if (node.declaration.type === "ClassDeclaration") classOf(node.declaration, documentation);
        return;
      case "VariableDeclaration":
        return variables(node, documentation);
      case "TSDeclareFunction":
      case "FunctionDeclaration":
        return functionOf(node, documentation);
      case "ClassDeclaration":
        return classOf(node, documentation);
      case "TSInterfaceDeclaration":
        return declare(node.id.name, "interface", node.id.start);
      case "TSTypeAliasDeclaration":
        return declare(node.id.name, "type", node.id.start);
      case "TSEnumDeclaration":
        return declare(node.id.name, "enum", node.id.start);
      case "TSModuleDeclaration":
        if (node.kind === "global") analysis.augmentations.push(text);
        else if (node.id.type === "Identifier") declare(node.id.name, "namespace", node.id.start);
        else if (node.id.type === "Literal") analysis.augmentations.push(text);
    }
  }

  function variables(node: VariableDeclaration, documentation: string): void {
    const kind = node.kind === "const" ? "const" : "let";
    for (const { id, init } of node.declarations) {
      if (id.type === "Identifier") {
        const annotation = id.typeAnnotation && source.slice(id.typeAnnotation.start, id.typeAnnotation.end);
        const initial = init ? source.slice(init.start, init.end) : "undefined as any";
        analysis.declarations.push({
          name: id.name,
          kind,
          text: annotation ? `${documentation}declare ${kind} ${id.name}${annotation};` : undefined,
          position: id.start,
          verbatim: `${documentation}${kind} ${id.name} = ${initial};`,
          documentation,
        });
      } else {
        // As a function's result, so that a name of the pattern has its type without the others.
        const pattern = `{ const ${source.slice(id.start, (init ?? id).end)};`;
        const isAsync = /\bawait\b/.test(pattern);
        for (const { name, start } of patternNames(id)) {
          const value = `(${isAsync ? "async " : ""}() => ${pattern} return ${name}; })()`;
          const verbatim = `${documentation}${kind} ${name} = ${isAsync ? "await " : ""}${value};`;
          inferred(name, start, kind, documentation, verbatim);
        }
      }
    }
  }

  function inferred(
    name: string,
    position: number,
    kind: DeclaredName["kind"],
    documentation: string,
    verbatim = `declare let ${name}: any;`,
  ): void {
    analysis.declarations.push({ name, kind, text: undefined, position, verbatim, documentation });
  }

  function functionOf(node: FunctionNode, documentation: string): void {
    if (!node.id) return;
    const text = source.slice(node.start, node.end).replace(/^declare\s+/, "");
    const overloaded = analysis.declarations.find(
      ({ name, kind }) => name === node.id?.name && kind === "function",
    );
    if (overloaded) overloaded.verbatim += `\n${text}`;
    else inferred(node.id.name, node.id.start, "function", documentation, documentation + text);
  }

  function classOf(node: Class, documentation: string): void {
    if (!node.id) return;
    const verbatim = documentation + source.slice(node.start, node.end).replace(/^declare\s+/, "");
    const { name, start: position } = node.id;
    analysis.declarations.push({ name, kind: "class", text: verbatim, position, verbatim, documentation });
  }
}

function patternNames(pattern: Node | null): { name: string; start: number }[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(patternNames);
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "RestElement":
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

function importedNames(source: string, node: ImportDeclaration): ImportedName[] {
  const written = source.slice(node.source.end, node.end).replace(/;\s*$/, "").trim();
  const common = { from: node.source.value, attributes: written && ` ${written}`, source: node.source };
  if (node.specifiers.length === 0) {
    return [{ ...common, local: undefined, exported: "*", isTypeOnly: false, name: node.source }];
  }
  return node.specifiers.map((specifier) => {
    const { name: local } = specifier.local;
    const isTypeOnly = node.importKind === "type";
    if (specifier.type === "ImportNamespaceSpecifier") {
      return { ...common, local, exported: "*", isTypeOnly, name: specifier.local };
    }
    if (specifier.type === "ImportDefaultSpecifier") {
      return { ...common, local, exported: "default", isTypeOnly, name: specifier.local };
    }
    const { imported } = specifier;
    return {
      ...common,
      local,
      exported: imported.type === "Identifier" ? imported.name : JSON.stringify(imported.value),
      isTypeOnly: isTypeOnly || specifier.importKind === "type",
      name: imported,
    };
  });
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
