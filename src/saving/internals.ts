import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import type { JsonObject } from "./json.js";

/**
 * Parts of tfjs-layers' objects that its public types hide. They are stable: tfjs 4.22 is its last release. All casts
 * to them go through the functions below.
 */
interface Node {
  inboundLayers: Tf.layers.Layer[];
  nodeIndices: number[];
  tensorIndices: number[];
  inputTensors: Tf.SymbolicTensor[];
  outputTensors: Tf.SymbolicTensor[];
}

export interface LayerInternals {
  name: string;
  inboundNodes: Node[];
  _trainableWeights: Tf.LayerVariable[];
  _nonTrainableWeights: Tf.LayerVariable[];
  layer?: Tf.layers.Layer;
  forwardLayer?: Tf.layers.Layer;
  backwardLayer?: Tf.layers.Layer;
  hasOwnBackwardLayer?: true;
  cell?: Tf.layers.Layer;
  cells?: Tf.layers.Layer[];
  /** The dense layers that MultiHeadAttention has in Keras; here they are weights of its own. */
  projections?: { path: string; name: string; weights: Tf.LayerVariable[] }[];
}

export interface ModelInternals {
  containerNodes: Set<string>;
  inputLayers: Tf.layers.Layer[];
  outputLayers: Tf.layers.Layer[];
  inputLayersNodeIndices: number[];
  inputLayersTensorIndices: number[];
  outputLayersNodeIndices: number[];
  outputLayersTensorIndices: number[];
  isOptimizerOwned: boolean;
  feedOutputShapes: (number | null)[][];
  /** The functional model inside a Sequential one, which trains for it. */
  model?: Tf.LayersModel;
}

export const internals = (layer: Tf.layers.Layer): LayerInternals => layer as unknown as LayerInternals;
export const modelInternals = (model: Tf.LayersModel): ModelInternals => model as unknown as ModelInternals;

/** Whether `layer` is itself a model of layers. */
export function isModel(layer: Tf.layers.Layer): layer is Tf.LayersModel {
  return Array.isArray((layer as Tf.LayersModel).layers);
}

export function isSequential(layer: Tf.layers.Layer): layer is Tf.Sequential {
  return layer.getClassName() === "Sequential";
}

/** A new object of the tfjs class registered as `className`; `config` in camel case, as `getConfig()` gives it. */
export function construct(className: string, config: JsonObject): unknown {
  const registered = classMap()[className]!;
  return registered[1](registered[0], config);
}

const builtIn = new Set(Object.keys(classMap()));

/** Whether somebody has registered a class of this name that TensorFlow.js does not have itself. */
export function isOwnClass(className: string): boolean {
  return Object.hasOwn(classMap(), className) && !builtIn.has(className);
}

type ClassMap = Record<string, [unknown, (cls: unknown, config: JsonObject) => unknown]>;

function classMap(): ClassMap {
  return tf.serialization.SerializationMap.getMap().classNameMap as unknown as ClassMap;
}
