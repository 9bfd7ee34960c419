/**
 * Which names a program declares at its top level, and every place where one of them, or a name that the
 * program does not declare at all, is read or written. Scopes follow ECMAScript strict mode.
 */
import { visitorKeys } from "oxc-parser";

/** An ESTree node; only the parts that are looked at are typed. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface Reference {
  name: string;
  start: number;
  end: number;
  /** `{ name }` or `{ name = 1 }`, where a rewritten name needs its key spelled out. */
  shorthand: boolean;
  /** `name(…)`, where a rewritten name must not become a method call. */
  called: boolean;
  /** The name is the target of an assignment, an update or a loop head. */
  written: boolean;
}

export type DeclarationKind = "let" | "const" | "var" | "function" | "class" | "import";

export interface Names {
  /** Top-level declarations; `var` also from nested blocks. */
  declared: Map<string, DeclarationKind>;
  /** Uses of top-level names and of names that are declared nowhere in the program, in source order. */
  references: Reference[];
  /** `var` declarations of the top level, also in nested blocks and loop heads, with the parent of each. */
  vars: { node: Node; parent: Node }[];
  /** `import(…)` and `import.meta` expressions. */
  imports: Node[];
}

interface Scope {
  parent: Scope | undefined;
  names: Set<string>;
  isFunction: boolean;
}

/** The names that a binding pattern declares. */
export function boundNames(pattern: Node | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name as string];
    case "ObjectPattern":
      return (pattern.properties as Node[]).flatMap((property) =>
        boundNames((property.type === "RestElement" ? property.argument : property.value) as Node),
      );
    case "ArrayPattern":
      return (pattern.elements as (Node | null)[]).flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left as Node);
    case "RestElement":
      return boundNames(pattern.argument as Node);
    default:
      return [];
  }
}

/** Analyses a program without type annotations, as `oxc-parser` parses it. */
export function analyseNames(program: Node): Names {
  const declared = new Map<string, DeclarationKind>();
  const vars: Names["vars"] = [];
  const imports: Node[] = [];
  const uses: { reference: Reference; scope: Scope }[] = [];
  const top: Scope = { parent: undefined, names: new Set(), isFunction: true };

  function declare(scope: Scope, kind: DeclarationKind, names: string[]): void {
    for (const name of names) {
      scope.names.add(name);
      if (scope === top) declared.set(name, kind);
    }
  }
  const inner = (parent: Scope, isFunction = false): Scope => ({ parent, names: new Set(), isFunction });

  function use(node: Node, scope: Scope, how: Partial<Reference> = {}): void {
    const { start, end } = node;
    const reference = { shorthand: false, called: false, written: false, ...how, name: node.name as string, start, end };
    uses.push({ reference, scope });
  }

  /** Visits the targets of an assignment, or, where it `declares` its names, only its keys and default values. */
  function pattern(node: Node | null, scope: Scope, declares: boolean): void {
    switch (node?.type) {
      case undefined:
        return;
      case "Identifier":
        if (!declares) use(node as Node, scope, { written: true });
        return;
      case "ObjectPattern":
        for (const property of (node as Node).properties as Node[]) {
          if (property.type === "RestElement") pattern(property.argument as Node, scope, declares);
          else {
            if (property.computed) visit(property.key as Node, scope, property);
            const value = property.value as Node;
            const target = value.type === "AssignmentPattern" ? (value.left as Node) : value;
            if (property.shorthand && target.type === "Identifier") {
              if (!declares) use(target, scope, { written: true, shorthand: true });
              if (value !== target) visit(value.right as Node, scope, value);
            } else pattern(value, scope, declares);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of (node as Node).elements as (Node | null)[]) pattern(element, scope, declares);
        return;
      case "AssignmentPattern":
        pattern((node as Node).left as Node, scope, declares);
        visit((node as Node).right as Node, scope, node as Node);
        return;
      case "RestElement":
        pattern((node as Node).argument as Node, scope, declares);
        return;
      default:
        visit(node as Node, scope, node as Node);
    }
  }

  function children(node: Node, scope: Scope): void {
    for (const key of visitorKeys[node.type] ?? []) {
      const child = node[key];
      if (Array.isArray(child)) for (const item of child) item && visit(item as Node, scope, node);
      else if (child) visit(child as Node, scope, node);
    }
  }

  function functionLike(node: Node, scope: Scope): void {
    const own = inner(scope, true);
    if (node.type === "FunctionExpression" && node.id) own.names.add((node.id as Node).name as string);
    own.names.add("arguments");
    for (const parameter of node.params as Node[]) {
      declare(own, "let", boundNames(parameter));
      pattern(parameter, own, true);
    }
    const body = node.body as Node;
    if (body.type === "BlockStatement") children(body, own);
    else visit(body, own, node);
  }

  function visit(node: Node, scope: Scope, parent: Node): void {
    switch (node.type) {
      case "Identifier":
        return use(node, scope);
      case "MemberExpression":
        visit(node.object as Node, scope, node);
        if (node.computed) visit(node.property as Node, scope, node);
        return;
      case "CallExpression":
        if ((node.callee as Node).type === "Identifier") use(node.callee as Node, scope, { called: true });
        else visit(node.callee as Node, scope, node);
        for (const argument of node.arguments as Node[]) visit(argument, scope, node);
        return;
      case "TaggedTemplateExpression":
        if ((node.tag as Node).type === "Identifier") use(node.tag as Node, scope, { called: true });
        else visit(node.tag as Node, scope, node);
        return visit(node.quasi as Node, scope, node);
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
        if (node.shorthand && (node.value as Node).type === "Identifier")
          return use(node.value as Node, scope, { shorthand: true });
        if (node.computed) visit(node.key as Node, scope, node);
        if (node.value) visit(node.value as Node, node.type === "Property" ? scope : inner(scope, true), node);
        return;
      case "AssignmentExpression":
        pattern(node.left as Node, scope, false);
        return visit(node.right as Node, scope, node);
      case "UpdateExpression":
        return pattern(node.argument as Node, scope, false);
      case "VariableDeclaration":
        return variables(node, scope, parent);
      case "FunctionDeclaration":
        declare(scope, "function", boundNames(node.id as Node | null));
        return functionLike(node, scope);
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return functionLike(node, scope);
      case "ClassDeclaration":
      case "ClassExpression": {
        if (node.type === "ClassDeclaration") declare(scope, "class", boundNames(node.id as Node | null));
        if (node.superClass) visit(node.superClass as Node, scope, node);
        const own = inner(scope);
        if (node.id) own.names.add((node.id as Node).name as string);
        return children(node.body as Node, own);
      }
      case "ImportDeclaration":
        for (const specifier of node.specifiers as Node[]) declare(scope, "import", boundNames(specifier.local as Node));
        return;
      case "ExportAllDeclaration":
        return;
      case "ExportNamedDeclaration":
        if (node.declaration) visit(node.declaration as Node, scope, node);
        return;
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement": {
        const own = inner(scope);
        const left = node.left as Node | undefined;
        if (left && left.type !== "VariableDeclaration") {
          pattern(left, own, false);
          visit(node.right as Node, own, node);
          return visit(node.body as Node, own, node);
        }
        return children(node, own);
      }
      case "BlockStatement":
      case "SwitchStatement":
        return children(node, inner(scope));
      case "StaticBlock":
        return children(node, inner(scope, true));
      case "CatchClause": {
        const own = inner(scope);
        declare(own, "let", boundNames(node.param as Node | null));
        pattern(node.param as Node | null, own, true);
        return visit(node.body as Node, own, node);
      }
      case "LabeledStatement":
        return visit(node.body as Node, scope, node);
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "ImportExpression":
        imports.push(node);
        return children(node, scope);
      case "MetaProperty":
        if ((node.meta as Node).name === "import") imports.push(node);
        return;
      default:
        return children(node, scope);
    }
  }

  function variables(node: Node, scope: Scope, parent: Node): void {
    let owner = scope;
    if (node.kind === "var") while (!owner.isFunction) owner = owner.parent as Scope;
    if (owner === top && node.kind === "var") vars.push({ node, parent });
    for (const declarator of node.declarations as Node[]) {
      declare(owner, node.kind as DeclarationKind, boundNames(declarator.id as Node));
      // A top-level declaration becomes an assignment, so its names count as uses.
      pattern(declarator.id as Node, scope, owner !== top);
      if (declarator.init) visit(declarator.init as Node, scope, declarator);
    }
  }

  children(program, top);
  const references = uses.filter(({ reference, scope }) => {
    let at: Scope | undefined = scope;
    while (at && !at.names.has(reference.name)) at = at.parent;
    return at === undefined || at === top;
  });
  return { declared, vars, imports, references: references.map(({ reference }) => reference) };
}
