/** Ways through a syntax tree. */
import { visitorKeys, type Node } from "oxc-parser";

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

/** A name and where it stands. */
export interface Identifier {
  name: string;
  start: number;
  end: number;
}

/** What a binding pattern declares. */
export function boundIdentifiers(pattern: Node | null): Identifier[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundIdentifiers(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(boundIdentifiers);
    case "AssignmentPattern":
      return boundIdentifiers(pattern.left);
    case "RestElement":
      return boundIdentifiers(pattern.argument);
    default:
      return [];
  }
}

export function boundNames(pattern: Node | null): string[] {
  return boundIdentifiers(pattern).map(({ name }) => name);
}
