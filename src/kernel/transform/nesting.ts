/**
 * The parser is native code that calls itself for each level of nesting: code that is nested too deep does not fail,
 * it ends the process. So nobody parses a cell before it has passed here.
 */
import { CellSyntaxError } from "./syntax-error.js";

/** Main threads have a stack of 8 MB, which is enough for twice as many. */
const deepest = 1000;

/** @throws {CellSyntaxError} if brackets, wherever they stand, are nested deeper than the parser can go. */
export function checkNesting(source: string): void {
  if (source.length <= deepest) return;
  let depth = 0;
  for (const { 0: bracket, index } of source.matchAll(/[([{}\])]/g)) {
    if (!"([{".includes(bracket)) depth = Math.max(0, depth - 1);
    else if ((depth += 1) > deepest)
      throw new CellSyntaxError(`Brackets are nested more than ${deepest} levels deep.`, source, index);
  }
}
