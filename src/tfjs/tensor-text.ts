/** Along a longer axis only the first and last numbers are printed. */
const longestAxis = 20;
const shownAtEnds = 3;
/** As many as float32 tells apart. */
const mostDigits = 7;

/**
 * Numbers of a float32 tensor, each with the fewest digits that tell it from its neighbours: 6.53, where TensorFlow.js prints
 * 6.5300002, and 1e-9, where it prints 0.
 */
export function tensorText(numbers: ArrayLike<number>, shape: readonly number[]): string {
  const last = shape.length - 1;
  if (last < 0) return shortest(numbers[0]!);
  const widths: number[] = [];
  const cell = (at: number, column: number): string => {
    const text = shortest(numbers[at]!);
    widths[column] = Math.max(widths[column] ?? 0, text.length);
    return text.padStart(widths[column]);
  };
  const block = (axis: number, start: number): string => {
    const size = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    const part = (i: number) => (axis === last ? cell(start + i, i) : block(axis + 1, start + i * size));
    const parts = shownIndices(shape[axis]!).map((i) => (i === undefined ? "..." : part(i)));
    const gap = axis === last ? " " : "\n".repeat(last - axis) + " ".repeat(axis + 1);
    return `[${parts.join(`,${gap}`)}]`;
  };
  // Once to know how wide each column is.
  block(0, 0);
  return block(0, 0);
}

/** Undefined stands for those that are left out. */
function shownIndices(length: number): (number | undefined)[] {
  const all = Array.from({ length: Math.min(length, longestAxis) }, (_, i) => i);
  if (length <= longestAxis) return all;
  const first = all.slice(0, shownAtEnds);
  return [...first, undefined, ...first.map((i) => length - shownAtEnds + i)];
}

function shortest(value: number): string {
  if (Number.isInteger(value)) return String(value);
  let digits = 1;
  while (digits < mostDigits && Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  const rounded = Number(value.toPrecision(digits));
  return Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}
