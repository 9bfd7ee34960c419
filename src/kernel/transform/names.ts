/**
 * Which names a program declares at its top level, and every place where one of them, or a name that the
 * program does not declare at all, is read or written. Scopes follow ECMAScript strict mode.
 */
import type {
  ArrowFunctionExpression,
  CatchClause,
  Class,
  ForInStatement,
  ForOfStatement,
  Function as FunctionNode,
  ImportExpression,
  MetaProperty,
  Node,
  ObjectAssignmentTarget,
  ObjectPattern,
  Program,
  VariableDeclaration,
} from "oxc-parser";
import { boundNames, childNodes, type Identifier } from "./syntax-tree.js";

export interface Reference extends Identifier {
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

/** Analyses a program without type annotations. */
export function analyseNames(program: Program): Names {
  return new NameFinder(program).found();
}

class NameFinder {
  readonly #declared: Names["declared"] = new Map();
  readonly #vars: Names["vars"] = [];
  readonly #imports: Names["imports"] = [];
  readonly #uses: { reference: Reference; scope: Scope }[] = [];
  readonly #top = newScope(undefined, true);

  constructor(program: Program) {
    for (const node of program.body) this.#visit(node, this.#top, program);
  }

  found(): Names {
    const references = this.#uses.filter(({ reference, scope }) => {
      let at: Scope | undefined = scope;
      while (at && !at.names.has(reference.name)) at = at.parent;
      return at === undefined || at === this.#top;
    });
    return {
      declared: this.#declared,
      vars: this.#vars,
      imports: this.#imports,
      references: references.map(({ reference }) => reference),
    };
  }

  #declare(scope: Scope, kind: DeclarationKind, names: string[]): void {
    for (const name of names) {
      scope.names.add(name);
      if (scope === this.#top) this.#declared.set(name, kind);
    }
  }

  #use({ name, start, end }: Identifier, scope: Scope, how: Partial<Reference> = {}): void {
    const plain = { shorthand: false, called: false, written: false } as const;
    this.#uses.push({ reference: { ...plain, ...how, name, start, end }, scope });
  }

  #visit(node: Node, scope: Scope, parent: Node): void {
    switch (node.type) {
      case "Identifier":
        return this.#use(node, scope);
      case "FunctionDeclaration":
        this.#declare(scope, "function", boundNames(node.id));
        return this.#function(node, scope);
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node, scope);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#class(node, scope);
      case "VariableDeclaration":
        return this.#variables(node, scope, parent);
      case "ImportDeclaration":
        return this.#declare(
          scope,
          "import",
          node.specifiers.map(({ local }) => local.name),
        );
      case "ForInStatement":
      case "ForOfStatement":
        return this.#forEach(node, newScope(scope));
      case "ForStatement":
      case "BlockStatement":
      case "SwitchStatement":
        return this.#children(node, newScope(scope));
      case "StaticBlock":
        return this.#children(node, newScope(scope, true));
      case "CatchClause":
        return this.#catch(node, newScope(scope));
      default:
        return this.#visitExpression(node, scope);
    }
  }

  /** Nodes in which not every identifier is a name that is used, or not only so; no scopes. */
  #visitExpression(node: Node, scope: Scope): void {
    switch (node.type) {
      case "MemberExpression":
        this.#visit(node.object, scope, node);
        if (node.computed) this.#visit(node.property, scope, node);
        return;
      case "CallExpression":
        this.#called(node.callee, scope, node);
        for (const argument of node.arguments) this.#visit(argument, scope, node);
        return;
      case "TaggedTemplateExpression":
        this.#called(node.tag, scope, node);
        return this.#visit(node.quasi, scope, node);
      case "Property":
        if (node.shorthand && node.value.type === "Identifier")
          return this.#use(node.value, scope, { shorthand: true });
        if (node.computed) this.#visit(node.key, scope, node);
        return this.#visit(node.value, scope, node);
      case "MethodDefinition":
      case "PropertyDefinition":
        if (node.computed) this.#visit(node.key, scope, node);
        if (node.value) this.#visit(node.value, newScope(scope, true), node);
        return;
      case "AssignmentExpression":
        this.#pattern(node.left, scope, "assigned");
        return this.#visit(node.right, scope, node);
      case "UpdateExpression":
        return this.#pattern(node.argument, scope, "assigned");
      case "ExportNamedDeclaration":
        if (node.declaration) this.#visit(node.declaration, scope, node);
        return;
      case "LabeledStatement":
        return this.#visit(node.body, scope, node);
      case "ImportExpression":
        this.#imports.push(node);
        return this.#children(node, scope);
      case "MetaProperty":
        if (node.meta.name === "import") this.#imports.push(node);
        return;
      case "BreakStatement":
      case "ContinueStatement":
      case "ExportAllDeclaration":
        return;
      default:
        return this.#children(node, scope);
    }
  }

  #children(node: Node, scope: Scope): void {
    for (const child of childNodes(node)) this.#visit(child, scope, node);
  }

  #called(callee: Node, scope: Scope, call: Node): void {
    if (callee.type === "Identifier") this.#use(callee, scope, { called: true });
    else this.#visit(callee, scope, call);
  }

  #function(node: FunctionNode | ArrowFunctionExpression, scope: Scope): void {
    const own = newScope(scope, true);
    if (node.type === "FunctionExpression") this.#declare(own, "let", boundNames(node.id));
    if (node.type !== "ArrowFunctionExpression") own.names.add("arguments");
    for (const parameter of node.params) {
      this.#declare(own, "let", boundNames(parameter));
      this.#pattern(parameter, own, false);
    }
    if (node.body?.type === "BlockStatement") this.#children(node.body, own);
    else if (node.body) this.#visit(node.body, own, node);
  }

  #class(node: Class, scope: Scope): void {
    if (node.type === "ClassDeclaration") this.#declare(scope, "class", boundNames(node.id));
    const own = newScope(scope);
    this.#declare(own, "class", boundNames(node.id));
    if (node.superClass) this.#visit(node.superClass, own, node);
    this.#children(node.body, own);
  }

  #variables(node: VariableDeclaration, scope: Scope, parent: Node): void {
    const owner = node.kind === "var" ? functionScope(scope) : scope;
    const isTop = owner === this.#top;
    if (isTop && node.kind === "var") this.#vars.push({ node, parent });
    for (const { id, init } of node.declarations) {
      this.#declare(owner, node.kind, boundNames(id));
      // A top-level declaration becomes an assignment, so its names count as uses.
      this.#pattern(id, scope, isTop && "initialised");
      if (init) this.#visit(init, scope, node);
    }
  }

  #forEach(node: ForInStatement | ForOfStatement, own: Scope): void {
    if (node.left.type === "VariableDeclaration") this.#visit(node.left, own, node);
    else this.#pattern(node.left, own, "assigned");
    this.#visit(node.right, own, node);
    this.#visit(node.body, own, node);
  }

  #catch(node: CatchClause, own: Scope): void {
    this.#declare(own, "let", boundNames(node.param));
    this.#pattern(node.param, own, false);
    this.#visit(node.body, own, node);
  }

  /** Visits the targets of an assignment; `how` is false for a declaration, whose names are no uses of them. */
  #pattern(node: Node | null, scope: Scope, how: Reference["written"]): void {
    if (!node) return;
    switch (node.type) {
      case "Identifier":
        if (how) this.#use(node, scope, { written: how });
        return;
      case "ObjectPattern":
        for (const property of node.properties) this.#property(property, scope, how);
        return;
      case "ArrayPattern":
        for (const element of node.elements) this.#pattern(element, scope, how);
        return;
      case "AssignmentPattern":
        this.#pattern(node.left, scope, how);
        return this.#visit(node.right, scope, node);
      case "RestElement":
        return this.#pattern(node.argument, scope, how);
      default:
        return this.#visit(node, scope, node);
    }
  }

  /** A part of an object pattern. */
  #property(
    property: (ObjectPattern | ObjectAssignmentTarget)["properties"][number],
    scope: Scope,
    how: Reference["written"],
  ): void {
    if (property.type === "RestElement") return this.#pattern(property.argument, scope, how);
    const { value } = property;
    const target = value.type === "AssignmentPattern" ? value.left : value;
    if (property.computed) this.#visit(property.key, scope, property);
    if (!property.shorthand || target.type !== "Identifier") return this.#pattern(value, scope, how);
    if (how) this.#use(target, scope, { written: how, shorthand: true });
    if (value.type === "AssignmentPattern") this.#visit(value.right, scope, value);
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
