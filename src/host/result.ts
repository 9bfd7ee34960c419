import { connect } from "./connect.js";
import { displaySymbol, type Displayable } from "./host.js";
import { markup } from "./markup.js";

/** How results stand in a notebook's outputs: an object of names and values. */
export const resultType = "application/vnd.manabi.result+json";

/** What a notebook can give as a result. A tensor with one element counts as its number. */
export type ResultValue = number | string | boolean | null | { dataSync(): ArrayLike<number> };

/** What JSON has no number for is written as its name. */
const recorded = (value: number | string | boolean | null): number | string | boolean | null =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

/**
 * Records what a notebook has found out, by name. It stands in the cell's output, where `manabi sweep` and other programs find
 * it (MIME type `application/vnd.manabi.result+json`); of a name that is recorded again, the last value counts. Tensors
 * are read, not disposed.
 *
 * @throws TypeError for a value that is no number, text, flag, null or tensor with one element
 * @example
 * const [loss, accuracy] = model.evaluate(xTest, yTest);
 * result({ loss, accuracy });
 */
export function result(values: Record<string, ResultValue>): Displayable {
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw new TypeError(
      `result takes values by name, as in result({ accuracy: 0.98 }), but got ${typeof values}.`,
    );
  const data = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, recorded(plainValue(name, value))]),
  );
  const rows = Object.entries(data);
  const cells = rows.map(([name, value]) => markup`<tr><th>${name}</th><td>${shown(value)}</td></tr>`);
  connect().display({
    [resultType]: data,
    "text/html": String(markup`<table>${cells}</table>`),
    "text/plain": rows.map(([name, value]) => `${name}: ${shown(value)}`).join("\n"),
  });
  // A cell that ends with it has shown it already.
  return { [displaySymbol]: () => ({}) };
}

const shown = (value: unknown): string =>
  typeof value === "number" && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6)))
    : String(value);

function plainValue(name: string, value: ResultValue): number | string | boolean | null {
  if (value === null || ["number", "string", "boolean"].includes(typeof value))
    return value as number | string | boolean | null;
  const numbers = typeof value === "object" && "dataSync" in value ? value.dataSync() : undefined;
  if (numbers?.length === 1) return Number(numbers[0]);
  const arrived = numbers
    ? `a tensor with ${numbers.length} elements`
    : Array.isArray(value)
      ? "a list"
      : typeof value;
  throw new TypeError(
    `result: ${name} must be a number, a text, true, false, null or a tensor with one element, but is ${arrived}.`,
  );
}
