import type { layers, LayersModel } from "@tensorflow/tfjs";

/** One layer of a model as one sees it: in `plotModel` and `summary`. */
export interface ModelNode {
  /** Unique name of the layer. */
  name: string;
  /** `Dense`, `Conv2D`, … */
  className: string;
  /** Settings worth showing: `relu`, `3x3`, `rate 0.5`. */
  details: string[];
  /** Shapes of the outputs; null is the batch axis, or another length that is not fixed. */
  outputShapes: (number | null)[][];
  params: number;
  trainable: boolean;
  /** Names of the layers that feed this one, in order; a layer that is used several times has them all. */
  inputs: string[];
}

/**
 * The layers of a model in the order in which data passes them, input layers included.
 * @throws TypeError if `model` is no layers model; Error if it has no shapes yet.
 */
export function modelNodes(model: LayersModel): ModelNode[] {
  if (typeof model !== "object" || model === null || !Array.isArray(model.layers)) {
    throw new TypeError(
      "Expected a model as tf.sequential, tf.model or tf.loadLayersModel give it. (tf.loadGraphModel has no layers.)",
    );
  }
  if (model.layers.length === 0 || model.layers.some((layer) => layer.inboundNodes.length === 0)) {
    throw new Error(
      `The model ${model.name} has no shapes yet. Give its first layer an inputShape, or call model.build([null, …]).`,
    );
  }
  const nodes = new Map<string, ModelNode>();
  // A layer can also feed other models: only the layers that this model's outputs depend on count.
  const visit = (layer: layers.Layer): string => {
    if (nodes.has(layer.name)) return layer.name;
    const node = describeLayer(layer);
    const members = new Set(model.layers.map(({ name }) => name));
    const sources = layer.inboundNodes
      .flatMap(({ inboundLayers }) => inboundLayers)
      .filter((source) => source.getClassName() === "InputLayer" || members.has(source.name));
    nodes.set(layer.name, node);
    node.inputs = Array.from(new Set(sources.map(visit)));
    // Sources come before what they feed.
    nodes.delete(layer.name);
    nodes.set(layer.name, node);
    return layer.name;
  };
  model.layers.forEach(visit);
  return [...nodes.values()];
}

/** `[null, 28, 28]` as text, the batch axis as `null`, as TensorFlow.js's own summary has it. */
export function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map(String).join(", ")}]`;
}

function describeLayer(layer: layers.Layer): ModelNode {
  const shape = layer.outputShape;
  return {
    name: layer.name,
    className: layer.getClassName(),
    details: layerDetails(layer.getConfig()),
    outputShapes: isShapes(shape) ? shape : [shape],
    params: layer.countParams(),
    trainable: layer.trainable,
    inputs: [],
  };
}

function isShapes(shape: (number | null)[] | (number | null)[][]): shape is (number | null)[][] {
  return Array.isArray(shape[0]);
}

function layerDetails(config: Record<string, unknown>): string[] {
  const details: string[] = [];
  const { activation, kernelSize, poolSize, strides, rate, padding } = config;
  if (Array.isArray(kernelSize)) details.push(kernelSize.join("x"));
  if (Array.isArray(poolSize)) details.push(poolSize.join("x"));
  if (Array.isArray(strides) && !poolSize && strides.some((stride) => stride !== 1)) {
    details.push(`strides ${strides.join("x")}`);
  }
  if (padding === "same") details.push("same");
  if (typeof rate === "number") details.push(`rate ${rate}`);
  if (typeof activation === "string" && activation !== "linear") details.push(activation);
  return details;
}
