/** What the checker is shown of a cell: its code, with more or less in it. */
import { findLargeLiterals, standIn } from "../transform/large-literals.js";
import { EditedSource, type Edit } from "./edited-source.js";

/**
 * Characters of a cell, or bytes of a JSON file: the checker takes half a second for a million of them, and again where
 * they are used.
 */
export const largestChecked = 500_000;

export const megabytes = (length: number): string => `${(length / 1e6).toFixed(1)} MB`;

export interface ShownCell extends EditedSource {
  /** What the user should know about it. */
  notice?: string;
}

/** Undefined if the cell is too large to be looked at. */
export function showCell(source: string, fields: Edit[] = []): ShownCell | undefined {
  if (source.length <= largestChecked) return new EditedSource(source, fields);
  const edits = findLargeLiterals(source).map((literal): Edit => {
    const { start, end } = literal;
    return { start, end, text: standIn(source, literal, "(0 as any)") };
  });
  const shown = new EditedSource(source, edits);
  if (shown.text.length > largestChecked) return undefined;
  const notice = `The data in this cell (${megabytes(source.length)}) has the type any; from a file, it can have any type that you give it.`;
  return Object.assign(shown, { notice });
}
