import type { Tensor } from "@tensorflow/tfjs";
import { isTensor, toNdArray, type ArrayLike } from "../arrays/ndarray.js";
import { tf } from "../keras/load.js";
import { classIndices, className } from "./image-titles.js";
import { figure } from "./plotly/figure.js";
import type { Trace } from "./plotly/types.js";
import type { SelfShowing } from "../host/self-showing.js";
import { seriesColors, textColor } from "./theme.js";

export interface DecisionBoundaryOptions {
  /** Names of the classes 0, 1, 2, …. Default: their numbers. */
  classNames?: readonly string[];
  /** Names of the two axes. Default `["x₁", "x₂"]`. */
  axisNames?: readonly [string, string];
  /** The model is asked at this many points along each axis. Default 60. */
  resolution?: number;
  title?: string;
}

interface Predictor {
  predict(x: Tensor, args?: { batchSize?: number }): Tensor | Tensor[];
}

/**
 * What a model says about each point of the plane, with the samples on top. For one output (a sigmoid) the colour
 * is the probability of class 1 and the line is where it is 0.5; for several outputs (a softmax) each area has the
 * colour of the most probable class.
 *
 * @param model Takes `[n, 2]`, gives `[n, 1]` or `[n, classes]`.
 * @param data.x The samples, `[n, 2]`. @param data.y Their classes, `[n]`, `[n, 1]` or one-hot.
 * @throws RangeError if x has not two columns, y another length, or the model gives another shape or NaN.
 *
 * @example
 * plotDecisionBoundary(model, { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 0, 0, 1] });
 */
export function plotDecisionBoundary(
  model: Predictor,
  data: { x: ArrayLike; y: ArrayLike },
  options: DecisionBoundaryOptions = {},
): SelfShowing {
  const samples = toNdArray(data.x);
  if (samples.rank !== 2 || samples.shape[1] !== 2 || samples.length === 0) {
    throw new RangeError(
      `plotDecisionBoundary draws a plane: x must have the shape [n, 2], but has [${samples.shape.join(", ")}].`,
    );
  }
  const classes = classIndices(data.y, "y");
  if (classes.length !== samples.length) {
    throw new RangeError(
      `${classes.length} classes y were given for ${samples.length} samples x; each needs one.`,
    );
  }
  const column = (c: number): number[] => Array.from(classes, (_, n) => samples.data[2 * n + c]!);
  const resolution = options.resolution ?? 60;
  const [xs, ys] = [spread(column(0), resolution), spread(column(1), resolution)];
  const { data: answers, shape } = predictGrid(model, xs, ys);
  const outputs = shape[1]!;
  const rows = (value: (point: number) => number): number[][] =>
    ys.map((_, r) => xs.map((__, c) => value(r * xs.length + c)));
  const name = (index: number): string => className(index, options.classNames);

  const areas =
    outputs === 1
      ? probabilityAreas(
          xs,
          ys,
          rows((point) => answers[point]!),
          name(1),
        )
      : Array.from({ length: outputs }, (_, k) => {
          const margin = rows((point) => lead(answers.subarray(point * outputs, (point + 1) * outputs), k));
          return classArea(xs, ys, margin, k);
        });
  const points = Array.from(new Set(classes), (index): Trace => {
    const members = classes.flatMap((other, n) => (other === index ? [n] : []));
    return {
      type: "scatter",
      mode: "markers",
      name: name(index),
      x: members.map((n) => samples.data[2 * n]),
      y: members.map((n) => samples.data[2 * n + 1]),
      marker: {
        color: classColor(index),
        size: members.length > 200 ? 6 : 10,
        line: { color: "#ffffff", width: 1.5 },
      },
      legendrank: 1000 + index,
    };
  });
  const [xName, yName] = options.axisNames ?? ["x₁", "x₂"];
  return figure({
    description: `${options.title ?? "decision boundary"}: ${samples.length} samples`,
    data: [...areas, ...points],
    layout: {
      ...(options.title === undefined ? {} : { title: { text: options.title } }),
      height: 420,
      margin: { t: options.title === undefined ? 20 : 48, b: 86 },
      showlegend: true,
      legend: {
        title: { text: "class " },
        orientation: "h",
        x: 0.5,
        xanchor: "center",
        yref: "container",
        y: 0,
        yanchor: "bottom",
      },
      xaxis: { title: { text: xName }, range: [xs[0], xs.at(-1)], showgrid: false, zeroline: false },
      yaxis: { title: { text: yName }, range: [ys[0], ys.at(-1)], showgrid: false, zeroline: false },
    },
  });
}

/** The model's answers at all points of the grid, row by row; leaves no tensors behind. */
function predictGrid(
  model: Predictor,
  xs: readonly number[],
  ys: readonly number[],
): { data: Float32Array; shape: readonly number[] } {
  const grid = Float32Array.from(ys.flatMap((y) => xs.flatMap((x) => [x, y])));
  const count = xs.length * ys.length;
  const { data, shape } = tf.tidy(() => {
    const answer = model.predict(tf.tensor2d(grid, [count, 2]), { batchSize: count });
    if (!isTensor(answer)) throw new RangeError(`The model has ${answer.length} outputs; one can be drawn.`);
    return { data: answer.dataSync<"float32">(), shape: answer.shape };
  });
  if (shape.length !== 2 || shape[0] !== count) {
    throw new RangeError(
      `The model must answer points [n, 2] by [n, 1] or [n, classes], but ${count} points gave [${shape.join(", ")}].`,
    );
  }
  if (data.some(Number.isNaN)) throw new RangeError("The model answers NaN: its training has diverged.");
  return { data, shape };
}

/** How far output `k` is ahead of the best other one: above 0 where it is the class. */
function lead(outputs: Float32Array, k: number): number {
  const others = outputs.filter((_, i) => i !== k);
  return outputs[k]! - Math.max(...others);
}

/** The probability as colour, and the line where it is a half. */
function probabilityAreas(x: number[], y: number[], z: number[][], name: string): Trace[] {
  return [
    {
      type: "heatmap",
      x,
      y,
      z,
      zmin: 0,
      zmax: 1,
      zsmooth: "fast",
      colorscale: [
        [0, transparent(classColor(0), 0.55)],
        [0.5, transparent("#808080", 0.06)],
        [1, transparent(classColor(1), 0.55)],
      ],
      colorbar: { title: { text: `P(${name})`, side: "right" }, thickness: 14, outlinewidth: 0 },
      hovertemplate: "%{x:.2f}, %{y:.2f}: %{z:.3f}<extra></extra>",
    },
    {
      type: "contour",
      x,
      y,
      z,
      contours: { start: 0.5, end: 0.5, size: 1, coloring: "none" },
      line: { color: textColor, width: 2 },
      showscale: false,
      showlegend: false,
      hoverinfo: "skip",
    },
  ];
}

/** The area where the class leads, with its border; plotly.js fills what a constraint leaves out. */
function classArea(x: number[], y: number[], z: number[][], index: number): Trace {
  return {
    type: "contour",
    x,
    y,
    z,
    contours: { type: "constraint", operation: "<", value: 0 },
    fillcolor: transparent(classColor(index), 0.3),
    line: { width: 1.5, color: classColor(index) },
    showlegend: false,
    hoverinfo: "skip",
  };
}

function classColor(index: number): string {
  return seriesColors[index % seriesColors.length]!;
}

function transparent(color: string, alpha: number): string {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `rgba(${red},${green},${blue},${alpha})`;
}

/** `count` even steps over the values, with a margin of a fifth. */
function spread(values: readonly number[], count: number): number[] {
  const [lowest, highest] = values.reduce(
    ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
    [Infinity, -Infinity],
  );
  const margin = (highest - lowest) * 0.2 || 1;
  const step = (highest - lowest + 2 * margin) / (count - 1);
  return Array.from({ length: count }, (_, i) => lowest - margin + i * step);
}
