import { isColumn, isDataFrame } from "../../arrays/data-frame.js";
import { isTensor, NdArray } from "../../arrays/ndarray.js";
import { whatArrived } from "../what-arrived.js";

/**
 * What plotly.js is given, as JSON has it: whatever holds numbers becomes lists; NaN, infinities and dates that are none
 * become null, plotly.js's gap.
 */
export function plainValues(value: unknown): unknown {
  if (isTensor(value)) return plainValues(value.arraySync());
  if (value instanceof NdArray) return plainValues(value.toArray());
  if (isColumn(value)) return plainValues(value.toArray());
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as Iterable<number>, plainValues);
  if (Array.isArray(value)) return value.map(plainValues);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  // Beyond 2^53 the place in the picture is the same.
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainValues(part)]));
}

/** Attributes of traces that hold what is drawn. */
const lists = ["x", "y", "z", "values", "a", "b", "c"];

/** What images, boxes and pies can do with alone. */
const others = ["source", "labels", "q1", "median"];

/** @throws TypeError where what is to be drawn holds no list, as a promise or a map */
export function checkLists(traces: readonly object[]): void {
  traces.forEach((trace, index) => {
    for (const name of lists) {
      const value = (trace as Record<string, unknown>)[name];
      if (value === undefined || value === null || isList(value)) continue;
      const cure =
        value instanceof Promise
          ? "Await it."
          : isDataFrame(value)
            ? 'Choose a column: frame.getColumn("name").'
            : value instanceof Set || value instanceof Map
              ? "Make a list of it: Array.from(...)."
              : "";
      throw new TypeError(
        `figure: data[${index}].${name} is ${whatArrived(value)}. Expected numbers: an array, a tensor, an NdArray ` +
          `or a column of a data frame. ${cure}`.trimEnd(),
      );
    }
  });
}

const isList = (value: unknown): boolean =>
  Array.isArray(value) ||
  isTensor(value) ||
  value instanceof NdArray ||
  isColumn(value) ||
  (ArrayBuffer.isView(value) && !(value instanceof DataView));

/** Why there is nothing to see, if there is nothing; `traces` are plain. */
export function emptiness(traces: readonly object[]): string | undefined {
  const values = traces.flatMap((trace) =>
    lists.flatMap((name) => [(trace as Record<string, unknown>)[name] ?? []].flat(3) as unknown[]),
  );
  if (traces.length === 0) return "nothing to draw: data is empty";
  const drawsBy = (names: readonly string[]) => (trace: object) => names.some((name) => name in trace);
  if (!traces.some(drawsBy([...lists, ...others]))) return "nothing to draw: no trace has x, y, z or values";
  if (!traces.every(drawsBy(lists))) return undefined;
  if (values.length === 0) return "nothing to draw: all lists are empty";
  return values.every((value) => value === null || value === undefined)
    ? "nothing to draw: no value is a finite number"
    : undefined;
}
