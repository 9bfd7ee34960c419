import { operationModule } from "../keras/layers/operation.js";
import { reject } from "./errors.js";
import { asArray, asObject, describe, isObject, type Json, type JsonObject, textOf } from "./json.js";

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
  "math.reduce_std": "Std",
  "math.reduce_variance": "Var",
  "math.reduce_prod": "Prod",
  "math.reduce_logsumexp": "Logsumexp",
  "math.greater": "Greater",
  "math.greater_equal": "GreaterEqual",
  "math.less": "Less",
  "math.less_equal": "LessEqual",
  "math.equal": "Equal",
  "math.not_equal": "NotEqual",
  "math.logical_and": "LogicalAnd",
  "math.logical_or": "LogicalOr",
  "math.logical_not": "LogicalNot",
  "math.sin": "Sin",
  "math.cos": "Cos",
  "math.ceil": "Ceil",
  "math.floor": "Floor",
  "math.round": "Round",
  "math.sign": "Sign",
  "math.log1p": "Log1p",
  "math.expm1": "Expm1",
  "math.erf": "Erf",
  "math.softplus": "Softplus",
  "math.argmax": "Argmax",
  "math.cumsum": "Cumsum",
  "math.l2_normalize": "Normalize",
  "nn.elu": "Elu",
  "nn.selu": "Selu",
  "nn.relu6": "Relu6",
  "nn.silu": "Silu",
  "nn.gelu": "Gelu",
  "nn.leaky_relu": "LeakyRelu",
  "nn.softplus": "Softplus",
  split: "Split",
  clip_by_value: "Clip",
  where: "Where",
  one_hot: "OneHot",
  tile: "Tile",
  reverse: "Flip",
  "compat.v1.gather": "Take",
  "compat.v1.pad": "Pad",
  identity: "ConvertToTensor",
  stop_gradient: "StopGradient",
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
/** Their arguments that are tensors or numbers, in Keras's order; they come after the first one. */
const positional = ["x", "y", "b", "indices", "slice_spec"];
/** Their other arguments: Keras's names. */
const settingNames: Record<string, string> = {
  axis: "axis",
  keepdims: "keepdims",
  dtype: "dtype",
  mode: "mode",
  constant_values: "constant_values",
  num_or_size_splits: "indices_or_sections",
  approximate: "approximate",
  shape: "newshape",
  perm: "axes",
  clip_value_min: "x_min",
  clip_value_max: "x_max",
  depth: "num_classes",
  multiples: "repeats",
  paddings: "pad_width",
  alpha: "negative_slope",
};
/** What TensorFlow has where nothing is given, and Keras's operation has otherwise. */
const defaults: Record<string, JsonObject> = {
  "math.argmax": { axis: 0 },
  "math.cumsum": { axis: 0 },
  "nn.leaky_relu": { negative_slope: 0.2 },
  "nn.gelu": { approximate: false },
  stack: { axis: 0 },
  // The root of TensorFlow's 1e-12, which is for squares.
  "math.l2_normalize": { order: 2, epsilon: 1e-6 },
};
/** Values of arguments that change nothing. */
const withoutEffect: Record<string, Json[]> = {
  batch_dims: [0],
  epsilon: [1e-12],
  off_value: [0],
  on_value: [1],
};

/** An operation of Keras 2, `TFOpLambda`, in the form of Keras 3, after those that prepare its inputs. */
export function fromTfOperation(entry: JsonObject): JsonObject[] {
  if (!/^(TF|Slicing)OpLambda$/.test(textOf(entry.class_name))) return [entry];
  const config = asObject(entry.config, "An operation's config");
  const name = textOf(entry.name ?? config.name);
  const called = textOf(config.function);
  const operation = functions[called];
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
  const settings: JsonObject = { ...defaults[called] };
  const first = items.map(([layer, call, index]) =>
    layer === "_CONSTANT_VALUE" ? index! : tensor([layer!, call!, index!]),
  );
  const others: Json[] = [];
  const prepared: JsonObject[] = [];
  for (const [key, value] of Object.entries((items[0]![3] ?? {}) as JsonObject)) {
    if (key === "name" || value === null || value === false || withoutEffect[key]?.includes(value)) continue;
    if (positional.includes(key)) others.push(key === "slice_spec" ? slices(value) : operand(value));
    else if (operation === "Matmul" && /^transpose_[ab]$/.test(key)) {
      // Keras's operation has no such argument.
      const list = key.endsWith("a") ? first : others;
      const transposed = `${name}_${key}`;
      prepared.push(operationEntry("Swapaxes", transposed, { axis1: -1, axis2: -2 }, [list[0]!]));
      list[0] = tensor([transposed, 0, 0]);
    } else if (key in settingNames)
      settings[settingNames[key]!] = key === "mode" ? textOf(value).toLowerCase() : value;
    else {
      reject(
        `Operation ${JSON.stringify(name)} is TensorFlow's ${called} with ${key} = ${describe(value)}`,
        `${key} left at its default`,
        "Use another one, or a layer, when building the model, and save again.",
      );
    }
  }
  const args = isList || operation === "Concatenate" ? [first] : [...first, ...others];
  return [...prepared, operationEntry(operation, name, settings, args)];
}

const operationEntry = (operation: string, name: string, settings: JsonObject, args: Json[]): JsonObject => ({
  module: operationModule(operation),
  class_name: operation,
  name,
  config: { name, ...settings },
  inbound_nodes: [{ args, kwargs: {} }],
});

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
