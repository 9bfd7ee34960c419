/** Along a longer axis only the first and last numbers are printed. */
const longestAxis = 20;
const shownAtEnds = 3;

/**
 * Numbers of a float32 tensor as NumPy prints them, each with the fewest digits that tell it from its neighbours: 6.53, where
 * TensorFlow.js prints 6.5300002, and 1e-9, where it prints 0.
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
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
