/** The second half of the transform: from a JavaScript module to the async function that the runner calls. */
import { MagicString } from "magic-string";
import type {
  BindingPattern,
  Class,
  Directive,
  ExportAllDeclaration,
  ExportNamedDeclaration,
  Expression,
  ExpressionStatement,
  Function as FunctionNode,
  ImportDeclaration,
  Node,
  Program,
  Statement,
  StringLiteral,
  TryStatement,
  VariableDeclaration,
} from "oxc-parser";
import { helperLibrary } from "./typescript-emit.js";
import { localiseLoops } from "./loops.js";
import { added } from "./marks.js";
import { analyseNames, type DeclarationKind, type Names } from "./names.js";
import { isReserved, type EarlierNames, type NameKind } from "./scope.js";
import { makeStoppable } from "./stoppable.js";
import { boundNames } from "./syntax-tree.js";

const cellParameters = "__cell, require, __filename, __dirname";

/** Imports that the transform of JSX and decorators has added; their names are none of the notebook's. */
const helperModule = /^@oxc-project\/runtime\/helpers\/(\w+)$/;
const jsxModule = /\/jsx-(?:dev-)?runtime$/;

export interface RewriteOptions {
  /** What earlier cells have declared. */
  earlier: EarlierNames;
  /** What names stand for that are not the cell's own. */
  literals: Map<string, string>;
  /** What runs the cell's code, as a function. */
  magic?: { name: string; argument: string };
}

/** Undefined if the literals' names are not just once in the program, each as a value. */
export function rewriteProgram(
  source: string,
  program: Program,
  options: RewriteOptions,
): MagicString | undefined {
  return new CellRewriter(source, program, options).rewritten();
}

class CellRewriter {
  readonly #code: MagicString;
  readonly #names: Names;
  /** The names that the cell makes the notebook's, apart from imports. */
  readonly #own: Record<string, NameKind>;
  readonly #statements: Program["body"];

  constructor(
    source: string,
    readonly program: Program,
    readonly options: RewriteOptions,
  ) {
    this.#code = new MagicString(source);
    this.#names = analyseNames(program);
    this.#own = ownNames(this.#names);
    this.#statements = program.body.filter(({ type }) => type !== "EmptyStatement");
  }

  rewritten(): MagicString | undefined {
    if (!this.#restoreLiterals()) return undefined;
    this.#rewriteReferences();
    makeStoppable(this.#code, this.program);
    for (const { node, parent } of this.#names.vars)
      if (parent.type !== "Program") this.#rewriteVariables(node, parent);
    localiseLoops(this.#code, this.program, {
      names: this.#names,
      home: (name) => this.#home(name),
      isConstant: (name) => this.#isConstant(name),
    });
    this.#rewriteStatements();
    return this.#wrapped();
  }

  #restoreLiterals(): boolean {
    const { literals } = this.options;
    const found = this.#names.references.filter(({ name }) => literals.has(name));
    for (const { name, start, end } of found) this.#code.update(start, end, literals.get(name)!);
    return found.length === literals.size && found.every(({ written }) => !written);
  }

  #wrapped(): MagicString {
    const { magic } = this.options;
    const declare =
      Object.keys(this.#own).length > 0 ? `__cell.declare(${JSON.stringify(this.#own)});\n` : "";
    // Top-level names are no variables of a function, so it does not matter how deep the code stands.
    const call =
      magic && `return __cell.magic(${JSON.stringify(magic.name)}, ${JSON.stringify(magic.argument)}, `;
    const open = call ? `${call}async () => { ` : "";
    return this.#code
      .prepend(`(async function (${cellParameters}) { "use strict"; ${declare}${open}`)
      .append(magic ? "\n}); })" : "\n})");
  }

  /** Where a top-level name lives, as an expression. */
  #home(name: string): string {
    if (isLocal(name)) return name;
    // The arguments of the function that the cell has become are not the user's.
    if (name === "arguments") return "__cell.arguments";
    const isNotebooks =
      this.#names.declared.has(name) || name in this.#own || this.options.earlier.isShadowed(name);
    return isReserved(name) && isNotebooks ? `__cell.scope.${name}` : name;
  }

  #isConstant(name: string): boolean {
    const kind = this.#names.declared.get(name);
    return kind === undefined ? this.options.earlier.isConstant(name) : constantKinds.has(kind);
  }

  #rewriteReferences(): void {
    for (const { name, start, end, shorthand, called, written } of this.#names.references) {
      const isRefused = written === "assigned" && this.#isConstant(name);
      const target = isRefused ? `__cell.constants.${name}` : this.#home(name);
      if (target === name) continue;
      if (shorthand) this.#code.appendLeft(end, added(`: ${target}`));
      // The comma keeps it from being called as a method.
      else this.#code.update(start, end, added(called ? `(0, ${target})` : target, name));
    }
    for (const { type, start, end } of this.#names.imports) {
      if (type === "MetaProperty") this.#code.update(start, end, added("__cell.meta", "import.meta"));
      else this.#code.update(start, start + "import".length, added("__cell.import", "import"));
    }
  }

  #rewriteStatements(): void {
    const hoistTo = this.#statements.find((statement) => !isHoisted(statement))?.start;
    for (const statement of this.#statements) {
      this.#rewriteStatement(statement, statement === this.#statements.at(-1));
      if (hoistTo !== undefined && isHoisted(statement) && statement.start > hoistTo)
        this.#code.move(statement.start, statement.end, hoistTo);
    }
  }

  #rewriteStatement(node: Directive | Statement, isLast: boolean): void {
    switch (node.type) {
      case "ImportDeclaration":
        this.#code.update(node.start, node.end, importBindings(node));
        return;
      case "ExportAllDeclaration":
        this.#code.update(node.start, node.end, `${loadCall(node.source, node.attributes)};`);
        return;
      case "ExportNamedDeclaration":
        return this.#rewriteExport(node);
      case "ExportDefaultDeclaration":
        return this.#rewriteDefaultExport(node.declaration, node.start, isLast);
      case "VariableDeclaration":
        return this.#rewriteVariables(node, this.program);
      case "FunctionDeclaration":
      case "ClassDeclaration":
        return this.#rewriteDeclaration(node);
      case "ExpressionStatement":
        if (isLast) this.#returnValue(node);
        return;
      case "TryStatement": {
        const last = isOfUsing(node) ? node.block.body.at(-1) : undefined;
        if (isLast && last?.type === "ExpressionStatement") this.#returnValue(last);
      }
    }
  }

  #rewriteExport({ declaration, source: from, attributes, start, end }: ExportNamedDeclaration): void {
    if (from) this.#code.update(start, end, `${loadCall(from, attributes)};`);
    else if (!declaration) this.#code.remove(start, end);
    else {
      this.#code.remove(start, declaration.start);
      if (declaration.type === "VariableDeclaration") this.#rewriteVariables(declaration, this.program);
      else if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration")
        this.#rewriteDeclaration(declaration);
    }
  }

  #rewriteDefaultExport(node: Node, start: number, isLast: boolean): void {
    this.#code.remove(start, node.start);
    const isDeclaration = node.type === "FunctionDeclaration" || node.type === "ClassDeclaration";
    if (isDeclaration && node.id) this.#rewriteDeclaration(node);
    else if (isLast) this.#returnExpression(node);
    else this.#code.prependRight(node.start, "(").appendLeft(node.end, ")");
  }

  /** `const { a } = x, b;` becomes `({ a } = x, b = void 0);` */
  #rewriteVariables(node: VariableDeclaration, parent: Node): void {
    const first = node.declarations[0];
    if (!first || boundNames(first.id).some(isLocal)) return;
    this.#code.remove(node.start, first.start);
    if (parent.type === "ForInStatement" || parent.type === "ForOfStatement") return;
    for (const { id, init } of node.declarations) {
      if (init) this.#renewEnum(id, init);
      else if (node.kind !== "var") this.#code.appendLeft(id.end, " = void 0");
    }
    const end = node.declarations.at(-1)?.end ?? first.end;
    if (first.id.type === "ObjectPattern") this.#code.prependRight(first.start, "(").appendLeft(end, ")");
  }

  /** An enum is `E = function (E) {…}(E || {})`, which must not add to the enum of a former run of the cell. */
  #renewEnum(id: BindingPattern, init: Expression): void {
    const argument = init.type === "CallExpression" ? init.arguments[0] : undefined;
    if (argument?.type !== "LogicalExpression" || argument.left.type !== "Identifier") return;
    const { name } = argument.left;
    const isFirst = this.#names.references.find((reference) => reference.name === name)?.start === id.start;
    if (id.type === "Identifier" && id.name === name && isFirst)
      this.#code.update(argument.start, argument.end, "{}");
  }

  /** Functions and classes are assigned; a function without a name of its own takes that of its variable. */
  #rewriteDeclaration(node: FunctionNode | Class): void {
    if (!node.id) return;
    const { name, start, end } = node.id;
    const target = this.#home(name);
    if (node.type === "FunctionDeclaration" && target === name)
      this.#code.update(start, end, added("", name));
    const keyword = "class";
    // Where its assignment starts, V8 says, a class fails to extend what is no class: so that place needs a mapping.
    if (node.type === "ClassDeclaration" && this.#code.original.startsWith(keyword, node.start))
      this.#code.update(node.start, node.start + keyword.length, `${target} = ${keyword}`);
    else this.#code.prependRight(node.start, `${target} = `);
    this.#code.appendLeft(node.end, ";");
  }

  #returnValue({ expression, start, end }: ExpressionStatement | Directive): void {
    const last = this.#code.original[end - 1] === ";" ? end - 1 : end;
    this.#returnExpression({ type: expression.type, start, end: last });
  }

  #returnExpression({ type, start, end }: Pick<Node, "type" | "start" | "end">): void {
    // As a property's value, what has no name would get the property's.
    const comma = /Function|^Class/.test(type) ? "0, " : "";
    this.#code.prependRight(start, `return { value: (${comma}`).appendLeft(end, ") }");
  }
}

/** What the cell declares, and what it assigns without declaring it. */
function ownNames({ declared, references }: Names): Record<string, NameKind> {
  const own: [string, NameKind][] = [];
  for (const [name, kind] of declared) if (kind !== "import" && !isLocal(name)) own.push([name, kind]);
  for (const { name, written } of references)
    if (written && !declared.has(name)) own.push([name, "assigned"]);
  return Object.fromEntries(own);
}

const constantKinds = new Set<DeclarationKind>(["const", "import", "using", "await using"]);

/** What oxc-transform keeps the resources of `using` in: none of the notebook's names. */
const isLocal = (name: string): boolean => /^_usingCtx\d*$/.test(name);

/** Whether the statement is what has become of a program with `using`: it is in a `try` from there on. */
function isOfUsing({ finalizer }: TryStatement): boolean {
  const [only] = finalizer?.body ?? [];
  const call = only?.type === "ExpressionStatement" ? only.expression : undefined;
  const disposed = call?.type === "AwaitExpression" ? call.argument : call;
  if (disposed?.type !== "CallExpression" || disposed.callee.type !== "MemberExpression") return false;
  const { object } = disposed.callee;
  return object.type === "Identifier" && isLocal(object.name);
}

function isHoisted(node: Directive | Statement): boolean {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "FunctionDeclaration":
      return true;
    case "ExportNamedDeclaration":
      return node.source !== null || node.declaration?.type === "FunctionDeclaration";
    case "ExportDefaultDeclaration":
      return node.declaration.type === "FunctionDeclaration" && node.declaration.id !== null;
    default:
      return false;
  }
}

function loadCall(from: StringLiteral, attributes: ExportAllDeclaration["attributes"]): string {
  const entries = attributes.map(({ key, value }) => [
    key.type === "Identifier" ? key.name : key.value,
    value.value,
  ]);
  const attributesObject: unknown = Object.fromEntries(entries);
  const options = entries.length > 0 ? `, ${JSON.stringify({ with: attributesObject })}` : "";
  return `await __cell.load(${JSON.stringify(from.value)}${options})`;
}

function importBindings(node: ImportDeclaration): string {
  const call = loadCall(node.source, node.attributes);
  const bindings: [local: string, exported: string][] = node.specifiers.map((specifier) => {
    const local = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier") return [local, "*"];
    if (specifier.type === "ImportDefaultSpecifier") return [local, "default"];
    const { imported } = specifier;
    return [local, imported.type === "Identifier" ? imported.name : imported.value];
  });
  const [first] = bindings;
  if (!first) return `${call};`;
  if (bindings.every(([local]) => local.startsWith("_"))) {
    const helper = helperModule.exec(node.source.value)?.[1];
    if (helper) return `const ${first[0]} = __cell.helper("${helper}");`;
    const pattern = bindings.map(([local, exported]) => `${exported}: ${local}`).join(", ");
    if (node.source.value === helperLibrary) return `const { ${pattern} } = __cell.typescriptHelpers();`;
    if (jsxModule.test(node.source.value)) return `const { ${pattern} } = (${call}).module;`;
  }
  const read = bindings.map(([local, exported]) => {
    const value = exported === "*" ? "" : `[${JSON.stringify(exported)}]`;
    return `${local}: [${JSON.stringify(exported)}, (m) => () => m${value}]`;
  });
  return `__cell.bind(${call}, { ${read.join(", ")} });`;
}
