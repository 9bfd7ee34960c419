/**
 * Which names a program declares at its top level, and every place where one of them, or a name that the
 * program does not declare at all, is read or written. Scopes follow ECMAScript strict mode.
 */
import {
  visitorKeys,
  type ArrowFunctionExpression,
  type Function as FunctionNode,
  type ImportExpression,
  type MetaProperty,
  type Node,
  type Program,
  type VariableDeclaration,
} from "oxc-parser";

export interface Reference {
  name: string;
  start: number;
  end: number;
  /** `{ name }` or `{ name = 1 }`, where a rewritten name needs its key spelled out. */
  shorthand: boolean;
  /** `name(…)`, where a rewritten name must not become a method call. */
  called: boolean;
  /** The name is the target of an assignment, an update, a loop head, or of its own top-level declaration. */
  written: false | "assigned" | "initialised";
}

export type DeclarationKind = VariableDeclaration["kind"] | "function" | "class" | "import";

export interface Names {
  /** Top-level declarations; `var` also from nested blocks. */
  declared: Map<string, DeclarationKind>;
  /** Uses of top-level names and of names that are declared nowhere in the program. */
  references: Reference[];
  /** `var` declarations of the top level, also in nested blocks and loop heads, with the parent of each. */
  vars: { node: VariableDeclaration; parent: Node }[];
  /** `import(…)` and `import.meta` expressions. */
  imports: (ImportExpression | MetaProperty)[];
}

interface Scope {
  parent: Scope | undefined;
  names: Set<string>;
  isFunction: boolean;
}

/** The nodes directly below a node, in source order. */
export function childNodes(node: Node): Node[] {
  return (visitorKeys[node.type] ?? []).flatMap((key) => {
    const child: unknown = Reflect.get(node, key);
    return Array.isArray(child) ? child.filter(isNode) : isNode(child) ? [child] : [];
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/** The names that a binding pattern declares. */
export function boundNames(pattern: Node | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

/** Analyses a program without type annotations. */
export function analyseNames(program: Program): Names {
  const declared = new Map<string, DeclarationKind>();
  const vars: Names["vars"] = [];
  const imports: Names["imports"] = [];
  const uses: { reference: Reference; scope: Scope }[] = [];
  const top = newScope(undefined, true);

  for (const node of program.body) visit(node, top, program);
  const references = uses.filter(({ reference, scope }) => {
    let at: Scope | undefined = scope;
    while (at && !at.names.has(reference.name)) at = at.parent;
    return at === undefined || at === top;
  });
  return { declared, vars, imports, references: references.map(({ reference }) => reference) };

  function declare(scope: Scope, kind: DeclarationKind, names: string[]): void {
    for (const name of names) {
      scope.names.add(name);
      if (scope === top) declared.set(name, kind);
    }
  }

  function use(
    { name, start, end }: { name: string; start: number; end: number },
    scope: Scope,
    how: Partial<Reference> = {},
  ): void {
    const plain = { shorthand: false, called: false, written: false } as const;
    uses.push({ reference: { ...plain, ...how, name, start, end }, scope });
  }

  /** Visits the targets of an assignment; `how` is false for a declaration, whose names are no uses of them. */
  function pattern(node: Node | null, scope: Scope, how: Reference["written"]): void {
    if (!node) return;
    switch (node.type) {
      case "Identifier":
        if (how) use(node, scope, { written: how });
        return;
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "RestElement") pattern(property.argument, scope, how);
          else {
            const { value } = property;
            const target = value.type === "AssignmentPattern" ? value.left : value;
            if (property.computed) visit(property.key, scope, property);
            if (property.shorthand && target.type === "Identifier") {
              if (how) use(target, scope, { written: how, shorthand: true });
              if (value.type === "AssignmentPattern") visit(value.right, scope, value);
            } else pattern(value, scope, how);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of node.elements) pattern(element, scope, how);
        return;
      case "AssignmentPattern":
        pattern(node.left, scope, how);
        visit(node.right, scope, node);
        return;
      case "RestElement":
        pattern(node.argument, scope, how);
        return;
      default:
        visit(node, scope, node);
    }
  }

  function children(node: Node, scope: Scope): void {
    for (const child of childNodes(node)) visit(child, scope, node);
  }

  function functionLike(node: FunctionNode | ArrowFunctionExpression, scope: Scope): void {
    const own = newScope(scope, true);
    if (node.type === "FunctionExpression") declare(own, "let", boundNames(node.id));
    if (node.type !== "ArrowFunctionExpression") own.names.add("arguments");
    for (const parameter of node.params) {
      declare(own, "let", boundNames(parameter));
      pattern(parameter, own, false);
    }
    if (node.body?.type === "BlockStatement") children(node.body, own);
    else if (node.body) visit(node.body, own, node);
  }

  function variables(node: VariableDeclaration, scope: Scope, parent: Node): void {
    const owner = node.kind === "var" ? functionScope(scope) : scope;
    if (owner === top && node.kind === "var") vars.push({ node, parent });
    for (const { id, init } of node.declarations) {
      declare(owner, node.kind, boundNames(id));
      // A top-level declaration becomes an assignment, so its names count as uses.
      pattern(id, scope, owner === top && "initialised");
      if (init) visit(init, scope, node);
    }
  }

  function visit(node: Node, scope: Scope, parent: Node): void {
    switch (node.type) {
      case "Identifier":
        return use(node, scope);
      case "MemberExpression":
        visit(node.object, scope, node);
        if (node.computed) visit(node.property, scope, node);
        return;
      case "CallExpression":
        if (node.callee.type === "Identifier") use(node.callee, scope, { called: true });
        else visit(node.callee, scope, node);
        for (const argument of node.arguments) visit(argument, scope, node);
        return;
      case "TaggedTemplateExpression":
        if (node.tag.type === "Identifier") use(node.tag, scope, { called: true });
        else visit(node.tag, scope, node);
        return visit(node.quasi, scope, node);
      case "Property":
        if (node.shorthand && node.value.type === "Identifier")
          return use(node.value, scope, { shorthand: true });
        if (node.computed) visit(node.key, scope, node);
        return visit(node.value, scope, node);
      case "MethodDefinition":
      case "PropertyDefinition":
        if (node.computed) visit(node.key, scope, node);
        if (node.value) visit(node.value, newScope(scope, true), node);
        return;
      case "AssignmentExpression":
        pattern(node.left, scope, "assigned");
        return visit(node.right, scope, node);
      case "UpdateExpression":
        return pattern(node.argument, scope, "assigned");
      case "VariableDeclaration":
        return variables(node, scope, parent);
      case "FunctionDeclaration":
        declare(scope, "function", boundNames(node.id));
        return functionLike(node, scope);
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return functionLike(node, scope);
      case "ClassDeclaration":
      case "ClassExpression": {
        if (node.type === "ClassDeclaration") declare(scope, "class", boundNames(node.id));
        const own = newScope(scope);
        declare(own, "class", boundNames(node.id));
        if (node.superClass) visit(node.superClass, own, node);
        return children(node.body, own);
      }
      case "ImportDeclaration":
        return declare(
          scope,
          "import",
          node.specifiers.map(({ local }) => local.name),
        );
      case "ExportAllDeclaration":
        return;
      case "ExportNamedDeclaration":
        if (node.declaration) visit(node.declaration, scope, node);
        return;
      case "ForInStatement":
      case "ForOfStatement": {
        const own = newScope(scope);
        if (node.left.type === "VariableDeclaration") visit(node.left, own, node);
        else pattern(node.left, own, "assigned");
        visit(node.right, own, node);
        return visit(node.body, own, node);
      }
      case "ForStatement":
      case "BlockStatement":
      case "SwitchStatement":
        return children(node, newScope(scope));
      case "StaticBlock":
        return children(node, newScope(scope, true));
      case "CatchClause": {
        const own = newScope(scope);
        declare(own, "let", boundNames(node.param));
        pattern(node.param, own, false);
        return visit(node.body, own, node);
      }
      case "LabeledStatement":
        return visit(node.body, scope, node);
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "ImportExpression":
        imports.push(node);
        return children(node, scope);
      case "MetaProperty":
        if (node.meta.name === "import") imports.push(node);
        return;
      default:
        return children(node, scope);
    }
  }
}

/** The scope of the innermost function around, or of the program. */
function functionScope(scope: Scope): Scope {
  let at = scope;
  while (at.parent && !at.isFunction) at = at.parent;
  return at;
}

function newScope(parent: Scope | undefined, isFunction = false): Scope {
  return { parent, names: new Set(), isFunction };
}
