import { inspect } from "node:util";
import type { LayersModel } from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { patch } from "../tfjs/patch.js";
import { displaySymbol, type MimeBundle } from "../host/host.js";
import { modelNodes, shapeText } from "./model-graph.js";
import { markup } from "../host/markup.js";
import { SelfShowing } from "../host/self-showing.js";
import { htmlTable, textTable } from "./table-markup.js";

/**
 * A table of a model's layers with output shapes (`null` is the batch axis) and numbers of parameters, as Keras's
 * `model.summary()`; for models with branches also what each layer is connected to.
 *
 * @throws TypeError if `model` is no layers model; Error if it has no shapes yet (no `inputShape`).
 *
 * @example
 * summary(model);
 */
export function summary(model: LayersModel): SelfShowing {
  const nodes = modelNodes(model);
  const isChain = nodes.every(
    (node, i) => node.inputs.length === 0 || isSame(node.inputs, [nodes[i - 1]?.name]),
  );
  // What a list of layers begins with is no layer that anybody added to it.
  const isList = model.getClassName() === "Sequential";
  const shown = nodes.filter((node) => !isList || node.className !== "InputLayer");
  const header = ["Layer (type)", "Output shape", "Params", ...(isChain ? [] : ["Connected to"])];
  const rows = shown.map((node) => [
    `${node.name} (${node.className})`,
    node.outputShapes.map(shapeText).join(", "),
    thousands(node.params),
    ...(isChain ? [] : [node.inputs.join(", ")]),
  ]);
  const title = `Model: "${model.name}"`;
  const totals = totalsOf(model);
  const content = { header, rows, isNumeric: [false, false, true, false] };
  return new SelfShowing(() => ({
    "text/html": String(
      markup`<b>${title}</b>${htmlTable(content)}<div>${totals.map((line) => markup`${line}<br>`)}</div>`,
    ),
    "text/plain": [title, ...textTable(content), ...totals].join("\n"),
  }));
}

/** A model that ends a cell, or that is printed, shows its summary. */
export function showModels(): void {
  const reason = { name: "summary", why: "a model shows its own fields, pages of them" };
  const models = tf.LayersModel.prototype as LayersModel & {
    [displaySymbol](): MimeBundle;
    [inspect.custom](): unknown;
  };
  patch(models, displaySymbol, {
    ...reason,
    replace() {
      return bundleOf(this);
    },
  });
  patch(models, inspect.custom, {
    ...reason,
    replace() {
      return bundleOf(this)["text/plain"];
    },
  });
}

function bundleOf(model: LayersModel): MimeBundle {
  if (model.layers.length > 0 && model.layers.every(({ inboundNodes }) => inboundNodes.length > 0))
    return summary(model)[displaySymbol]();
  return {
    "text/plain": `Model: "${model.name}", without shapes as long as its first layer has no inputShape`,
  };
}

function isSame(a: readonly string[], b: readonly (string | undefined)[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function totalsOf(model: LayersModel): string[] {
  const count = (weights: LayersModel["weights"]): number =>
    weights.reduce(
      (sum, { shape }) => sum + shape.reduce<number>((size, length) => size * (length ?? 1), 1),
      0,
    );
  const [trainable, frozen] = [count(model.trainableWeights), count(model.nonTrainableWeights)];
  const line = (name: string, params: number): string =>
    `${name} params: ${thousands(params)} (${bytes(params * 4)})`;
  return [line("Total", trainable + frozen), line("Trainable", trainable), line("Non-trainable", frozen)];
}

function thousands(value: number): string {
  return value.toLocaleString("en-US");
}

function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  return size < 1024 ** 2 ? `${(size / 1024).toFixed(2)} KB` : `${(size / 1024 ** 2).toFixed(2)} MB`;
}
