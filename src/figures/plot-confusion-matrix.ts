import type { ArrayLike } from "../arrays/ndarray.js";
import { classIndices, className } from "./image-titles.js";
import { figure } from "./plotly/figure.js";
import type { FigureLayout, Trace } from "./plotly/types.js";
import type { SelfShowing } from "../host/self-showing.js";

export interface ConfusionMatrixOptions {
  /** Names of the classes 0, 1, 2, …. Default: their numbers. */
  classNames?: readonly string[];
  /** Per cent of each true class in place of counts. Default false. */
  normalize?: boolean;
  title?: string;
}

/**
 * Which classes a model takes for which: a row for each true class, a column for each predicted one. Right
 * answers are blue; mistakes are red, by their share of the true class in relation to the most frequent mistake.
 *
 * @param labels The true classes: `[n]` indices or `[n, classes]` one-hot.
 * @param predictions The predicted classes: `[n]` indices or `[n, classes]` probabilities as `predict` gives them.
 * @throws RangeError if they are not equally long or empty, hold NaN or something else than classes, or a class
 *   has no name.
 *
 * @example
 * plotConfusionMatrix(yTest, model.predict(xTest), { classNames: ["cat", "dog"] });
 */
export function plotConfusionMatrix(
  labels: ArrayLike,
  predictions: ArrayLike,
  options: ConfusionMatrixOptions = {},
): SelfShowing {
  const counts = confusionMatrix(labels, predictions, options.classNames?.length);
  const names = counts.map((_, index) => className(index, options.classNames));
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const share = (row: number, column: number): number => counts[row]![column]! / Math.max(1, totals[row]!);
  const isRight = (row: number, column: number): boolean => row === column;
  const worst = Math.max(...counts.flatMap((row, r) => row.map((_, c) => (isRight(r, c) ? 0 : share(r, c)))));
  const cells = counts.flatMap((row, r) =>
    row.map((count, c) => ({
      x: names[c]!,
      y: names[r]!,
      text: count === 0 ? "" : options.normalize ? percent(share(r, c)) : String(count),
      strong: share(r, c) / (isRight(r, c) ? 1 : worst) >= strongFrom,
    })),
  );
  const heatmap = (right: boolean, color: string, highest: number): Trace => ({
    type: "heatmap",
    x: names,
    y: names,
    z: counts.map((row, r) => row.map((_, c) => (isRight(r, c) === right ? share(r, c) : null))),
    customdata: counts.map((row, r) => row.map((count, c) => [count, percent(share(r, c))])),
    hovertemplate: "true %{y}, predicted %{x}: %{customdata[0]} (%{customdata[1]})<extra></extra>",
    zmin: 0,
    zmax: highest || 1,
    colorscale: opacities.map(([at, opacity]) => [at, color.replace("ALPHA", String(opacity))]),
    showscale: false,
    hoverongaps: false,
    xgap: 2,
    ygap: 2,
  });
  const texts = (strong: boolean): Trace => {
    const shown = cells.filter((cell) => cell.strong === strong && cell.text !== "");
    return {
      type: "scatter",
      mode: "text",
      x: shown.map(({ x }) => x),
      y: shown.map(({ y }) => y),
      text: shown.map(({ text }) => text),
      textfont: { ...(strong ? { color: "#ffffff" } : {}), size: names.length > 12 ? 10 : 13 },
      hoverinfo: "skip",
      showlegend: false,
      cliponaxis: false,
    };
  };
  const axis: NonNullable<FigureLayout["xaxis"]> = {
    type: "category",
    categoryorder: "array",
    categoryarray: names,
    showgrid: false,
    constrain: "domain",
  };
  const yaxis: typeof axis = { ...axis, title: { text: "true" }, autorange: "reversed" };
  return figure({
    description: `${options.title ?? "confusion matrix"}: ${counts.length} classes, ${totals.reduce((a, b) => a + b, 0)} samples`,
    data: [
      heatmap(true, "rgba(37,99,235,ALPHA)", 1),
      heatmap(false, "rgba(198,40,40,ALPHA)", worst),
      texts(false),
      texts(true),
    ],
    layout: {
      // Cells as wide as there is room, which squares are not, so that four digits fit.
      meta: { narrow: { below: 60 * names.length, textSize: 9, layout: { yaxis } } },
      ...(options.title === undefined ? {} : { title: { text: options.title } }),
      height: Math.min(900, 110 + Math.max(3, names.length) * 40),
      margin: { t: options.title === undefined ? 20 : 48 },
      xaxis: { ...axis, title: { text: "predicted" } },
      yaxis: { ...yaxis, scaleanchor: "x" },
    },
  });
}

const strongFrom = 0.3;

/** Opacity by share. The step keeps texts readable: gray on a weak colour, white on a strong one, on light and dark pages. */
const opacities = [[0, 0.02], [strongFrom, 0.08], [strongFrom, 0.93], [1, 1]] as const; // prettier-ignore

/** Counts: `[true class][predicted class]`. */
export function confusionMatrix(labels: ArrayLike, predictions: ArrayLike, numClasses = 0): number[][] {
  const truth = classIndices(labels, "labels");
  const predicted = classIndices(predictions, "predictions");
  if (truth.length !== predicted.length || truth.length === 0) {
    throw new RangeError(
      `plotConfusionMatrix needs as many predictions as labels, at least one, but got ${truth.length} labels and ` +
        `${predicted.length} predictions.`,
    );
  }
  const classes = truth
    .concat(predicted)
    .reduce((highest, index) => Math.max(highest, index + 1), numClasses);
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  truth.forEach((label, n) => counts[label]![predicted[n]!]!++);
  return counts;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 || value === 0 ? Math.round(value) : value.toFixed(1)} %`;
}
