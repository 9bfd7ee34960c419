/**
 * Top-level variables are properties of `globalThis`, and storing a number in one allocates. A loop that only
 * calculates with numbers need not pay for that: nobody can look at its variables while it runs. Such a loop
 *
 *     for (let i = 0; i < n; i++) sum += i;
 *
 * becomes
 *
 *     if (typeof sum === "number" && typeof n === "number") {
 *       let sum$copy = sum, n$copy = n, tick$copy = 0;
 *       for (let i = 0; i < n$copy; i++) { sum$copy += i; if ((tick$copy = tick$copy + 1 & 65535) === 0) { sum = sum$copy; } }
 *       sum = sum$copy;
 *     } else for (let i = 0; i < n; i++) sum += i;
 *
 * With numbers alone no operator can run other code or throw, so the copies are never out of date to anybody;
 * the regular write-back is for interrupts, which end a loop without further ado.
 */
import { MagicString } from "magic-string";
import type {
  DoWhileStatement,
  ForStatement,
  Node,
  Program,
  VariableDeclaration,
  WhileStatement,
} from "oxc-parser";
import { added } from "./marks.js";
import type { Names } from "./names.js";
import { boundNames, childNodes } from "./syntax-tree.js";

type Loop = ForStatement | WhileStatement | DoWhileStatement;

/** Statements below which loops are looked for. */
const containerTypes = new Set(
  "ForStatement WhileStatement DoWhileStatement ForOfStatement ForInStatement BlockStatement IfStatement".split(
    " ",
  ),
);
/** Syntax that runs no code but its own if all values are numbers; more conditions are in `isPlain`. */
const plainTypes = new Set(
  (
    "ForStatement WhileStatement DoWhileStatement BlockStatement ExpressionStatement EmptyStatement IfStatement " +
    "BreakStatement ContinueStatement VariableDeclaration VariableDeclarator BinaryExpression LogicalExpression " +
    "UnaryExpression UpdateExpression AssignmentExpression ConditionalExpression SequenceExpression Identifier Literal"
  ).split(" "),
);

/** What is known of top-level names. */
export interface TopLevelNames {
  names: Names;
  /** Where a name lives, as an expression. */
  home: (name: string) => string;
  isConstant: (name: string) => boolean;
}

/** Adds the fast variant before each loop that qualifies. */
export function localiseLoops(code: MagicString, program: Program, known: TopLevelNames): void {
  for (const statement of program.body) visit(statement);

  function visit(node: Node): void {
    const fast = isLoop(node) ? fastVariant(code.original, node, known) : undefined;
    if (fast !== undefined) code.prependRight(node.start, added(fast));
    else if (containerTypes.has(node.type)) for (const child of childNodes(node)) visit(child);
  }
}

function isLoop(node: Node): node is Loop {
  return node.type === "ForStatement" || node.type === "WhileStatement" || node.type === "DoWhileStatement";
}

function fastVariant(
  source: string,
  loop: Loop,
  { names, home, isConstant }: TopLevelNames,
): string | undefined {
  const nodes = [loop, ...descendants(loop)];
  if (!nodes.every(isPlain)) return undefined;
  const references = names.references.filter(({ start, end }) => start >= loop.start && end <= loop.end);
  const written = new Set(references.filter((each) => each.written).map((each) => each.name));
  const isConstantWritten = references.some(
    ({ name, written: how }) => how === "assigned" && isConstant(name),
  );
  if (written.size === 0 || isConstantWritten || source.includes("$copy")) return undefined;
  // Names that have no value yet must not be read before the loop does.
  const late = names.references.filter(
    ({ start, written: how }) => how === "initialised" && start > loop.end,
  );
  if (late.some(({ name }) => references.some((each) => each.name === name))) return undefined;

  const fast = new MagicString(source.slice(loop.start, loop.end), {});
  const at = (offset: number): number => offset - loop.start;
  for (const { name, start, end } of references) fast.update(at(start), at(end), copyOf(name));
  const variables = nodes.filter((node): node is VariableDeclaration => node.type === "VariableDeclaration");
  for (const { kind, start, declarations } of variables) {
    if (kind === "var" && declarations[0]) fast.remove(at(start), at(declarations[0].start));
  }
  const writeBack = [...written].map((name) => `${home(name)} = ${copyOf(name)};`).join(" ");
  const tick = `(tick$copy = tick$copy + 1 & 65535) === 0`;
  for (const each of nodes.filter(isLoop)) addTick(each);

  const copied = new Set(references.map(({ name }) => name));
  const own = new Set(
    variables.flatMap(({ declarations }) => declarations.flatMap(({ id }) => boundNames(id))),
  );
  const outer = nodes.flatMap((node) =>
    node.type === "Identifier" && !own.has(node.name) ? [node.name] : [],
  );
  const guards = [...new Set([...copied, ...outer])].map((name) => {
    const value = copied.has(name) ? home(name) : name;
    const orUnset = copied.has(name) && names.declared.has(name) ? ` || ${value} === void 0` : "";
    return `(typeof ${value} === "number"${orUnset})`;
  });
  const copies = [...copied].map((name) => `${copyOf(name)} = ${home(name)}`).join(", ");
  return `if (${guards.join(" && ")}) { let ${copies}, tick$copy = 0; ${fast.toString()} ${writeBack} } else `;

  /** At the end of an iteration: before it, V8 20 % to 100 % slower code results. */
  function addTick(each: Loop): void {
    if (each.type === "ForStatement" && each.update) {
      const values = [...written].map((name) => `${home(name)} = ${copyOf(name)}`).join(", ");
      fast.appendLeft(at(each.update.end), `, ${tick} && (${values})`);
      return;
    }
    const check = ` if (${tick}) { ${writeBack} } `;
    const mayContinue = descendants(each.body).some(({ type }) => type === "ContinueStatement");
    fast.prependRight(at(each.body.start), mayContinue ? `{${check}` : "{ ");
    fast.appendLeft(at(each.body.end), mayContinue ? " }" : `${check}}`);
  }
}

const copyOf = (name: string): string => `${name}$copy`;

function descendants(node: Node): Node[] {
  return childNodes(node).flatMap((child) => [child, ...descendants(child)]);
}

function isPlain(node: Node): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value !== "bigint" && !("regex" in node);
    case "BinaryExpression":
      return node.operator !== "in" && node.operator !== "instanceof";
    case "UnaryExpression":
      return node.operator !== "delete";
    case "BreakStatement":
    case "ContinueStatement":
      return node.label === null;
    case "AssignmentExpression":
      return node.left.type === "Identifier";
    case "VariableDeclarator":
      return node.id.type === "Identifier";
    default:
      return plainTypes.has(node.type);
  }
}
