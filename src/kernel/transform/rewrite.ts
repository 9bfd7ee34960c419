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
  VariableDeclaration,
} from "oxc-parser";
import { helperLibrary } from "./typescript-emit.js";
import { localiseLoops } from "./loops.js";
import { analyseNames } from "./names.js";
import { isReserved } from "./scope.js";
import { makeStoppable } from "./stoppable.js";

const cellParameters = "__cell, require, __filename, __dirname";

/** Imports that the transform of JSX and decorators has added; their names are none of the notebook's. */
const helperModule = /^@oxc-project\/runtime\/helpers\/(\w+)$/;
const jsxModule = /\/jsx-(?:dev-)?runtime$/;

interface RewriteOptions {
  /** Whether an earlier cell has declared a reserved name. */
  isShadowed: (name: string) => boolean;
  /** What runs the cell's code, as a function. */
  magic?: { name: string; argument: string };
}

export function rewriteProgram(
  source: string,
  program: Program,
  { isShadowed, magic }: RewriteOptions,
): MagicString {
  const code = new MagicString(source);
  const names = analyseNames(program);
  const statements = program.body.filter(({ type }) => type !== "EmptyStatement");
  const hoistTo = statements.find((statement) => !isHoisted(statement))?.start ?? source.length;
  const own = new Set([
    ...[...names.declared].filter(([, kind]) => kind !== "import").map(([name]) => name),
    ...names.references.filter(({ written }) => written).map(({ name }) => name),
  ]);

  rewriteReferences();
  makeStoppable(code, program);
  for (const { node, parent } of names.vars) if (parent.type !== "Program") rewriteVariables(node, parent);
  localiseLoops(code, program, names, home);
  for (const statement of statements) {
    rewriteStatement(statement, statement === statements.at(-1));
    if (isHoisted(statement) && statement.start > hoistTo) {
      code.move(statement.start, statement.end, hoistTo);
    }
  }
  const declare = own.size > 0 ? `__cell.declare(${JSON.stringify([...own])});\n` : "";
  // Top-level names are no variables of a function, so it does not matter how deep the code stands.
  const call =
    magic && `return __cell.magic(${JSON.stringify(magic.name)}, ${JSON.stringify(magic.argument)}, `;
  const open = call ? `${call}async () => { ` : "";
  return code
    .prepend(`(async function (${cellParameters}) { "use strict"; ${declare}${open}`)
    .append(magic ? "\n}); })" : "\n})");

  /** Where a top-level name lives, as an expression. */
  function home(name: string): string {
    const isNotebooks = names.declared.has(name) || own.has(name) || isShadowed(name);
    return isReserved(name) && isNotebooks ? `__cell.scope.${name}` : name;
  }

  function rewriteReferences(): void {
    for (const { name, start, end, shorthand, called, written } of names.references) {
      const kind = names.declared.get(name);
      const isConstant = written === "assigned" && (kind === "const" || kind === "import");
      const target = isConstant ? `__cell.constants.${name}` : home(name);
      if (target === name) continue;
      if (shorthand) code.appendLeft(end, `: ${target}`);
      // The comma keeps it from being called as a method.
      else code.update(start, end, called ? `(0, ${target})` : target);
    }
    for (const { type, start, end } of names.imports) {
      if (type === "MetaProperty") code.update(start, end, "__cell.meta");
      else code.update(start, start + "import".length, "__cell.import");
    }
  }

  function rewriteStatement(node: Directive | Statement, isLast: boolean): void {
    switch (node.type) {
      case "ImportDeclaration":
        code.update(node.start, node.end, importBindings(node));
        return;
      case "ExportAllDeclaration":
        code.update(node.start, node.end, `${importCall(node.source, node.attributes)};`);
        return;
      case "ExportNamedDeclaration":
        return rewriteExport(node);
      case "ExportDefaultDeclaration":
        return rewriteDefaultExport(node.declaration, node.start, isLast);
      case "VariableDeclaration":
        return rewriteVariables(node, program);
      case "FunctionDeclaration":
      case "ClassDeclaration":
        return rewriteDeclaration(node);
      case "ExpressionStatement":
        if (isLast) returnValue(node);
    }
  }

  function rewriteExport({
    declaration,
    source: from,
    attributes,
    start,
    end,
  }: ExportNamedDeclaration): void {
    if (from) code.update(start, end, `${importCall(from, attributes)};`);
    else if (!declaration) code.remove(start, end);
    else {
      code.remove(start, declaration.start);
      if (declaration.type === "VariableDeclaration") rewriteVariables(declaration, program);
      else if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration")
        rewriteDeclaration(declaration);
    }
  }

  function rewriteDefaultExport(node: Node, start: number, isLast: boolean): void {
    code.remove(start, node.start);
    if ((node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && node.id)
      rewriteDeclaration(node);
    else
      code
        .prependRight(node.start, isLast ? "return { value: (" : "(")
        .appendLeft(node.end, isLast ? ") }" : ")");
  }

  /** `const { a } = x, b;` becomes `({ a } = x, b = void 0);` */
  function rewriteVariables(node: VariableDeclaration, parent: Node): void {
    const first = node.declarations[0];
    if (!first) return;
    code.remove(node.start, first.start);
    if (parent.type === "ForInStatement" || parent.type === "ForOfStatement") return;
    for (const { id, init } of node.declarations) {
      if (init) renewEnum(id, init);
      else if (node.kind !== "var") code.appendLeft(id.end, " = void 0");
    }
    const end = node.declarations.at(-1)?.end ?? first.end;
    if (first.id.type === "ObjectPattern") code.prependRight(first.start, "(").appendLeft(end, ")");
  }

  /** An enum is `E = function (E) {…}(E || {})`, which must not add to the enum of a former run of the cell. */
  function renewEnum(id: BindingPattern, init: Expression): void {
    const argument = init.type === "CallExpression" ? init.arguments[0] : undefined;
    if (argument?.type !== "LogicalExpression" || argument.left.type !== "Identifier") return;
    const { name } = argument.left;
    const isFirst = names.references.find((reference) => reference.name === name)?.start === id.start;
    if (id.type === "Identifier" && id.name === name && isFirst)
      code.update(argument.start, argument.end, "{}");
  }

  /** Functions and classes are assigned; a function without a name of its own takes that of its variable. */
  function rewriteDeclaration(node: FunctionNode | Class): void {
    if (!node.id) return;
    const target = home(node.id.name);
    if (node.type === "FunctionDeclaration" && target === node.id.name)
      code.remove(node.id.start, node.id.end);
    code.prependRight(node.start, `${target} = `).appendLeft(node.end, ";");
  }

  function returnValue({ start, end }: ExpressionStatement | Directive): void {
    const last = source[end - 1] === ";" ? end - 1 : end;
    code.prependRight(start, "return { value: (").appendLeft(last, ") }");
  }
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

function importCall(from: StringLiteral, attributes: ExportAllDeclaration["attributes"]): string {
  const entries = attributes.map(({ key, value }) => [
    key.type === "Identifier" ? key.name : key.value,
    value.value,
  ]);
  const attributesObject: unknown = Object.fromEntries(entries);
  const options = entries.length > 0 ? `, ${JSON.stringify({ with: attributesObject })}` : "";
  return `await __cell.import(${JSON.stringify(from.value)}${options})`;
}

function importBindings(node: ImportDeclaration): string {
  const call = importCall(node.source, node.attributes);
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
    if (jsxModule.test(node.source.value)) return `const { ${pattern} } = ${call};`;
  }
  return `__cell.bind(${call}, ${JSON.stringify(Object.fromEntries(bindings))});`;
}
