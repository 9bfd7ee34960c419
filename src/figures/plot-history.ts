import { figure, type FigureOptions } from "./plotly/figure.js";
import type { SelfShowing } from "../host/self-showing.js";
import { kerasMetricName } from "../keras/model/metric-names.js";
import { placesToDraw } from "./thinned.js";
import type { FigureLayout, Trace } from "./plotly/types.js";
import { seriesColors } from "./theme.js";

/** Values per epoch, by metric: `{ loss: [0.3, 0.1], val_loss: […] }`. */
export type HistoryValues = Record<string, readonly unknown[]>;

/** What `model.fit` resolves to, or its `history`. */
export type TrainingHistory = { history: HistoryValues; epoch?: readonly number[] } | HistoryValues;

export interface PlotHistoryOptions {
  title?: string;
  /** Metrics to draw, in order. Default: all, the loss first. */
  metrics?: readonly string[];
}

/**
 * The course of a training: the loss and each metric in a plot of its own, training as a solid and validation as
 * a dashed line; several runs, given by name, in one plot to compare them.
 *
 * @param history The result of `model.fit`, its `history`, or several of them by name.
 * @throws TypeError if it is none of these. RangeError if it holds no epochs or no such metric.
 *
 * @example
 * plotHistory(await model.fit(x, y, { epochs: 20, validationData: [xTest, yTest] }));
 * plotHistory({ "dropout 0.2": first, "dropout 0.5": second });
 */
export function plotHistory(
  history: TrainingHistory | Record<string, TrainingHistory>,
  options: PlotHistoryOptions = {},
): SelfShowing {
  return figure(historyFigure(history, options));
}

/** With axes that stand still while a training goes on. */
export interface HistoryFigureOptions extends PlotHistoryOptions {
  ranges?: { epochs: number | undefined; values: (metric: string) => [number, number] };
}

/** The figure of `plotHistory`, not yet drawn. */
export function historyFigure(
  history: TrainingHistory | Record<string, TrainingHistory>,
  options: HistoryFigureOptions = {},
): FigureOptions {
  const runs = namedRuns(history);
  const metrics = options.metrics ?? metricsOf(runs);
  const available = metricsOf(runs);
  // TensorFlow.js's names are not listed beside Keras's, but known.
  const isKnown = (metric: string) =>
    available.includes(metric) || runs.some(({ values }) => metric in values);
  const unknown = metrics.filter((metric) => !isKnown(metric));
  if (unknown.length > 0 || metrics.length === 0) {
    throw new RangeError(
      metrics.length === 0
        ? "The history holds no metrics: has the model been trained for at least one epoch?"
        : `The history has no metric ${unknown.join(", ")}. It has: ${available.join(", ")}.`,
    );
  }
  const single = runs.length === 1;
  const data = runs.flatMap((run, r) =>
    metrics.flatMap((metric, m) =>
      (["", "val_"] as const).flatMap((prefix): Trace[] => {
        const values = run.values[prefix + metric];
        if (!values) return [];
        const validation = prefix !== "";
        const places = placesToDraw(values);
        const name = [run.name, validation ? "validation" : "training"].filter(Boolean).join(", ");
        return [
          {
            type: "scatter",
            mode:
              values.length > 1 && values.length <= 30
                ? "lines+markers"
                : values.length === 1
                  ? "markers"
                  : "lines",
            name,
            legendgroup: name,
            showlegend: m === 0,
            x: places.map((epoch) => epoch + 1),
            y: places.map((epoch) => values[epoch] as number),
            xaxis: `x${m + 1}`,
            yaxis: `y${m + 1}`,
            marker: { size: 5 },
            line: {
              color: seriesColors[(single ? Number(validation) : r) % seriesColors.length],
              width: 2,
              dash: validation ? "4px,3px" : "solid",
            },
            hovertemplate: `%{y:.4~g}`,
          },
        ];
      }),
    ),
  );
  const description = `${options.title ?? "training history"}: ${metrics.join(", ")}`;
  return { data, layout: layoutOf(metrics, runs, options), description };
}

/** The first epoch, from 1, from which on a metric is no number; undefined if there is none. */
function nanFrom(runs: readonly Run[], metric: string): number | undefined {
  const firsts = runs.flatMap(({ values }) =>
    [metric, `val_${metric}`].flatMap((name) => {
      const series = values[name] ?? [];
      const last = series.findLastIndex((value) => Number.isFinite(value));
      return series.length > 0 && last < series.length - 1 ? [last + 2] : [];
    }),
  );
  return firsts.length > 0 ? Math.min(...firsts) : undefined;
}

/** Plots in two columns with their metric's name above each, and the legend below all of them. */
function layoutOf(
  metrics: readonly string[],
  runs: readonly Run[],
  { title, ranges }: HistoryFigureOptions,
): FigureLayout {
  const columns = Math.min(metrics.length, 2);
  const rows = Math.ceil(metrics.length / 2);
  const epochs = Math.max(
    ...runs.flatMap(({ values }) => Object.values(values).map((series) => series.length)),
    ranges?.epochs ?? 0,
  );
  const axes: Record<string, object> = {};
  const annotations = metrics.map((metric, m): object => {
    axes[`xaxis${m + 1}`] = {
      title: { text: "epoch" },
      ...(epochs <= 12 ? { dtick: 1 } : {}),
      ...(ranges?.epochs ? { range: [0.5, ranges.epochs + 0.5] } : {}),
    };
    axes[`yaxis${m + 1}`] = ranges ? { range: ranges.values(metric), automargin: false } : {};
    const place = {
      xref: `x${m + 1} domain`,
      x: 0,
      xanchor: "left",
      yref: `y${m + 1} domain`,
      y: 1,
      yanchor: "bottom",
    };
    const nan = nanFrom(runs, metric);
    const note = nan === undefined ? "" : ` (no number from epoch ${nan} on)`;
    return { ...place, text: `<b>${metric}</b>${note}`, showarrow: false, font: { size: 14 } };
  });
  const heightOf = (gridRows: number) => 80 + 270 * gridRows + 22 * (runs.length - 1);
  return {
    ...(title === undefined ? {} : { title: { text: title } }),
    grid: { rows, columns, pattern: "independent", xgap: 0.14, ygap: 0.35 },
    height: heightOf(rows),
    meta: {
      narrow: {
        below: 520 * Number(columns > 1),
        layout: {
          grid: { rows: metrics.length, columns: 1, pattern: "independent", ygap: 0.35 },
          height: heightOf(metrics.length),
        },
      },
    },
    hovermode: "x unified",
    legend: { orientation: "h", x: 0.5, xanchor: "center", yref: "container", y: 0, yanchor: "bottom" },
    margin: { t: title === undefined ? 30 : 64, b: 80 },
    annotations,
    ...axes,
  };
}

interface Run {
  name: string;
  values: HistoryValues;
}

function namedRuns(history: TrainingHistory | Record<string, TrainingHistory>): Run[] {
  const single = historyValues(history);
  if (single) return [{ name: "", values: single }];
  const entries = typeof history === "object" && history !== null ? Object.entries(history) : [];
  const runs = entries.map(([name, run]) => ({ name, values: historyValues(run) }));
  if (runs.length === 0 || runs.some((run) => !run.values)) {
    throw new TypeError(
      "plotHistory needs what model.fit resolves to (await it), its history such as { loss: [0.3, 0.1] }, " +
        `or several of them by name, but got ${describe(history)}.`,
    );
  }
  return runs as Run[];
}

function historyValues(value: unknown): HistoryValues | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if ("history" in value && !Array.isArray(value.history)) return historyValues(value.history);
  const series = Object.values(value);
  return series.length > 0 && series.every((part) => Array.isArray(part))
    ? (value as HistoryValues)
    : undefined;
}

/** Names without `val_`, the loss first.  */
function metricsOf(runs: readonly Run[]): string[] {
  const names = new Set(
    runs.flatMap(({ values }) =>
      Object.keys(values)
        .filter((name) => values[name]!.length > 0)
        .map((name) => name.replace(/^val_/, "")),
    ),
  );
  // TensorFlow.js's names of what has Keras's name beside it.
  for (const name of names)
    if (kerasMetricName(name) !== name && names.has(kerasMetricName(name))) names.delete(name);
  return names.delete("loss") ? ["loss", ...names] : [...names];
}

function describe(value: unknown): string {
  if (value instanceof Promise) return "a promise";
  if (typeof value !== "object" || value === null) return String(value);
  return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "nothing in it"}`;
}
