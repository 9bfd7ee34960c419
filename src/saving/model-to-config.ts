import type * as Tf from "@tensorflow/tfjs";
import { reject } from "./errors.js";
import { internals, isModel, isSequential, modelInternals } from "./internals.js";
import type { Json, JsonObject } from "./json.js";
import { layerToKeras } from "./layer-config.js";
import { callArguments } from "./layers.js";
import { Operation } from "../keras/layers/operation.js";
import { camelCase } from "./naming.js";
import { operationArguments, operationToKeras } from "./operations.js";

/** `model` as Keras 3 describes it: `{ module, class_name, config, registered_name }`. */
export function modelToConfig(model: Tf.LayersModel): JsonObject {
  if (model.inputs.length === 0) {
    reject(
      `The model ${JSON.stringify(model.name)} has no layers and no input`,
      "a built model",
      "Add its layers first, the first one with inputShape.",
    );
  }
  return isSequential(model) ? sequentialToConfig(model) : functionalToConfig(model);
}

function toConfig(layer: Tf.layers.Layer): JsonObject {
  if (isModel(layer)) return modelToConfig(layer);
  if (layer instanceof Operation) return operationToKeras(layer);
  const { layer: wrapped } = internals(layer);
  if (wrapped && isModel(wrapped)) return wrapperToConfig(layer, wrapped);
  if (layer.getClassName() !== "InputLayer") return layerToKeras(layer);
  return inputToConfig(internals(layer).inboundNodes[0]!.outputTensors[0]!);
}

/** A wrapper of a model. */
function wrapperToConfig(layer: Tf.layers.Layer, model: Tf.LayersModel): JsonObject {
  const { name, trainable } = layer;
  return {
    module: "keras.layers",
    class_name: layer.getClassName(),
    config: { name, trainable, dtype: "float32", layer: modelToConfig(model) },
    registered_name: null,
  };
}

function inputToConfig({ shape, dtype, sourceLayer: { name } }: Tf.SymbolicTensor): JsonObject {
  return {
    module: "keras.layers",
    class_name: "InputLayer",
    config: { batch_shape: shape, dtype, sparse: false, ragged: false, name },
    registered_name: null,
  };
}

function sequentialToConfig(model: Tf.Sequential): JsonObject {
  const input = model.inputs[0]!;
  const layers = model.layers.filter((layer) => layer.getClassName() !== "InputLayer");
  return {
    module: "keras",
    class_name: "Sequential",
    config: {
      name: model.name,
      trainable: model.trainable,
      dtype: "float32",
      layers: [inputToConfig(input), ...layers.map(toConfig)],
      build_input_shape: input.shape,
    },
    registered_name: null,
  };
}

type CallNode = ReturnType<typeof internals>["inboundNodes"][number];

function functionalToConfig(model: Tf.LayersModel): JsonObject {
  const graph = modelInternals(model);
  const isOurs = (layer: Tf.layers.Layer, index: number): boolean =>
    graph.containerNodes.has(`${layer.name}_ib-${index}`);
  /** How many of the layer's calls up to `index` belong to this model. */
  const callIndex = (layer: Tf.layers.Layer, index: number): number =>
    internals(layer).inboundNodes.filter((_, i) => i < index && isOurs(layer, i)).length;
  const ends = (layers: Tf.layers.Layer[], calls: number[], indices: number[]): Json => {
    const references = layers.map((layer, i) => {
      // Keras counts a nested functional model's own node here, and only here.
      const own = isModel(layer) && !isSequential(layer) ? 1 : 0;
      return [layer.name, callIndex(layer, calls[i]!) + own, indices[i]!];
    });
    return references.length === 1 ? references[0]! : references;
  };
  const tensorOf = (node: CallNode, i: number): JsonObject => ({
    class_name: "__keras_tensor__",
    config: {
      shape: node.inputTensors[i]!.shape,
      dtype: node.inputTensors[i]!.dtype,
      keras_history: [
        node.inboundLayers[i]!.name,
        callIndex(node.inboundLayers[i]!, node.nodeIndices[i]!),
        node.tensorIndices[i]!,
      ],
    },
  });
  const isMasking = (layer: Tf.layers.Layer): boolean => layer.getClassName() === "WithMask";
  const layers = model.layers
    .filter((layer) => !isMasking(layer))
    .map((layer): JsonObject => {
      const nodes = internals(layer).inboundNodes.filter(
        (node, i) => isOurs(layer, i) && node.inboundLayers.length > 0,
      );
      const calls = nodes.map((node) => {
        const inputs = node.inboundLayers.map((before, i) => {
          if (!isMasking(before)) return { tensor: tensorOf(node, i), mask: null };
          const given = internals(before).inboundNodes[node.nodeIndices[i]!]!;
          return { tensor: tensorOf(given, 0), mask: tensorOf(given, 1) };
        });
        const masks = inputs.map(({ mask }) => mask);
        if (layer instanceof Operation) {
          return {
            args: operationArguments(
              layer,
              inputs.map(({ tensor }) => tensor),
            ),
            kwargs: {},
          };
        }
        const { args, kwargs } = callConfig(
          layer,
          inputs.map(({ tensor }) => tensor),
        );
        return { args, kwargs: { ...kwargs, ...maskArguments(layer, masks) } };
      });
      return { ...toConfig(layer), name: layer.name, inbound_nodes: calls };
    });
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: model.name,
      trainable: model.trainable,
      layers,
      input_layers: ends(graph.inputLayers, graph.inputLayersNodeIndices, graph.inputLayersTensorIndices),
      output_layers: ends(graph.outputLayers, graph.outputLayersNodeIndices, graph.outputLayersTensorIndices),
    },
    registered_name: "Functional",
  };
}

/**
 * tfjs gives a recurrent layer its initial state as further inputs, Keras as `initial_state`; the inputs of
 * MultiHeadAttention are arguments of their own in Keras.
 */
function callConfig(layer: Tf.layers.Layer, tensors: JsonObject[]): { args: Json[]; kwargs: JsonObject } {
  const isRecurrent = internals(layer).cell !== undefined || layer.getClassName() === "Bidirectional";
  if (tensors.length === 1) return { args: tensors, kwargs: {} };
  if (isRecurrent) return { args: tensors.slice(0, 1), kwargs: { initial_state: tensors.slice(1) } };
  const settings = layer.getConfig();
  const kwargs = callArguments({ class_name: layer.getClassName() })
    .map((key) => [key, settings[camelCase(key)] ?? false] as const)
    .filter(([, value]) => value !== false);
  if (layer.getClassName() !== "MultiHeadAttention") {
    return { args: [tensors], kwargs: Object.fromEntries(kwargs) };
  }
  const [query, value, key, mask] = tensors;
  const named = { ...(key && { key }), ...(mask && { attention_mask: mask }), ...Object.fromEntries(kwargs) };
  return { args: [query!, value!], kwargs: named };
}

/** How Keras's call of a layer has the masks that its inputs were given. */
function maskArguments(layer: Tf.layers.Layer, masks: (JsonObject | null)[]): JsonObject {
  if (masks.every((mask) => mask === null)) return {};
  if (layer.getClassName() === "MultiHeadAttention") {
    const names = ["query_mask", "value_mask", "key_mask"];
    return Object.fromEntries(masks.flatMap((mask, i) => (mask ? [[names[i]!, mask]] : [])));
  }
  const isList = layer.getClassName().endsWith("Attention");
  return { mask: isList ? masks : masks[0]! };
}
