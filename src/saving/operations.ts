import type * as Tf from "@tensorflow/tfjs";
import { isOperationName, Operation, operationModule } from "../keras/layers/operation.js";
import { type Argument, type Slice, unknownSetting } from "../keras/layers/operations.js";
import { reject } from "./errors.js";
import { asArray, asObject, describe, isObject, type Json, type JsonObject, textOf } from "./json.js";

/** Whether an entry of a file is an operation of `keras.ops`; `.h5` files tell it only by what it lacks. */
export function isOperationEntry({
  module,
  class_name: name,
  config,
  inbound_nodes: calls,
}: JsonObject): boolean {
  if (typeof module === "string") return module.startsWith("keras.src.ops.");
  const isCalled = Array.isArray(calls) && isObject(calls[0]);
  return isCalled && isOperationName(textOf(name)) && isObject(config) && !("trainable" in config);
}

/** The layer that does what an operation of a file does. */
export function operationLayer(entry: JsonObject): Tf.layers.Layer {
  const operation = textOf(entry.class_name);
  const { name, ...settings } = asObject(entry.config, "An operation's config");
  if (!isOperationName(operation)) {
    reject(
      `Operation ${JSON.stringify(name)} is keras.ops' ${operation}`,
      "one of those that there are here",
      "Use another one, or a layer, when building the model, and save again.",
    );
  }
  const [node] = asArray(entry.inbound_nodes, `The inbound_nodes of ${describe(name)}`);
  const { args, kwargs } = asObject(node, `A call of ${describe(name)}`);
  let inputs = 0;
  const read = (value: Json): Argument => {
    if (Array.isArray(value)) return value.map(read);
    if (typeof value === "boolean") return Number(value);
    if (!isObject(value)) return value;
    const config = isObject(value.config) ? value.config : {};
    switch (value.class_name) {
      case "__keras_tensor__":
        return { input: inputs++ };
      case "__slice__":
        return config as unknown as Slice;
      case "__ellipsis__":
        return "...";
      case "__numpy__":
      case "__tensor__":
        return { values: config.value as number[], dtype: textOf(config.dtype) };
      default:
        return reject(
          `Operation ${JSON.stringify(name)} is called with ${describe(value)}`,
          "tensors and numbers",
          "Build the model without it, and save again.",
        );
    }
  };
  const all: JsonObject = { ...settings, ...(isObject(kwargs) ? kwargs : {}) };
  const unknown = unknownSetting(operation, all);
  if (unknown) {
    reject(
      `Operation ${JSON.stringify(name)} is keras.ops' ${operation} with ${unknown.name} = ${describe(all[unknown.name])}`,
      `${unknown.name} = ${unknown.values.map((value) => describe(value as Json)).join(" or ")}`,
      "Use another one, or a layer, when building the model, and save again.",
    );
  }
  const layer: unknown = new Operation({
    name: textOf(name),
    operation,
    arguments: asArray(args, `The arguments of ${describe(name)}`).map(read),
    settings: JSON.stringify(all),
  });
  return layer as Tf.layers.Layer;
}

/** How Keras 3 writes the operation, without its calls. */
export function operationToKeras(layer: Operation): JsonObject {
  const { name, operation, settings } = layer;
  return {
    module: operationModule(operation),
    class_name: operation,
    config: { name, ...(settings as JsonObject) },
    registered_name: operation,
  };
}

/** The arguments of its call. */
export function operationArguments(layer: Operation, tensors: JsonObject[]): Json[] {
  const write = (argument: Argument): Json => {
    if (Array.isArray(argument)) return argument.map(write);
    if (argument === "...") return { class_name: "__ellipsis__", config: {} };
    if (typeof argument !== "object" || argument === null) return argument;
    if ("input" in argument) return tensors[argument.input]!;
    if ("values" in argument) {
      return { class_name: "__numpy__", config: { value: argument.values, dtype: argument.dtype } };
    }
    return { class_name: "__slice__", config: { ...argument } };
  };
  return layer.arguments.map(write);
}
