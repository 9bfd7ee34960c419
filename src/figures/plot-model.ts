import type { LayersModel } from "@tensorflow/tfjs";
import { layeredLayout, type Point } from "./layered-layout.js";
import { modelNodes, shapeText, type ModelNode } from "./model-graph.js";
import { pictureBundle } from "../host/picture.js";
import { markup, type Markup } from "../host/markup.js";
import { SelfShowing } from "../host/self-showing.js";
import { mostTextWidth } from "./text-width.js";
import { darkPageStyle, textColor } from "./theme.js";

const fontSize = 13;
const smallSize = 11.5;
const boxHeight = 46;
const padding = 12;
/**
 * A diagram of a model's layers from input to output, with settings, output shapes (`null` is the batch axis) and
 * numbers of parameters; branches are drawn as branches. Needs no Graphviz.
 *
 * @throws TypeError if `model` is no layers model; Error if it has no shapes yet (no `inputShape`).
 *
 * @example
 * plotModel(model);
 */
export function plotModel(model: LayersModel): SelfShowing {
  const nodes = modelNodes(model);
  const text = `[model ${model.name}: ${nodes.map(({ name }) => name).join(", ")}]`;
  return new SelfShowing(() => pictureBundle(diagram(nodes), text));
}

function diagram(nodes: readonly ModelNode[]): Markup {
  const layout = layeredLayout(
    nodes.map((node) => ({ id: node.name, width: boxWidth(node), height: boxHeight, inputs: node.inputs })),
  );
  const [width, height] = [Math.ceil(layout.width) + 4, Math.ceil(layout.height) + 4];
  const edges = layout.edges.map(drawEdge);
  const boxes = nodes.map((node) => drawBox(node, layout.positions.get(node.name)!));
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="-2 -2 ${width} ${height}" style="max-width:100%;height:auto" font-family="Arial, Helvetica, 'Liberation Sans', sans-serif" fill="currentColor" color="${textColor}">${darkPageStyle}${edges}${boxes}</svg>`;
}

/** The two lines of a box, each with a left and a right part. */
function lines(node: ModelNode): {
  title: string;
  details: string;
  name: string;
  shape: string;
  params: string;
} {
  return {
    title: node.className,
    details: node.details.join(", "),
    name: node.name,
    shape: node.outputShapes.map(shapeText).join(", "),
    params: node.params === 0 ? "" : `${node.params.toLocaleString("en-US")} params`,
  };
}

function boxWidth(node: ModelNode): number {
  const { title, details, name, shape, params } = lines(node);
  const small = (text: string): number => mostTextWidth(text, smallSize);
  const first = mostTextWidth(title, fontSize, "bold") + small(` ${details}`) + small(name);
  const second = small(shape) + small(params);
  return Math.ceil(Math.max(first, second) + 2 * padding + 20);
}

function drawBox(node: ModelNode, { x, y }: Point): Markup {
  const width = boxWidth(node);
  const { title, details, name, shape, params } = lines(node);
  const left = round(x - width / 2);
  const color = colorOf(node.className);
  const text = (at: number, dy: number, anchor: "start" | "end", content: string | Markup): Markup =>
    markup`<text x="${round(at)}" y="${round(y + dy)}" font-size="${smallSize}" text-anchor="${anchor}">${content}</text>`;
  const right = left + width - padding;
  const heading = markup`<tspan font-size="${fontSize}" font-weight="bold">${title}</tspan> ${details}`;
  const frame = markup`<rect x="${left}" y="${round(y)}" width="${width}" height="${boxHeight}" rx="7" fill="${color}" fill-opacity="0.05" stroke="${color}" stroke-width="1.3"/>`;
  return markup`${frame}${text(left + padding, 19, "start", heading)}${[
    text(right, 19, "end", name),
    text(left + padding, 36, "start", shape),
    text(right, 36, "end", params),
  ]}`;
}

/** A smooth line through the points, with an arrowhead. */
function drawEdge(points: readonly Point[]): Markup {
  const end = points.at(-1)!;
  const tip = { x: end.x, y: end.y - 6 };
  const path = [...points.slice(0, -1), tip];
  const curves = path.slice(1).map((to, i) => {
    const from = path[i]!;
    const middle = (from.y + to.y) / 2;
    return `C${round(from.x)},${round(middle)} ${round(to.x)},${round(middle)} ${round(to.x)},${round(to.y)}`;
  });
  const [x, y] = [round(end.x), round(end.y - 1)];
  const line = `M${round(path[0]!.x)},${round(path[0]!.y)}${curves.join("")}`;
  return markup`<path d="${line}" fill="none" stroke="currentColor" stroke-width="1.3"/><path d="M${x},${y}l-4,-7h8z"/>`;
}

/** Layers that do the same kind of work have the same colour; it reads on light and dark pages. */
const colors: [RegExp, string][] = [
  [/Input/, "#808080"],
  [/Conv/, "#3b82f6"],
  [/Pool/, "#06a5c4"],
  [/Dense|Embedding/, "#10a37f"],
  [/Dropout|Noise|Normalization/, "#f97316"],
  [/LSTM|GRU|RNN|Bidirectional|TimeDistributed/, "#d946a6"],
  [/Concatenate|Add|Average|Multiply|Maximum|Minimum|Dot/, "#8b5cf6"],
  [/Activation|ReLU|Softmax|ELU/, "#b8860b"],
];

function colorOf(className: string): string {
  return colors.find(([pattern]) => pattern.test(className))?.[1] ?? "#8d7b6c";
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
