/** The statements of a cell, and what each of them declares or imports. */
import type {
  BindingIdentifier,
  Class,
  Directive,
  ExportAllDeclaration,
  ExportNamedDeclaration,
  Function as FunctionNode,
  ImportDeclaration,
  Node,
  Statement,
  StringLiteral,
  TSImportEqualsDeclaration,
  VariableDeclaration,
  VariableDeclarator,
} from "oxc-parser";
import { emptyAnalysis, type CellAnalysis, type DeclaredName, type ImportedName } from "./cell-analysis.js";
import { boundIdentifiers } from "../transform/syntax-tree.js";

export function readStatements(
  source: string,
  language: CellAnalysis["language"],
  statements: (Directive | Statement)[],
): CellAnalysis {
  return new StatementReader(source, language).read(statements);
}

class StatementReader {
  readonly analysis: CellAnalysis;

  constructor(
    readonly source: string,
    language: CellAnalysis["language"],
  ) {
    this.analysis = emptyAnalysis(language);
  }

  read(statements: (Directive | Statement)[]): CellAnalysis {
    let previousEnd = 0;
    for (const statement of statements) {
      const comment = /\/\*\*(?:[^*]|\*(?!\/))*\*\/\s*$/.exec(
        this.source.slice(previousEnd, statement.start),
      );
      this.#visit(statement, comment ? `${comment[0].trimEnd()}\n` : "");
      previousEnd = statement.end;
    }
    return this.analysis;
  }

  #visit(node: Directive | Statement, documentation: string): void {
    switch (node.type) {
      case "ImportDeclaration":
        this.analysis.imports.push(...importedNames(this.source, node));
        this.analysis.hidden.push(node);
        return;
      case "TSImportEqualsDeclaration":
        return this.#importEquals(node, documentation);
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        return this.#export(node, documentation);
      case "ExportDefaultDeclaration":
        if (node.declaration.type === "FunctionDeclaration") this.#function(node.declaration, documentation);
        else if (node.declaration.type === "ClassDeclaration") this.#class(node.declaration, documentation);
        return;
      case "VariableDeclaration":
        return this.#variables(node, documentation);
      case "TSDeclareFunction":
      case "FunctionDeclaration":
        return this.#function(node, documentation);
      case "ClassDeclaration":
        return this.#class(node, documentation);
      case "TSInterfaceDeclaration":
        return this.#declare(node, "interface", documentation);
      case "TSTypeAliasDeclaration":
        return this.#declare(node, "type", documentation);
      case "TSEnumDeclaration":
        return this.#declare(node, "enum", documentation);
      case "TSModuleDeclaration":
        if (node.kind === "global" || node.id.type === "Literal")
          this.analysis.augmentations.push(this.#text(node));
        else if (node.id.type === "Identifier")
          this.#declare({ ...node, id: node.id }, "namespace", documentation);
    }
  }

  #text({ start, end }: { start: number; end: number }): string {
    return this.source.slice(start, end);
  }

  /** The text that declares something again elsewhere is the one that declares it here. */
  #declare(
    node: { id: { name: string; start: number }; start: number; end: number },
    kind: DeclaredName["kind"],
    documentation: string,
  ): void {
    const verbatim = this.#text(node).replace(/^declare\s+/, "");
    const { name, start: position } = node.id;
    const text = documentation + verbatim;
    this.analysis.declarations.push({ name, kind, text, position, verbatim, documentation });
  }

  #importEquals(node: TSImportEqualsDeclaration, documentation: string): void {
    const { id, moduleReference } = node;
    if (moduleReference.type !== "TSExternalModuleReference")
      return this.#declare(node, "namespace", documentation);
    this.#import(node, { local: id.name, exported: "=", source: moduleReference.expression, name: id });
  }

  #export(node: ExportAllDeclaration | ExportNamedDeclaration, documentation: string): void {
    if (node.source) this.#import(node, { local: undefined, exported: "*", source: node.source, name: node });
    else if (node.type === "ExportNamedDeclaration" && node.declaration)
      this.#visit(node.declaration, documentation);
    else this.analysis.hidden.push(node);
  }

  #import(
    node: { start: number; end: number },
    { source, ...rest }: Pick<ImportedName, "local" | "exported" | "name"> & { source: StringLiteral },
  ): void {
    this.analysis.hidden.push(node);
    this.analysis.imports.push({ ...rest, from: source.value, attributes: "", isTypeOnly: false, source });
  }

  #variables(node: VariableDeclaration, documentation: string): void {
    const kind = node.kind === "const" ? "const" : "let";
    for (const declarator of node.declarations) {
      if (declarator.id.type === "Identifier")
        this.#variable(declarator.id, declarator.init, kind, documentation);
      else this.#pattern(declarator, kind, documentation);
    }
  }

  #variable(
    { name, start: position, typeAnnotation }: BindingIdentifier,
    init: Node | null,
    kind: "const" | "let",
    documentation: string,
  ): void {
    const annotation = typeAnnotation && this.#text(typeAnnotation);
    this.analysis.declarations.push({
      name,
      kind,
      text: annotation ? `${documentation}declare ${kind} ${name}${annotation};` : undefined,
      position,
      verbatim: `${documentation}${kind} ${name} = ${init ? this.#text(init) : "undefined as any"};`,
      documentation,
    });
  }

  /** Each name as a function's result, so that it has its type without the others of the pattern. */
  #pattern({ id, init }: VariableDeclarator, kind: "const" | "let", documentation: string): void {
    const pattern = `{ const ${this.source.slice(id.start, (init ?? id).end)};`;
    const isAsync = /\bawait\b/.test(pattern);
    for (const { name, start: position } of boundIdentifiers(id)) {
      const value = `(${isAsync ? "async " : ""}() => ${pattern} return ${name}; })()`;
      const verbatim = `${documentation}${kind} ${name} = ${isAsync ? "await " : ""}${value};`;
      this.analysis.declarations.push({ name, kind, text: undefined, position, verbatim, documentation });
    }
  }

  #function(node: FunctionNode, documentation: string): void {
    if (!node.id) return;
    const { name, start: position } = node.id;
    const text = this.#text(node).replace(/^declare\s+/, "");
    const overloaded = this.analysis.declarations.find(
      (each) => each.name === name && each.kind === "function",
    );
    if (overloaded) overloaded.verbatim += `\n${text}`;
    else {
      const verbatim = documentation + text;
      this.analysis.declarations.push({
        name,
        kind: "function",
        text: undefined,
        position,
        verbatim,
        documentation,
      });
    }
  }

  #class(node: Class, documentation: string): void {
    if (!node.id) return;
    const { name, start: position } = node.id;
    const verbatim = documentation + this.#text(node).replace(/^declare\s+/, "");
    this.analysis.declarations.push({
      name,
      kind: "class",
      text: verbatim,
      position,
      verbatim,
      documentation,
    });
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
