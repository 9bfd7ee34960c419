import { pictureBundle } from "../../host/picture.js";
import { SelfShowing } from "../../host/self-showing.js";
import { lineColor, seriesColors, textColor } from "../theme.js";
import { staticSvg, type PlotlyFigure } from "./static-svg.js";

/** The width of the static picture; the interactive one is as wide as the notebook. */
const staticWidth = 720;
const defaultHeight = 360;

export interface FigureOptions {
  data: object[];
  layout?: object;
  description?: string;
}

/**
 * Any figure of plotly.js: interactive in JupyterLab, and with a static SVG in the same output for GitHub,
 * nbconvert and other readers of the saved notebook. Its colours read on light and dark pages.
 *
 * @param figure.data Traces, https://plotly.com/javascript/reference/ (cartesian ones: scatter, bar, box,
 *   heatmap, histogram, contour, violin, image, pie, …).
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
  for (const { type = "scatter" } of data as { type?: string }[]) {
    if (!traceTypes.includes(type)) {
      throw new TypeError(
        `figure cannot draw traces of type ${JSON.stringify(type)}; it draws ${traceTypes.join(", ")}. ` +
          "What has three dimensions can be shown from above: as a heatmap or a contour.",
      );
    }
  }
  const complete: PlotlyFigure = {
    data: data.map(plainNumbers) as PlotlyFigure["data"],
    layout: {
      template,
      height: defaultHeight,
      autosize: true,
      ...withTitles(plainNumbers(layout) as Layout),
    },
  };
  const size = {
    width: Number(complete.layout["width"] ?? staticWidth),
    height: Number(complete.layout["height"]),
  };
  return new SelfShowing(() => ({
    "application/vnd.plotly.v1+json": { ...complete, config: { displaylogo: false } },
    ...pictureBundle(staticSvg(complete, size), `[${description}]`),
  }));
}

/** What plotly.js draws without WebGL and maps: https://github.com/plotly/plotly.js/blob/master/dist/README.md */
const traceTypes =
  "bar box contour heatmap histogram histogram2d histogram2dcontour image pie scatter scatterternary violin".split(
    " ",
  );

type Layout = Record<string, { title?: unknown } | undefined>;

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

/** Transparent, and in grays that read on both; Arial's widths are those that the static picture counts with. */
const template = {
  layout: {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "Arial, Helvetica, 'Liberation Sans', sans-serif", size: 13, color: textColor },
    title: { font: { size: 16 }, x: 0.5, xanchor: "center" },
    colorway: seriesColors,
    xaxis: axis,
    yaxis: axis,
    hoverlabel: { bgcolor: "#2b2f36", bordercolor: "#2b2f36", font: { color: "#f0f0f0" } },
    margin: { l: 60, r: 20, t: 40, b: 48 },
  },
};

/** JSON has no typed arrays and no NaN: plotly.js takes null for a gap. */
function plainNumbers(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as Iterable<number>, plainNumbers);
  }
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainNumbers(part)]));
}
