import type * as Tf from "@tensorflow/tfjs";
import { isOperationName, Operation, operationModule } from "../keras/layers/operation.js";
import type { Argument, Slice } from "../keras/layers/operations.js";
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
  const layer: unknown = new Operation({
    name: textOf(name),
    operation,
    arguments: asArray(args, `The arguments of ${describe(name)}`).map(read),
    settings: JSON.stringify({ ...settings, ...(isObject(kwargs) ? kwargs : {}) }),
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

/** Keras's names of functions of TensorFlow, which Keras 2 writes. */
const functions: Record<string, string> = {
  "__operators__.add": "Add",
  "math.add": "Add",
  "math.subtract": "Subtract",
  "math.multiply": "Multiply",
  "math.truediv": "TrueDivide",
  "math.divide": "TrueDivide",
  "math.floordiv": "FloorDivide",
  "math.mod": "Mod",
  "math.pow": "Power",
  "math.maximum": "Maximum",
  "math.minimum": "Minimum",
  "math.negative": "Negative",
  "math.abs": "Absolute",
  "math.square": "Square",
  "math.sqrt": "Sqrt",
  "math.rsqrt": "Rsqrt",
  "math.exp": "Exp",
  "math.log": "Log",
  "math.tanh": "Tanh",
  "math.sigmoid": "Sigmoid",
  "nn.relu": "Relu",
  "nn.softmax": "Softmax",
  "math.reduce_sum": "Sum",
  "math.reduce_mean": "Mean",
  "math.reduce_max": "Max",
  "math.reduce_min": "Min",
  "math.greater": "Greater",
  "math.less": "Less",
  "linalg.matmul": "Matmul",
  expand_dims: "ExpandDims",
  "compat.v1.squeeze": "Squeeze",
  squeeze: "Squeeze",
  reshape: "Reshape",
  "compat.v1.transpose": "Transpose",
  concat: "Concatenate",
  stack: "Stack",
  cast: "Cast",
  "__operators__.getitem": "GetItem",
};
/** Names of their arguments: those that are tensors or numbers come after the first one. */
const positional = ["y", "b", "slice_spec"];
const renamed: Record<string, string> = { shape: "newshape", perm: "axes" };

/** An operation of Keras 2, `TFOpLambda`, in the form of Keras 3. */
export function fromTfOperation(entry: JsonObject): JsonObject {
  if (!/^(TF|Slicing)OpLambda$/.test(textOf(entry.class_name))) return entry;
  const config = asObject(entry.config, "An operation's config");
  const name = textOf(entry.name ?? config.name);
  const operation = functions[textOf(config.function)];
  if (!operation) {
    return reject(
      `Operation ${JSON.stringify(name)} is TensorFlow's ${describe(config.function)}`,
      `one of ${Object.keys(functions).join(", ")}`,
      "Use another one, or a layer, when building the model, and save again.",
    );
  }
  const [node] = asArray(entry.inbound_nodes, `The inbound_nodes of ${name}`) as Json[][];
  const isList = Array.isArray(node![0]);
  const items = (isList ? node : [node]) as Json[][];
  const settings: JsonObject = {};
  const others: Json[] = [];
  for (const [key, value] of Object.entries((items[0]![3] ?? {}) as JsonObject)) {
    if (key === "name" || value === null) continue;
    if (positional.includes(key)) others.push(key === "slice_spec" ? slices(value) : operand(value));
    else settings[renamed[key] ?? key] = value;
  }
  const first = items.map(([layer, call, index]) =>
    layer === "_CONSTANT_VALUE" ? index! : tensor([layer!, call!, index!]),
  );
  const args = isList || operation === "Concatenate" ? [first] : [...first, ...others];
  return {
    module: operationModule(operation),
    class_name: operation,
    name,
    config: { name, ...settings },
    inbound_nodes: [{ args, kwargs: {} }],
  };
}

const tensor = (history: Json[]): JsonObject => ({
  class_name: "__keras_tensor__",
  config: { keras_history: history },
});

const operand = (value: Json): Json =>
  Array.isArray(value) && typeof value[0] === "string" ? tensor(value.slice(0, 3)) : value;

const slices = (value: Json): Json =>
  asArray(value, "A slice").map((one) =>
    isObject(one) && !one.class_name ? { class_name: "__slice__", config: one } : one,
  );
