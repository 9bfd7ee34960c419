import type * as Tf from "@tensorflow/tfjs";
import { reject } from "./errors.js";
import { construct, internals, isModel } from "./internals.js";
import {
  asArray,
  asObject,
  asString,
  describe,
  isObject,
  type Json,
  type JsonObject,
  textOf,
} from "./json.js";
import { layerToTfjs } from "./layer-config.js";
import { callArguments } from "./layers.js";
import { withoutMaskOperations } from "./mask-operations.js";
import { markFrozen } from "../keras/layers/trainable.js";
import { isOperationEntry, operationLayer } from "./operations.js";
import { fromTfOperation } from "./tf-operations.js";
import { tf } from "../keras/load.js";
import { withEmptyWeights } from "../keras/layers/empty-weights.js";

const modelClasses = new Set(["Sequential", "Functional", "Model"]);

/**
 * Builds the model that `entry` (`{ class_name, config }`, as Keras 2 and 3 write it) describes, all weights zero.
 *
 * @param weightBytes how many bytes of weights the file holds: a configuration that claims more is refused before
 * memory is taken.
 */
export function modelFromConfig(entry: JsonObject, weightBytes: number): Tf.LayersModel {
  const className = asString(entry.class_name, "The model's class_name");
  if (!modelClasses.has(className)) {
    reject(
      `The file holds a ${className} model, which is defined by Python code`,
      "a Sequential or functional model",
      "In Python: rebuild it with keras.Model(inputs, outputs), set its weights and save that.",
    );
  }
  return withoutInitializers(weightBytes, () => build(entry) as Tf.LayersModel);
}

/** Runs `make` with layers that start from zeros and that take no more than `budget` bytes in all. */
function withoutInitializers<T>(budget: number, make: () => T): T {
  let bytes = 0;
  return withEmptyWeights((layer, name, shape) => {
    bytes += 4 * shape.reduce<number>((product, size) => product * (size ?? 1), 1);
    if (bytes <= budget) return;
    reject(
      `Layer ${JSON.stringify(layer.name)} claims the weight ${name} of shape [${shape.join()}], more than the file holds (${budget} bytes)`,
      "a configuration that fits the weights beside it, which cannot exhaust memory",
      "Save the model again, configuration and weights together.",
    );
  }, make);
}

function build(entry: JsonObject, inputShape?: Json): Tf.layers.Layer {
  const className = asString(entry.class_name, "A layer's class_name");
  if (className === "Sequential") return buildSequential(entry, inputShape);
  if (className === "Functional" || className === "Model") return buildFunctional(entry);
  if (className === "InputLayer") return buildInput(asObject(entry.config, "An InputLayer's config"));
  if (
    className === "TimeDistributed" &&
    isModelEntry(asObject(entry.config, "A TimeDistributed's config").layer)
  )
    return buildTimeDistributed(entry);
  if (isOperationEntry(entry)) return operationLayer(entry);
  const { className: tfjsName, config } = layerToTfjs(entry);
  if (inputShape) config.batchInputShape = inputShape;
  return construct(tfjsName, config) as Tf.layers.Layer;
}

/** A model for each step. Its configuration cannot be in that of the layer, which TensorFlow.js would make it from. */
function buildTimeDistributed(entry: JsonObject): Tf.layers.Layer {
  const { layer: inner, ...config } = asObject(entry.config, "A TimeDistributed's config");
  const placeholder = { class_name: "Identity", config: { name: "inner" } };
  const outer = layerToTfjs({ ...entry, config: { ...config, layer: placeholder } });
  const { layer: _placeholder, ...settings } = outer.config;
  return tf.layers.timeDistributed({ ...settings, layer: build(asObject(inner, "A wrapped model")) });
}

function buildInput(config: JsonObject): Tf.layers.Layer {
  const name = textOf(config.name);
  if (config.sparse === true || config.ragged === true) {
    reject(
      `Input ${JSON.stringify(name)} is sparse or ragged`,
      "a dense input",
      "Build the model with dense inputs.",
    );
  }
  const shape = asArray(
    config.batch_shape ?? config.batch_input_shape,
    `The shape of input ${JSON.stringify(name)}`,
  );
  if (shape.length < 2) {
    reject(
      `Input ${JSON.stringify(name)} takes one number a sample, without an axis: keras.Input(())`,
      "an axis, for TensorFlow.js makes [batch, 1] of [batch] wherever data comes in",
      "Build the model with keras.Input((1,)), reshape inside, and save again.",
    );
  }
  return tf.layers.inputLayer({ name, batchInputShape: shape as Tf.Shape, dtype: inputType(config.dtype) });
}

function inputType(dtype: Json | undefined): Tf.DataType {
  if (typeof dtype !== "string" || dtype.startsWith("float")) return "float32";
  return dtype.startsWith("bool") ? "bool" : "int32";
}

function buildSequential(entry: JsonObject, outerShape?: Json): Tf.Sequential {
  const config: Json = entry.config ?? null;
  // Before Keras 2.2.3 the config was the list of layers itself.
  const layers = asArray(isObject(config) ? config.layers : config, "A Sequential model's layers").map(
    (layer) => asObject(layer, "A layer"),
  );
  const name = isObject(config) ? asString(config.name, "A Sequential model's name") : "sequential";
  let shape: Json | undefined = outerShape ?? (isObject(config) ? config.build_input_shape : undefined);
  if (layers[0]?.class_name === "InputLayer" && !isModelEntry(layers[1])) {
    const input = asObject(layers.shift()!.config, "An InputLayer's config");
    shape = input.batch_shape ?? input.batch_input_shape;
  }
  const model = tf.sequential({ name });
  layers.forEach((layer, i) => {
    const made = build(layer, i === 0 && layer.class_name !== "InputLayer" ? shape : undefined);
    prepare(made, i === 0 ? (shape as Tf.Shape | undefined) : model.outputs[0]!.shape);
    model.add(made);
  });
  if (layers.length === 0 || model.inputs.length === 0) {
    reject(
      `The Sequential model ${JSON.stringify(name)} has ${layers.length} layers and no input shape`,
      "a built model",
      "In Python: start it with keras.Input(shape) or call it on data once, and save again.",
    );
  }
  return model;
}

/** tfjs's Reshape leaves a dimension of -1 unknown; Keras infers it, and layers such as Dense need it. */
function prepare(layer: Tf.layers.Layer, inputShape: Tf.Shape | undefined): void {
  const reshape = layer as unknown as { targetShape?: Tf.Shape };
  const target = layer.getClassName() === "Reshape" ? reshape.targetShape : undefined;
  const inputs = inputShape?.slice(1);
  if (!target?.includes(null) || !inputs || inputs.includes(null)) return;
  const product = (sizes: Tf.Shape): number => sizes.reduce<number>((total, size) => total * (size ?? 1), 1);
  reshape.targetShape = target.map((size) => size ?? product(inputs) / product(target));
}

function isModelEntry(entry: Json | undefined): boolean {
  return isObject(entry) && modelClasses.has(textOf(entry.class_name));
}

/** A tensor: an output of a call of a layer. */
type Reference = [layer: string, call: number, tensor: number];

/** One call of a layer. */
interface Call {
  inputs: Reference[];
  /** Masks of the inputs, by their places. */
  masks: (Reference | undefined)[];
  training?: boolean;
}

function buildFunctional(entry: JsonObject): Tf.LayersModel {
  const config = asObject(entry.config, "A functional model's config");
  const name = asString(config.name, "A functional model's name");
  const described = asArray(config.layers, `The layers of ${name}`).map((layer) =>
    asObject(layer, `A layer of ${name}`),
  );
  const entries = withoutMaskOperations(described.flatMap(fromTfOperation), config.output_layers);
  const names = entries.map((layer) => textOf(layer.name ?? asObject(layer.config, "A layer's config").name));
  const layers = new Map(
    entries.map((layer, i) => [names[i]!, build(isOperationEntry(layer) ? layer : withCallArguments(layer))]),
  );
  const legacy = entries.some((layer) => (layer.inbound_nodes as Json[] | undefined)?.some(Array.isArray));
  // Keras 2 counts a nested model's own node as its first call; Keras 3 does so in output_layers only, and only for
  // functional models.
  const skipped = (layer: string, isOutput: boolean): number => {
    const model = layers.get(layer);
    if (!model || !isModel(model)) return 0;
    return legacy || (isOutput && model.getClassName() !== "Sequential") ? 1 : 0;
  };

  const calls = new Map<string, Tf.SymbolicTensor[][]>();
  const tensor = ([layer, call, index]: Reference, isOutput = false): Tf.SymbolicTensor | undefined =>
    calls.get(layer)?.[call - skipped(layer, isOutput)]?.[index];
  /** The tensors of a call, those with a mask of their own behind a layer that gives it to them. */
  const inputsOf = ({ inputs, masks }: Call): (Tf.SymbolicTensor | undefined)[] => {
    const [given, found] = [inputs.map((item) => tensor(item)), masks.map((mask) => mask && tensor(mask))];
    if (!given.every(Boolean) || masks.some((mask, i) => mask && !found[i])) return [undefined];
    return given.map((input, i) =>
      found[i] ? (tf.layers.withMask().apply([input!, found[i]]) as Tf.SymbolicTensor) : input,
    );
  };
  const waiting = new Map<string, Call[]>();
  entries.forEach((layer, i) => {
    const nodes = asArray(layer.inbound_nodes, `The inbound_nodes of ${names[i]}`);
    if (nodes.length > 0)
      waiting.set(
        names[i]!,
        nodes.map((node) =>
          isOperationEntry(layer)
            ? operationCall(node, names[i]!)
            : callOf(node, names[i]!, callArguments(layer)),
        ),
      );
    else calls.set(names[i]!, [internals(layers.get(names[i]!)!).inboundNodes[0]?.outputTensors ?? []]);
  });
  // A layer's calls must be made in their order; a call waits until all its inputs exist.
  for (let progress = true; progress && waiting.size > 0;) {
    progress = false;
    for (const [layer, nodes] of waiting) {
      for (let inputs = nodes[0] && inputsOf(nodes[0]); inputs?.every((input) => input);) {
        const { training } = nodes.shift()!;
        const output = layers
          .get(layer)!
          .apply(
            inputs.length === 1 ? inputs[0]! : (inputs as Tf.SymbolicTensor[]),
            training === undefined ? undefined : { training },
          );
        calls.set(layer, [...(calls.get(layer) ?? []), [output].flat()]);
        progress = true;
        inputs = nodes[0] && inputsOf(nodes[0]);
      }
      if (nodes.length === 0) waiting.delete(layer);
    }
  }
  const ends = (key: "input_layers" | "output_layers"): Tf.SymbolicTensor[] =>
    endReferences(config[key], `${key} of ${name}`).map((end) => {
      const found = tensor(end, key === "output_layers");
      if (found) return found;
      return reject(
        `The model ${JSON.stringify(name)} does not reach ${describe(end)} (waiting: ${[...waiting.keys()].join(", ") || "none"})`,
        "a graph without loops whose layers are all in the file",
        "If it loads in Keras, rebuild it there with keras.Model(inputs, outputs) and save that.",
      );
    });
  const model = tf.model({ inputs: ends("input_layers"), outputs: ends("output_layers"), name });
  if (config.trainable === false) markFrozen(model);
  return model;
}

/** Keras takes some arguments in each call that the layer itself takes here: then all calls must agree. */
function withCallArguments(layer: JsonObject): JsonObject {
  const keys = callArguments(layer);
  const calls = asArray(layer.inbound_nodes, "The inbound_nodes of a layer").map((node) => kwargsOf(node));
  const config = { ...asObject(layer.config, "A layer's config") };
  for (const key of keys) {
    const values = calls.map((kwargs) => kwargs[key] ?? false);
    if (new Set(values).size > 1) {
      reject(
        `Layer ${JSON.stringify(config.name)} is called with ${key} = ${values.map(describe).join(" and ")}`,
        "the same in all calls of a layer",
        "Use a layer of its own for each, and save again.",
      );
    }
    if (values[0] === true) config[key] = true;
  }
  return { ...layer, config };
}

function kwargsOf(node: Json): JsonObject {
  const kwargs = Array.isArray(node)
    ? (node[0] as Json[] | undefined)?.[3]
    : isObject(node)
      ? node.kwargs
      : {};
  return isObject(kwargs) ? kwargs : {};
}

/** Of an operation the tensors among its arguments are inputs. */
function operationCall(node: Json, operation: string): Call {
  const find = (value: Json): Reference[] => {
    if (Array.isArray(value)) return value.flatMap(find);
    return isObject(value) && value.class_name === "__keras_tensor__" ? tensors(value, operation) : [];
  };
  return { inputs: find(asObject(node, `A call of ${operation}`).args!), masks: [] };
}

/** Further tensors of a call, which are inputs like the first ones here, in this order. */
const tensorArguments = ["query", "value", "key", "attention_mask", "initial_state"];
/** Masks of the first, second and third input. */
const maskArguments = ["query_mask", "value_mask", "key_mask"];

/** Keras 3 writes a call as `{ args, kwargs }`, Keras 2 as a list of `[layer, call, tensor, kwargs]`. */
function callOf(node: Json, layer: string, settings: readonly string[]): Call {
  const kwargs = kwargsOf(node);
  const isKnown = (key: string): boolean =>
    tensorArguments.includes(key) || maskArguments.includes(key) || settings.includes(key) || key === "mask";
  checkKwargs(Object.fromEntries(Object.entries(kwargs).filter(([key]) => !isKnown(key))), layer);
  const isLegacy = Array.isArray(node);
  const read = (value: Json): Reference[] => (isLegacy ? endReferences(value, layer) : tensors(value, layer));
  const first = isLegacy
    ? node.map((item) => {
        const [name, call, index] = asArray(item, `A call of ${layer}`);
        return reference([name!, call!, index!], layer);
      })
    : asArray(asObject(node, `A call of ${layer}`).args, `The arguments of ${layer}`).flatMap(read);
  const [query, value, key, attentionMask, states] = tensorArguments.map((name) =>
    kwargs[name] == null ? [] : read(kwargs[name]),
  ) as [Reference[], Reference[], Reference[], Reference[], Reference[]];
  const inputs = [...first, ...query, ...value, ...key];
  // The mask is the fourth input here.
  if (attentionMask.length > 0 && inputs.length === 2) inputs.push(inputs[1]!);
  inputs.push(...attentionMask, ...states);
  const given =
    kwargs.mask == null ? maskArguments.map((name) => kwargs[name] ?? null) : [kwargs.mask].flat();
  const masks = given.map((mask) => (mask === null ? undefined : read(mask)[0]));
  // A functional model of Keras 3 hands its own `training` to its layers, whatever they were called with.
  const { training } = kwargs;
  return { inputs, masks, ...(isLegacy && typeof training === "boolean" && { training }) };
}

function tensors(value: Json, layer: string): Reference[] {
  if (Array.isArray(value)) return value.flatMap((item) => tensors(item, layer));
  if (isObject(value) && value.class_name === "__keras_tensor__") {
    return [reference(asObject(value.config, "A tensor").keras_history, layer)];
  }
  return reject(
    `Layer ${JSON.stringify(layer)} is called with ${describe(value)}`,
    "tensors or lists of tensors",
    "Build the model so that layers are called on tensors only, and save again.",
  );
}

function checkKwargs(kwargs: JsonObject, layer: string): void {
  for (const [key, value] of Object.entries(kwargs)) {
    if (value === null || (key === "training" && typeof value === "boolean")) continue;
    reject(
      `Layer ${JSON.stringify(layer)} is called with ${key} = ${describe(value)}`,
      "a call with tensors only",
      `Call the layer without ${key} when building the model, and save again.`,
    );
  }
}

function reference(value: Json | undefined, place: string): Reference {
  const [layer, call, index] = asArray(value, `A reference of ${place}`);
  if (typeof layer !== "string" || typeof call !== "number" || typeof index !== "number") {
    reject(`A reference of ${place} is ${describe(value)}`, "[layer, call, tensor]", "Save the model again.");
  }
  return [layer, call, index];
}

/** Keras writes one tensor as `["a", 0, 0]`, several as a list or a dictionary of those. */
function endReferences(value: Json | undefined, place: string): Reference[] {
  if (isObject(value)) return Object.values(value).flatMap((item) => endReferences(item, place));
  const list = asArray(value, `The ${place}`);
  return typeof list[0] === "string"
    ? [reference(list, place)]
    : list.flatMap((item) => endReferences(item, place));
}
