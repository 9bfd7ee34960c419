import { errorsIn, type NotebookFile, type Parameters, printedText } from "./notebook.js";

/** A number that a lesson prints, and the least it may be, or the most. */
interface Metric {
  pattern: RegExp;
  atLeast?: number;
  atMost?: number;
  /** Of the short form, which trains less. None: it has to be printed. */
  short?: { atLeast?: number; atMost?: number };
}

interface Lesson {
  metrics: Metric[];
  /** What tests run it with, instead of the numbers in its cell tagged `parameters`. Without: in full. */
  short?: Parameters;
}

/** The lessons and the figures they have to reach; those of the Keras originals are in the comments. */
const lessonList: Record<string, Lesson> = {
  "00-welcome": { metrics: [] },
  "01-and-gate": {
    metrics: [
      { pattern: /train accuracy: ([\d.]+)/, atLeast: 1 }, // 1.0
      { pattern: /\[0 0 0 (1)\]/, atLeast: 1 }, // [0 0 0 1]
    ],
  },
  "02-functional-api": {
    metrics: [
      { pattern: /branched accuracy: ([\d.]+)/, atLeast: 1 },
      { pattern: /branched +\[0 0 0 (1)\]/, atLeast: 1 },
    ],
  },
  "03-mnist-mlp": {
    metrics: [{ pattern: /test accuracy: ([\d.]+)/, atLeast: 0.98, short: { atLeast: 0.94 } }], // 0.9816
    short: { epochs: 1 },
  },
  "04-mnist-cnn": {
    metrics: [{ pattern: /test accuracy: ([\d.]+)/, atLeast: 0.988, short: { atLeast: 0.97 } }], // 0.992 after 12
    short: { epochs: 1 },
  },
  "12-dqn": {
    metrics: [
      { pattern: /random: ([\d.]+) steps/, atLeast: 15, atMost: 35 },
      { pattern: /mean of 20 greedy episodes: ([\d.]+)/, atLeast: 475, short: {} }, // Gymnasium: solved at 475
    ],
    short: { maxSteps: 2000 },
  },
  "13-from-scratch": {
    metrics: [
      { pattern: /gradients agree: (\d)/, atLeast: 1 },
      { pattern: /train accuracy: ([\d.]+)/, atLeast: 0.97, short: {} },
    ],
    short: { epochs: 5 },
  },
  "14-small-gpt": {
    metrics: [{ pattern: /validation loss: ([\d.]+)/, atMost: 1.8, short: {} }],
    short: { epochs: 1, share: 0.03 },
  },
};

export const lessons = Object.keys(lessonList);

/** What tests run a lesson with. */
export const shortForm = (name: string): Parameters | undefined => lessonList[name]?.short;

/** What is wrong with the executed lesson `name`: errors of its cells, numbers that are missing or too small. */
export function problemsOf(
  name: string,
  notebook: NotebookFile,
  { isShort = false }: { isShort?: boolean } = {},
): string[] {
  const text = printedText(notebook);
  const shortfalls = (lessonList[name]?.metrics ?? []).flatMap(({ pattern, short, ...full }) => {
    const { atLeast = -Infinity, atMost = Infinity } = isShort ? (short ?? full) : full;
    const value = pattern.exec(text)?.[1];
    if (value === undefined) return [`nothing printed matches ${pattern}`];
    if (Number(value) < atLeast) return [`${pattern}: got ${value}, expected at least ${atLeast}`];
    return Number(value) > atMost ? [`${pattern}: got ${value}, expected at most ${atMost}`] : [];
  });
  return [...errorsIn(notebook), ...shortfalls];
}
