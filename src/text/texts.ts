import { inspect } from "node:util";
import type { Tensor } from "@tensorflow/tfjs";
import { isColumn, type Column } from "../arrays/data-frame.js";
import { isTensor } from "../arrays/ndarray.js";

/** One text, a list, a list of rows of texts, a tensor of texts or a column of a data frame. */
export type Texts = string | readonly string[] | readonly (readonly string[])[] | Tensor | Column;

/** The texts row by row; `rank` is 0 for one text, 1 for a list (a row each), 2 for rows. */
export interface TextRows {
  rank: 0 | 1 | 2;
  rows: readonly (readonly string[])[];
}

/** @throws TypeError for anything but texts, with its place */
export function readTexts(texts: Texts): TextRows {
  const value: unknown = isTensor(texts) ? texts.arraySync() : isColumn(texts) ? texts.toArray() : texts;
  if (typeof value === "string") return { rank: 0, rows: [[value]] };
  if (!Array.isArray(value))
    throw new TypeError(`Expected a text or a list of texts, but got ${inspect(value)}.`);
  if (!Array.isArray(value[0]))
    return { rank: 1, rows: value.map((text: unknown, i) => [asText(text, `number ${i}`)]) };
  return {
    rank: 2,
    rows: value.map((row: unknown, i) => {
      if (!Array.isArray(row))
        throw new TypeError(`Expected rows of texts, but row ${i} is ${inspect(row)}.`);
      return row.map((text: unknown, j) => asText(text, `column ${j} of row ${i}`));
    }),
  };
}

function asText(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(
    `Expected texts, but ${where} is ${inspect(value)}.` +
      (value == null ? ' Fill the gaps first (column.fillNull("")), or leave their rows out.' : ""),
  );
}
