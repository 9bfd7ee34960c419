import { errorsIn, type NotebookFile, printedText } from "./notebook.js";

/** A number that a lesson prints, and the least it may be. */
interface Metric {
  pattern: RegExp;
  atLeast: number;
  /** The least it may be when a test trains one epoch only. */
  afterOneEpoch?: number;
}

/** The lessons and the figures they have to reach; those of the Keras originals are in the comments. */
const metrics: Record<string, Metric[]> = {
  "00-welcome": [],
  "01-and-gate": [
    { pattern: /train accuracy: ([\d.]+)/, atLeast: 1 }, // 1.0
    { pattern: /\[0 0 0 (1)\]/, atLeast: 1 }, // [0 0 0 1]
  ],
  "02-functional-api": [
    { pattern: /branched accuracy: ([\d.]+)/, atLeast: 1 },
    { pattern: /branched +\[0 0 0 (1)\]/, atLeast: 1 },
  ],
  "03-mnist-mlp": [{ pattern: /test accuracy: ([\d.]+)/, atLeast: 0.98, afterOneEpoch: 0.94 }], // 0.9816
  "04-mnist-cnn": [{ pattern: /test accuracy: ([\d.]+)/, atLeast: 0.989, afterOneEpoch: 0.97 }], // 0.992 after 12
};

export const lessons = Object.keys(metrics);

/** What is wrong with the executed lesson `name`: errors of its cells, numbers that are missing or too small. */
export function problemsOf(
  name: string,
  notebook: NotebookFile,
  { epochs }: { epochs?: number } = {},
): string[] {
  const text = printedText(notebook);
  const shortfalls = (metrics[name] ?? []).flatMap(({ pattern, atLeast, afterOneEpoch }) => {
    const least = epochs === undefined ? atLeast : (afterOneEpoch ?? atLeast);
    const value = pattern.exec(text)?.[1];
    if (value === undefined) return [`nothing printed matches ${pattern}`];
    return Number(value) >= least ? [] : [`${pattern}: got ${value}, expected at least ${least}`];
  });
  return [...errorsIn(notebook), ...shortfalls];
}
