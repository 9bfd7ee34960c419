import { JobError } from "../job-error.js";
import { splitParameter } from "../parameter-values.js";

/** One parameter and the values it takes, as texts. */
export interface Axis {
  name: string;
  values: string[];
}

/** A value for each parameter, as text. */
export type Point = Record<string, string>;

/** More runs than that are a mistake in a range. */
const mostRuns = 10_000;

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const range = new RegExp(String.raw`^(${number})\.\.(${number})(?::([x*+]?)(${number}))?$`, "i");

/**
 * What `-p` says: `rate=0.1,0.01` lists values, `units=32..512:x2` doubles from 32 to 512, `depth=1..4` counts, `p=0..1:0.25`
 * steps; commas within brackets and quotes belong to a value.
 *
 * @throws JobError for a range that does not get to its end
 */
export function axisOf(word: string): Axis {
  const [name, text] = splitParameter(word);
  const values = splitValues(text).flatMap((part) => valuesOf(part, word));
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (twice !== undefined) throw new JobError(`-p ${word} has ${twice} twice.`);
  return { name, values };
}

function splitValues(text: string): string[] {
  const parts = [""];
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i]!;
    if (character === '"' && text[i - 1] !== "\\") isQuoted = !isQuoted;
    else if (!isQuoted && "[{(".includes(character)) depth += 1;
    else if (!isQuoted && "]})".includes(character)) depth -= 1;
    if (character === "," && depth === 0 && !isQuoted) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function valuesOf(part: string, word: string): string[] {
  const [, first, last, kind, by] = range.exec(part) ?? [];
  if (first === undefined || last === undefined) return [part];
  const [from, to] = [Number(first), Number(last)];
  const multiplies = /^[x*]$/i.test(kind ?? "");
  const step = by === undefined ? (from <= to ? 1 : -1) : Number(by);
  const arrives = multiplies
    ? from !== 0 && step > 0 && step !== 1 && to / from > 0 && step > 1 === Math.abs(to) >= Math.abs(from)
    : step !== 0 && step > 0 === to >= from;
  if (!arrives && from !== to)
    throw new JobError(
      `-p ${word}: ${part} does not get from ${first} to ${last}. Expected as in: 32..512:x2, or 0..1:0.25`,
    );
  const values: string[] = [];
  for (let i = 0; values.length <= mostRuns; i += 1) {
    const value = multiplies ? from * step ** i : from + step * i;
    const slack = Math.abs(multiplies ? value : step) * 1e-9;
    if (to >= from ? value > to + slack : value < to - slack) break;
    // Without the traces of binary fractions: 0.30000000000000004.
    values.push(String(Number(value.toPrecision(12))));
    if (from === to) break;
  }
  return values;
}

/**
 * All combinations, the last parameter changing fastest.
 * @throws JobError for a name given twice, or too many combinations
 */
export function gridOf(axes: readonly Axis[]): Point[] {
  const names = axes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new JobError(`-p ${twice} was given twice; its values belong together: -p ${twice}=1,2`);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostRuns) throw new JobError(`That are ${count} runs; at most ${mostRuns} make a sweep.`);
  return axes.reduce<Point[]>(
    (points, { name, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}
