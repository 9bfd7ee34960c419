import { parseSync, type Node } from "oxc-parser";
import { codeWithoutMagics } from "../kernel/transform/magic-syntax.js";
import { boundNames } from "../kernel/transform/syntax-tree.js";

/** A name that the cell of parameters declares. */
export interface Declared {
  kind: "const" | "let" | "var";
  /** The type that is written beside it. */
  annotation?: string;
  /** Whether its type is the one of a literal that stands for all of its kind: `const epochs = 5` is a number. */
  isLiteral: boolean;
  /** Its line in the cell, from 1. */
  line: number;
}

/** The variables that a cell declares at its top level, by name; undefined if it cannot be parsed. */
export function declaredIn(source: string): Map<string, Declared> | undefined {
  const code = codeWithoutMagics(source);
  if (code === undefined) return undefined;
  const { program, errors } = parseSync("cell.ts", code, { lang: "ts", sourceType: "module" });
  if (errors.length > 0) return undefined;
  const declared = new Map<string, Declared>();
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      const annotation = id.type === "Identifier" ? id.typeAnnotation?.typeAnnotation : undefined;
      for (const name of boundNames(id))
        declared.set(name, {
          kind: declaration.kind === "let" || declaration.kind === "var" ? declaration.kind : "const",
          ...(annotation && { annotation: code.slice(annotation.start, annotation.end) }),
          isLiteral: id.type === "Identifier" && !annotation && isLiteral(init),
          line: code.slice(0, id.start).split("\n").length,
        });
    }
  }
  return declared;
}

/** A number, text or flag, with a sign perhaps. */
function isLiteral(node: Node | null): boolean {
  if (node?.type === "UnaryExpression") return isLiteral(node.argument);
  return node?.type === "Literal" || node?.type === "TemplateLiteral";
}
