import { inspect } from "node:util";

/** Which value of nested arrays: `row 2, column 0` counts from 0, as indices do. */
function placeOf(path: readonly number[]): string {
  if (path.length === 0) return "the value";
  if (path.length === 1) return `the value at index ${path[0]}`;
  if (path.length === 2) return `row ${path[0]}, column ${path[1]}`;
  return `the value at ${path.map((index) => `[${index}]`).join("")}`;
}

/**
 * A value among numbers as a number. What is none is refused: JavaScript would make 0 of a gap and NaN of a text.
 *
 * @param path the indices that lead to it, for the error
 * @throws TypeError for anything but numbers, truth values and bigints
 * @throws RangeError for a bigint that a number does not hold exactly
 */
export function plainNumber(value: unknown, path: readonly number[]): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "bigint") {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new RangeError(
      `Numbers here are exact up to ${Number.MAX_SAFE_INTEGER}, but ${placeOf(path)} is ${value}. ` +
        "If it is an identifier and not a quantity, give it a small number of its own.",
    );
  }
  throw new TypeError(
    `Expected numbers, but ${placeOf(path)} is ${inspect(value, { depth: -1 })}. ${cureFor(value)}`,
  );
}

function cureFor(value: unknown): string {
  if (value === null || value === undefined)
    return "Fill the gap first (with a mean, or NaN where you mean it), or leave its row out.";
  if (typeof value === "object" && "dataSync" in value) return "Join tensors with tf.stack or tf.concat.";
  return "Turn it into a number first: texts by parseFloat, classes by their index.";
}
