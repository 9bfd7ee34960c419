import { pictureBundle } from "../../host/picture.js";
import { SelfShowing } from "../../host/self-showing.js";
import { clear, lineColor, seriesColors, textColor } from "../theme.js";
import { checkLists, emptiness, plainValues } from "./plain-values.js";
import { flattened } from "./spatial.js";
import { staticSvg, type PlotlyFigure } from "./static-svg.js";
import type { FigureLayout, Trace } from "./types.js";

/** The width of the static picture; the interactive one is as wide as the notebook. */
const staticWidth = 720;
const defaultHeight = 360;

export interface FigureOptions {
  data: readonly Trace[];
  layout?: FigureLayout;
  description?: string;
}

/**
 * Any figure of plotly.js: interactive in JupyterLab, and with a static SVG in the same output for GitHub,
 * nbconvert and other readers of the saved notebook. Its colours read on light and dark pages.
 *
 * @param figure.data Traces, https://plotly.com/javascript/reference/: scatter, bar, box, heatmap, histogram,
 *   contour, violin, image, pie, …, and scatter3d, surface, mesh3d, which are turned with the mouse where the notebook is
 *   open; the static picture shows them from one side. Wherever plotly.js takes a list, a tensor, an `NdArray`, a typed
 *   array or a column of a data frame will do.
 * @param figure.layout Layout of plotly.js. `height` is 360 pixels by default; without `width` the figure takes
 *   the width of the notebook.
 * @param figure.description What a reader who does not see the picture gets. Default `"plotly figure"`.
 * @throws TypeError if `data` is not an array of traces, or one of them is of a type that is not drawn.
 *
 * @example
 * figure({ data: [{ y: [1, 4, 9] }], layout: { title: { text: "Squares" } } });
 */
export function figure({ data, layout = {}, description = "plotly figure" }: FigureOptions): SelfShowing {
  if (!Array.isArray(data) || data.some((trace) => typeof trace !== "object" || trace === null)) {
    throw new TypeError(
      'figure needs plotly.js traces: figure({ data: [{ type: "scatter", x: […], y: […] }] }).',
    );
  }
  checkLists(data);
  for (const { type = "scatter" } of data) {
    if (!traceTypes.includes(type)) {
      throw new TypeError(
        `figure cannot draw traces of type ${JSON.stringify(type)}; it draws ${traceTypes.join(", ")}.`,
      );
    }
  }
  const traces = data.map(plainValues) as PlotlyFigure["data"];
  const complete: PlotlyFigure = {
    data: traces,
    layout: {
      template,
      height: defaultHeight,
      autosize: true,
      ...withNote(withTitles(plainValues(layout) as Layout), emptiness(traces)),
    },
  };
  const size = {
    width: Number(complete.layout["width"] ?? staticWidth),
    height: Number(complete.layout["height"]),
  };
  return new SelfShowing(() => ({
    "application/vnd.plotly.v1+json": { ...complete, config: { displaylogo: false } },
    ...pictureBundle(staticSvg(flattened(complete), size), `[${description}]`),
  }));
}

/** What plotly.js draws without maps: https://github.com/plotly/plotly.js/blob/master/dist/README.md */
const traceTypes: readonly string[] =
  "bar box contour heatmap histogram histogram2d histogram2dcontour image mesh3d pie scatter scatter3d scatterternary surface violin".split(
    " ",
  );

type Layout = Record<string, { title?: unknown } | undefined>;

/** A text in the middle of the picture. */
function withNote(layout: Layout, text: string | undefined): Record<string, unknown> {
  if (text === undefined) return layout;
  const annotations = [layout["annotations"] ?? []].flat();
  const place = { xref: "paper", yref: "paper", x: 0.5, y: 0.5, showarrow: false };
  return { ...layout, annotations: [...annotations, { text, ...place }] };
}

/** plotly.js 3 passes over a title that is a text, as older versions and most examples have it. */
function withTitles(layout: Layout): Layout {
  const titled = (part: Layout[string]): Layout[string] =>
    typeof part?.title === "string" ? { ...part, title: { text: part.title } } : part;
  return titled(
    Object.fromEntries(
      Object.entries(layout).map(([name, part]) => [name, /^[xy]axis/.test(name) ? titled(part) : part]),
    ),
  ) as Layout;
}

const axis = {
  gridcolor: lineColor,
  zerolinecolor: lineColor,
  linecolor: lineColor,
  tickcolor: lineColor,
  automargin: true,
  title: { standoff: 8 },
};

const spatialAxis = { gridcolor: lineColor, zerolinecolor: lineColor, showbackground: false };

/** Transparent, and in grays that read on both; Arial's widths are those that the static picture counts with. */
const template = {
  layout: {
    paper_bgcolor: clear,
    plot_bgcolor: clear,
    font: { family: "Arial, Helvetica, 'Liberation Sans', sans-serif", size: 13, color: textColor },
    title: { font: { size: 16 }, x: 0.5, xanchor: "center" },
    colorway: seriesColors,
    xaxis: axis,
    yaxis: axis,
    scene: { xaxis: spatialAxis, yaxis: spatialAxis, zaxis: spatialAxis },
    modebar: { bgcolor: clear, color: textColor, activecolor: seriesColors[0] },
    hoverlabel: { bgcolor: "#2b2f36", bordercolor: "#2b2f36", font: { color: "#f0f0f0" } },
    margin: { l: 60, r: 20, t: 40, b: 48 },
  },
};
