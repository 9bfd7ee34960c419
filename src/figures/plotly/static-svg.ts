import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { mulberry32 } from "../../tfjs/mulberry32.js";
import { darkPageStyle, textColor } from "../theme.js";
import { PixelCanvas } from "./pixel-canvas.js";
import {
  boundingBox,
  boundingBoxInPicture,
  computedTextLength,
  pathPoints,
  type SvgElement,
} from "./svg-geometry.js";

/** What plotly.js draws: https://plotly.com/javascript/reference/. */
export interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

/**
 * Draws a figure as SVG, by plotly.js itself in jsdom, without a browser.
 *
 * Loaded on the first call (about 1 s, 130 MB); later calls take 50 to 250 ms. Synchronous, because hosts that
 * only inspect values (tslab, a terminal) must get the picture at once. The same figure gives the same SVG.
 *
 * @throws Error if plotly.js cannot draw the figure, with its message.
 */
export function staticSvg(figure: PlotlyFigure, size: { width: number; height: number }): string {
  const window = loadPlotly();
  const json = JSON.stringify(figure);
  seedRandom(window, json);
  const element = window.document.createElement("div");
  window.document.body.append(element);
  const { data, layout } = JSON.parse(json) as PlotlyFigure;
  // Everything is drawn when newPlot returns; its promise only tells so. It must settle before the clean-up.
  const drawn = window.Plotly.newPlot(element, data, { ...layout, ...size }, { staticPlot: true });
  let svg: string | undefined;
  try {
    svg = window.Plotly.Snapshot.toSVG(element, "svg", 1);
  } finally {
    element.remove();
    const purge = (): void => window.Plotly.purge(element);
    drawn.then(purge, purge);
  }
  return (
    svg
      // Viewers other than browsers do not know quotes in url() nor the style property for sharp pixels.
      .replace(/url\((?:'|&quot;)(#[^'&]*)(?:'|&quot;)\)/g, "url($1)")
      .replace(/style="image-rendering: pixelated;/g, 'image-rendering="optimizeSpeed" $&')
      .replace(
        /^(<svg [^>]*)style="[^"]*"([^>]*>)/,
        `$1style="max-width:100%;height:auto" color="${textColor}"$2${String(darkPageStyle)}`,
      )
      .replaceAll(plotlyTextColor, "currentColor")
  );
}

/** As plotly.js writes the text colour. */
const plotlyTextColor = `rgb(${[1, 3, 5].map((at) => parseInt(textColor.slice(at, at + 2), 16)).join(", ")})`;

interface PlotlyWindow {
  document: {
    createElement(name: string): PlotlyElement;
    body: { append(element: PlotlyElement): void };
  };
  Math: Math;
  Plotly: {
    newPlot(element: PlotlyElement, data: unknown, layout: unknown, config: unknown): Promise<void>;
    purge(element: PlotlyElement): void;
    Snapshot: { toSVG(element: PlotlyElement, format: "svg", scale: number): string };
  };
  eval(source: string): void;
  SVGElement: { prototype: Record<string, unknown> };
  HTMLCanvasElement: { prototype: Record<string, unknown> };
}

interface PlotlyElement {
  remove(): void;
}

let loaded: PlotlyWindow | undefined;

function loadPlotly(): PlotlyWindow {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const { JSDOM } = require("jsdom") as {
    JSDOM: new (html: string, options: Record<string, unknown>) => { window: PlotlyWindow };
  };
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  });
  addGeometry(window);
  addCanvas(window);
  window.eval(readFileSync(require.resolve("plotly.js/dist/plotly-cartesian.min.js"), "utf8"));
  loaded = window;
  return window;
}

function addGeometry(window: PlotlyWindow): void {
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: SvgElement) {
      return boundingBox(this);
    },
    getBoundingClientRect(this: SvgElement) {
      return boundingBoxInPicture(this);
    },
    getComputedTextLength(this: SvgElement) {
      return computedTextLength(this);
    },
    getTotalLength(this: SvgElement) {
      const points = pathPoints(this);
      return points.slice(1).reduce((sum, point, i) => sum + distance(points[i]!, point), 0);
    },
    getPointAtLength(this: SvgElement, length: number) {
      const points = pathPoints(this);
      let rest = length;
      for (let i = 1; i < points.length; i++) {
        const [from, to] = [points[i - 1]!, points[i]!];
        const part = distance(from, to);
        if (rest <= part && part > 0) {
          const at = rest / part;
          return { x: from[0] + (to[0] - from[0]) * at, y: from[1] + (to[1] - from[1]) * at };
        }
        rest -= part;
      }
      const [x, y] = points.at(-1) ?? [0, 0];
      return { x, y };
    },
  });
}

function distance(from: [number, number], to: [number, number]): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
}

function addCanvas(window: PlotlyWindow): void {
  type Canvas = { width: number; height: number };
  const canvases = new WeakMap<Canvas, PixelCanvas>();
  const contextOf = (canvas: Canvas): PixelCanvas => {
    const context = canvases.get(canvas) ?? new PixelCanvas(canvas);
    canvases.set(canvas, context);
    return context;
  };
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: Canvas) {
      return contextOf(this);
    },
    toDataURL(this: Canvas) {
      return contextOf(this).toDataURL();
    },
  });
}

/**
 * plotly.js draws the ids of clip paths by Math.random. From a seed that depends on the figure they are the same
 * each time, and still differ between the figures of one page.
 */
function seedRandom(window: PlotlyWindow, json: string): void {
  window.Math.random = mulberry32(createHash("sha256").update(json).digest().readUInt32LE(0));
}
