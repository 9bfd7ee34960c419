/** JavaScript's classes have the fields that they assign to `this`; TypeScript wants them declared. */
import { parseSync, type Class, type Node } from "oxc-parser";
import type { CellDiagnostic } from "../contracts.js";
import { childNodes } from "../transform/syntax-tree.js";
import type { Edit } from "./edited-source.js";

/** "Property 'x' does not exist on type 'A'." */
const missingPropertyCodes = new Set([2339, 2551]);

/** Declarations, to be inserted in a cell, of the fields that its classes assign and that the checker has not found. */
export function missingFields(source: string, found: CellDiagnostic[], language: "ts" | "tsx"): Edit[] {
  const assigned = found.filter(({ code, start, end }) => {
    const isThis = /\bthis\s*\.\s*$/.test(source.slice(0, start));
    return missingPropertyCodes.has(code) && isThis && /^\s*=(?![=>])/.test(source.slice(end));
  });
  if (assigned.length === 0) return [];
  const classes = classesIn(parseSync(`cell.${language}`, source, { lang: language }).program);
  const fields = new Map<number, Set<string>>();
  for (const { start, end } of assigned) {
    // Outer ones come first.
    const body = classes.findLast((each) => each.body.start < start && each.body.end > end)?.body;
    if (!body) continue;
    const names = fields.get(body.start) ?? new Set();
    fields.set(body.start, names.add(source.slice(start, end)));
  }
  return [...fields]
    .toSorted(([a], [b]) => a - b)
    .map(([start, names]) => {
      return { start: start + 1, end: start + 1, text: ` ${[...names].map((name) => `${name};`).join(" ")}` };
    });
}

function classesIn(node: Node): Class[] {
  const own = node.type === "ClassDeclaration" || node.type === "ClassExpression" ? [node] : [];
  return [...own, ...childNodes(node).flatMap(classesIn)];
}
