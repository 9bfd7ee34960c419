import type { PlotlyFigure } from "./static-svg.js";
import { lineColor } from "../theme.js";

type Trace = Record<string, unknown>;

/** Whether plotly.js draws the trace in three dimensions, by WebGL, which only browsers have. */
export const isSpatial = ({ type }: Trace): boolean => /^(scatter3d|surface|mesh3d)$/.test(String(type));

type Point = [x: number | string | null, y: number | string | null, z: number | null];

/** Where the eye is: from the front, somewhat to the left and above, as plotly.js begins. */
const [turn, tilt] = [-Math.PI / 5, Math.PI / 6];

/** The static picture of a figure in three dimensions: a parallel projection of its points, in a box with its ends. */
export function flattened(figure: PlotlyFigure): PlotlyFigure {
  if (!figure.data.some(isSpatial)) return figure;
  const spatial = figure.data.filter(isSpatial);
  const points = spatial.map(pointsOf);
  const axes = [0, 1, 2].map((axis) => axisOf(points.flatMap((part) => part.map((point) => point[axis]!))));
  const project = (point: readonly number[]): [number, number] => {
    const [x, y, z] = point as [number, number, number];
    const depth = -Math.sin(turn) * x + Math.cos(turn) * y;
    return [Math.cos(turn) * x + Math.sin(turn) * y, z * Math.cos(tilt) + depth * Math.sin(tilt)];
  };
  const place = (point: Point) =>
    point.includes(null) ? [null, null] : project(axes.map(({ at }, axis) => at(point[axis]!)));
  const drawn = spatial.map((trace, i) => flatTrace(trace, points[i]!.map(place), points[i]!));
  const scene = (figure.layout["scene"] ?? {}) as Record<
    string,
    { title?: { text?: string } | string } | undefined
  >;
  const notes = ["xaxis", "yaxis", "zaxis"].flatMap((name, axis) => {
    const title = scene[name]?.title;
    const text = (typeof title === "object" ? title.text : title) ?? name[0]!;
    const along = (at: number): [number, number] => project(edgeOf(axis, at));
    const shift = axis === 0 ? { xanchor: "left", yanchor: "top" } : { xanchor: "right", xshift: -4 };
    return (
      [
        [0.06, axes[axis]!.low],
        [0.5, text],
        [0.97, axes[axis]!.high],
      ] as const
    ).map(([at, label]) => {
      const [x, y] = along(at);
      return { x, y, text: label, showarrow: false, ...shift };
    });
  });
  const hidden = { visible: false, showgrid: false };
  return {
    data: [...drawn, ...boxEdges().map((edge) => lineTrace(edge.map(project)))],
    layout: {
      ...figure.layout,
      scene: undefined,
      xaxis: hidden,
      yaxis: { ...hidden, scaleanchor: "x" },
      annotations: notes,
    },
  };
}

/** The point at share `at` of the edge along which the axis's numbers stand: those that are in front. */
function edgeOf(axis: number, at: number): number[] {
  if (axis === 0) return [at, 0, 0];
  if (axis === 1) return [0, at, 0];
  return [0, 1, at];
}

function boxEdges(): number[][][] {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n & 1, (n >> 1) & 1, n >> 2]);
  return corners.flatMap((from) =>
    from.flatMap((share, axis) => (share === 1 ? [] : [[from, from.with(axis, 1)]])),
  );
}

const lineTrace = (points: readonly (readonly number[])[]): Trace => ({
  type: "scatter",
  mode: "lines",
  x: points.map(([x]) => x),
  y: points.map(([, y]) => y),
  line: { color: lineColor, width: 1 },
  showlegend: false,
});

function pointsOf(trace: Trace): Point[] {
  const [x, y, z] = ["x", "y", "z"].map((name) => trace[name]) as [unknown[]?, unknown[]?, unknown[]?];
  if (trace["type"] !== "surface") return (z ?? []).map((value, i) => [x?.[i], y?.[i], value] as Point);
  const rows = (z ?? []) as (number | null)[][];
  const coordinate = (
    values: unknown[] | undefined,
    row: number,
    column: number,
    index: number,
  ): number | string => {
    const value = values?.[index] ?? index;
    return (Array.isArray(value) ? (values![row] as unknown[])[column] : value) as number | string;
  };
  return rows.flatMap((row, r) =>
    row.map((value, c): Point => [coordinate(x, r, c, c), coordinate(y, r, c, r), value]),
  );
}

/** From values to 0..1; texts stand in order of appearance. */
function axisOf(values: readonly (number | string | null)[]) {
  const texts = [...new Set(values.filter((value) => typeof value === "string"))];
  const number = (value: number | string | null): number =>
    typeof value === "string" ? texts.indexOf(value) : Number(value);
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    least = Math.min(least, number(value));
    most = Math.max(most, number(value));
  }
  const name = (value: number) => texts[value] ?? String(Number(value.toPrecision(3)));
  return {
    low: name(least),
    high: name(most),
    at: (value: number | string | null) => (number(value) - least) / (most - least || 1),
  };
}

/** Points of a cloud keep their marks; those of a surface are coloured by their height. */
function flatTrace(trace: Trace, places: readonly unknown[][], points: readonly Point[]): Trace {
  const at = { type: "scatter", x: places.map(([x]) => x), y: places.map(([, y]) => y), name: trace["name"] };
  if (trace["type"] === "scatter3d") {
    const { mode = "lines+markers", marker = {}, line, text, textposition, showlegend, textfont } = trace;
    return {
      ...at,
      mode,
      marker: { size: 6, ...(marker as object) },
      line,
      text,
      textposition,
      showlegend,
      textfont,
    };
  }
  const color = points.map(([, , z]) => z);
  const { colorscale = "Viridis", showscale = true, colorbar } = trace;
  return {
    ...at,
    mode: "markers",
    marker: { size: 6, symbol: "square", color, colorscale, showscale, colorbar },
    showlegend: false,
  };
}
