/** What TensorFlow.js's values print: `console.log(tensor)` shows numbers, not the tensor's own fields. */
import { inspect } from "node:util";
import type { History, layers, SymbolicTensor, Tensor } from "@tensorflow/tfjs";
import { displaySymbol, type MimeBundle } from "../host/host.js";
import { scrollingText } from "../host/scrolling-text.js";
import { tf } from "./native.js";
import { patch } from "./patch.js";
import { tensorText } from "./tensor-text.js";

type Layer = layers.Layer;

/** Numbers of larger tensors would have to be copied for the few that are shown. */
const mostNumbers = 1_000_000;

/** Tensors within an object or array show so many numbers. */
const mostInside = 10;

type Print<T> = (value: T, isWhole: boolean) => string;

const reason = { name: "printing", why: "console.log shows an object's own fields, not what it stands for" };

/** @param print `isWhole`: the value itself is printed, not an object that contains it */
function prints<T extends object>(prototype: T, print: Print<T>): void {
  patch(prototype as Inspected, inspect.custom, {
    ...reason,
    replace(depth, options) {
      return print(this as T, depth === (options.depth ?? null));
    },
  });
}

interface Inspected {
  [inspect.custom]: (depth: number | null, options: { depth?: number | null }) => string;
}

/** Sets what tensors, layers and histories print. */
export function printValues(): void {
  prints<Tensor>(tf.Tensor.prototype, printTensor);
  patch(tf.Tensor.prototype as Tensor & { [displaySymbol](): MimeBundle }, displaySymbol, {
    ...reason,
    replace() {
      return scrollingText(inspect(this));
    },
  });
  prints<SymbolicTensor>(tf.SymbolicTensor.prototype, printSymbolic);
  prints<Layer>(tf.layers.Layer.prototype, printLayer);
  prints<History>(tf.History.prototype, printHistory);
}

const shapeOf = (shape: readonly (number | null)[]): string => `[${shape.map(String).join(", ")}]`;

function printTensor(tensor: Tensor, isWhole: boolean): string {
  const { dtype, isDisposed, shape, size } = tensor;
  const header = `${tensor instanceof tf.Variable ? "Variable" : "Tensor"} ${dtype} ${shapeOf(shape)}`;
  if (isDisposed) return `${header} (disposed)`;
  if (!isWhole && size > mostInside) return header;
  if (!isWhole) return `${header} ${inOneLine(tensor)}`;
  if (size > mostNumbers)
    return `${header} of ${size.toLocaleString("en-US")} numbers: print a part, tensor.slice(…)`;
  if (dtype !== "float32") return tensor.toString().replace(/^Tensor/, header);
  return `${header}\n${tensorText(tensor.dataSync(), shape)}`.replaceAll(/\n(?=.)/g, "\n    ");
}

function inOneLine(tensor: Tensor): string {
  const { dtype, shape } = tensor;
  if (dtype === "string") return inspect(tensor.arraySync(), { depth: null, breakLength: Infinity });
  const text =
    dtype === "float32" ? tensorText(tensor.dataSync(), shape) : tensor.toString().replace("Tensor", "");
  // Without what stands between numbers to have them in columns.
  return text.trim().replaceAll(/\s+/g, " ").replaceAll("[ ", "[");
}

/** A layer's own fields would be pages. */
function printLayer(layer: Layer): string {
  const { inboundNodes, built, name } = layer;
  const shapes = inboundNodes.flatMap((node) => node.outputShapes);
  const shown = [...new Set(shapes.map((shape) => shapeOf(shape as (number | null)[])))].join(", ");
  const size = built ? `${layer.countParams().toLocaleString("en-US")} params` : "not built";
  return `${layer.getClassName()} layer "${name}" ${[shown, size].filter(Boolean).join(", ")}`;
}

function printSymbolic({ dtype, shape, sourceLayer }: SymbolicTensor): string {
  return `SymbolicTensor ${dtype} ${shapeOf(shape)} of layer "${sourceLayer.name}"`;
}

function printHistory({ epoch, history }: History): string {
  const last = Object.entries(history).map(([name, values]) => {
    const value = values.at(-1);
    return `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : "…"}`;
  });
  return `History of ${epoch.length} epoch${epoch.length === 1 ? "" : "s"}: ${last.join(", ")}`;
}
