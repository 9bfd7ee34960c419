import { tf } from "../tfjs/native.js";
import { toNdArray, type ArrayLike } from "../arrays/ndarray.js";
import { whatArrived } from "../figures/what-arrived.js";
import { say } from "./language.js";
import { all, nearly, right, wrong, type Verdict } from "./verdict.js";
import { words } from "./words.js";

export interface Closeness {
  /** The most that a number may be off, times 1 + its size. Default 1e-3. */
  tolerance?: number;
  /** Whether the type of a tensor counts, too. Default false. */
  dtype?: boolean;
}

interface Numbers {
  shape: readonly number[];
  values: ArrayLike_;
  dtype: string | undefined;
}
type ArrayLike_ = { readonly length: number; readonly [index: number]: number };

/**
 * Whether an answer, a number or numbers with a shape, is what was expected; what is off if it is nearly so. What was expected
 * is not told.
 */
export function near(
  answer: unknown,
  expected: ArrayLike,
  { tolerance = 1e-3, dtype = false }: Closeness = {},
): Verdict {
  const given = numbersOf(answer);
  const goal = numbersOf(expected)!;
  if (!given) {
    const kind = goal.shape.length === 0 ? words.aNumber : words.numbers;
    return wrong(kind, { arrived: whatArrived(answer), shape: shapeText(goal.shape) });
  }
  const sameShape = shapeText(given.shape) === shapeText(goal.shape);
  if (given.values.length !== goal.values.length)
    return wrong(words.otherSize, { arrived: shapeText(given.shape), shape: shapeText(goal.shape) });
  const unlike = (factor = 1, slack = 1): number | undefined => {
    for (let i = 0; i < goal.values.length; i++) {
      const [is, want] = [given.values[i]!, goal.values[i]! * factor];
      if (!(Math.abs(is - want) <= slack * tolerance * (1 + Math.abs(want)))) return i;
    }
    return undefined;
  };
  const first = unlike();
  if (first === undefined)
    return all(
      () =>
        sameShape
          ? right
          : nearly(words.shape, { arrived: shapeText(given.shape), shape: shapeText(goal.shape) }),
      () =>
        !dtype || given.dtype === undefined || given.dtype === goal.dtype
          ? right
          : nearly(words.dtype, { arrived: given.dtype, dtype: String(goal.dtype) }),
    );
  const position = shapeText(indexOf(first, goal.shape));
  if (Array.from(given.values).some((value) => !Number.isFinite(value)))
    return wrong(words.notFinite, {
      value: Array.from(given.values).find((value) => !Number.isFinite(value))!,
    });
  if (unlike(1, 20) === undefined) return nearly(words.tolerance, { tolerance, position });
  const factor = commonFactor(given.values, goal.values);
  if (factor !== undefined && unlike(factor) === undefined)
    return nearly(factor === -1 ? words.sign : words.range, { factor: Number(factor.toPrecision(4)) });
  return wrong(goal.values.length === 1 ? words.otherNumber : words.otherValue, { position });
}

/**
 * Whether a function does what was expected: it is called with each case's arguments. A case that fails is told, with what
 * was expected of it.
 */
export function behaves(
  answer: unknown,
  cases: readonly { args: readonly unknown[]; gives: ArrayLike; shown?: string }[],
  closeness: Closeness = {},
): Verdict {
  if (typeof answer !== "function") return wrong(words.aFunction, { arrived: whatArrived(answer) });
  let first: Verdict = right;
  for (const { args, gives, shown = args.map(valueText).join(", ") } of cases) {
    let result: unknown;
    try {
      result = (answer as (...args: readonly unknown[]) => unknown)(...args);
    } catch (error) {
      return wrong(words.threw, {
        call: shown,
        message: error instanceof Error ? error.message : String(error),
      });
    }
    const { state, text: why } = near(result, gives, closeness);
    const values = { call: shown, gave: valueText(result), expected: valueText(gives), why };
    // One case may be nearly right by chance: all that fail have to be.
    if (state === "wrong") return wrong(words.ofCase, values);
    if (state === "nearly" && first.state === "right") first = nearly(words.ofCase, values);
  }
  return first;
}

function numbersOf(value: unknown): Numbers | undefined {
  if (typeof value === "number") return { shape: [], values: [value], dtype: undefined };
  if (typeof value !== "object" || value === null || value instanceof Promise) return undefined;
  try {
    const { shape, data } = toNdArray(value as ArrayLike);
    return { shape, values: data, dtype: value instanceof tf.Tensor ? value.dtype : undefined };
  } catch (error) {
    // It says that this is no array of numbers, which the caller says in the words of the exercise.
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What all numbers of one are times those of the other. */
function commonFactor(given: ArrayLike_, goal: ArrayLike_): number | undefined {
  for (let i = 0; i < goal.length; i++)
    if (Math.abs(goal[i]!) > 1e-6) {
      const factor = given[i]! / goal[i]!;
      if (factor === 0) return undefined;
      // A single number is always some number of times another: only factors that mean something count.
      const usual = [-1, 255, 1 / 255, 100, 1 / 100, 2, 1 / 2].find(
        (each) => Math.abs(factor / each - 1) < 1e-3,
      );
      return goal.length > 2 ? (usual ?? factor) : usual;
    }
  return undefined;
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const size of shape.toReversed()) {
    index.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return index;
}

/** A short form of numbers, for a sentence. */
function valueText(value: unknown): string {
  const numbers = numbersOf(value);
  if (!numbers) return whatArrived(value);
  const list = Array.from(numbers.values)
    .slice(0, 6)
    .map((each) => String(Number(each.toPrecision(5))));
  if (numbers.shape.length === 0) return list[0]!;
  const text = `[${list.join(", ")}${numbers.values.length > 6 ? ", …" : ""}]`;
  return numbers.shape.length === 1
    ? text
    : `${text} ${say(words.ofShape, { shape: shapeText(numbers.shape) })}`;
}
