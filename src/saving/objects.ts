import { reject } from "./errors.js";
import { isTfjsHardSigmoid, KerasHardSigmoid, tfjsHardSigmoid } from "./hard-sigmoid.js";
import { describe, isObject, type Json, type JsonObject, textOf } from "./json.js";
import { camelCase, fromCamelCase, snakeCase } from "./naming.js";

/** Where an argument stands, for errors: `layer "conv" (Conv2D)`. */
export type Place = string;

/** Initializers of both, with the arguments of both. tfjs's name differs where given. */
const initializers: Record<string, { args: readonly string[]; tfjs?: string }> = {
  Zeros: { args: [] },
  Ones: { args: [] },
  Constant: { args: ["value"] },
  RandomUniform: { args: ["minval", "maxval", "seed"] },
  RandomNormal: { args: ["mean", "stddev", "seed"] },
  TruncatedNormal: { args: ["mean", "stddev", "seed"] },
  Identity: { args: ["gain"] },
  VarianceScaling: { args: ["scale", "mode", "distribution", "seed"] },
  GlorotUniform: { args: ["seed"] },
  GlorotNormal: { args: ["seed"] },
  HeNormal: { args: ["seed"] },
  HeUniform: { args: ["seed"] },
  LecunNormal: { args: ["seed"], tfjs: "LeCunNormal" },
  LecunUniform: { args: ["seed"], tfjs: "LeCunUniform" },
  Orthogonal: { args: ["gain", "seed"] },
};

/** Keras has L1 and L2 beside L1L2; tfjs's are all L1L2. */
const regularizers: Record<string, { args: readonly string[]; tfjs?: string }> = {
  L1L2: { args: ["l1", "l2"] },
  L1: { args: ["l1"], tfjs: "L1L2" },
  L2: { args: ["l2"], tfjs: "L1L2" },
};

const constraints: Record<string, { args: readonly string[]; tfjs?: string }> = {
  MaxNorm: { args: ["max_value", "axis"] },
  NonNeg: { args: [] },
  UnitNorm: { args: ["axis"] },
  MinMaxNorm: { args: ["min_value", "max_value", "rate", "axis"] },
};

/** Activations of both under Keras's name. `silu` is Keras's own name for `swish`. */
const activations = new Set(
  (
    "elu selu relu relu6 linear sigmoid hard_sigmoid softplus softsign tanh softmax log_softmax gelu mish silu " +
    "celu exponential glu hard_shrink hard_silu hard_tanh leaky_relu log_sigmoid soft_shrink sparse_plus " +
    "sparse_sigmoid sparsemax squareplus tanh_shrink"
  ).split(" "),
);

type Kind = { module: string; table: typeof initializers };
const kinds: Record<string, Kind> = {
  initializer: { module: "keras.initializers", table: initializers },
  regularizer: { module: "keras.regularizers", table: regularizers },
  constraint: { module: "keras.constraints", table: constraints },
};

function kindOf(argument: string): Kind | undefined {
  return kinds[argument.slice(argument.lastIndexOf("_") + 1)];
}

/** The value of a layer's argument as tfjs's Python-style configuration has it. */
export function valueToTfjs(argument: string, value: Json, place: Place): Json {
  if (argument.endsWith("activation")) return activationToTfjs(value, place);
  const kind = kindOf(argument);
  if (argument === "seed") return typeof value === "number" ? value : null;
  if (!kind || value === null) return value;
  const given = typeof value === "string" ? { class_name: className(value, kind), config: {} } : value;
  if (!isObject(given)) return unknown(argument, value, place, Object.keys(kind.table));
  const name = textOf(given.class_name);
  const rule = Object.hasOwn(kind.table, name) ? kind.table[name] : undefined;
  if (!rule) return unknown(argument, name, place, Object.keys(kind.table));
  const config = isObject(given.config) ? given.config : {};
  // tfjs's L1L2 has 0.01 for what is left out.
  const defaults: JsonObject = kind === kinds.regularizer ? { l1: 0, l2: 0 } : {};
  return {
    class_name: rule.tfjs ?? name,
    config: { ...defaults, ...pick(config, rule.args, (key, item) => valueToTfjs(key, item, place)) },
  };
}

/** The inverse of {@link valueToTfjs}; `value` comes from a tfjs layer's `getConfig()`. */
export function valueToKeras(argument: string, value: Json, place: Place): Json {
  if (argument.endsWith("activation")) return activationToKeras(value, place);
  const kind = kindOf(argument);
  if (!kind || value === null) return value ?? null;
  const given = isObject(value) ? value : {};
  const tfjsName = textOf(given.className ?? value);
  const found = Object.entries(kind.table).find(([name, rule]) => (rule.tfjs ?? name) === tfjsName);
  if (!found) return unknown(argument, tfjsName, place, Object.keys(kind.table));
  const config = isObject(given.config) ? given.config : {};
  return {
    module: kind.module,
    class_name: found[0],
    config: Object.fromEntries(
      found[1].args.map((key) => {
        const item = config[camelCase(key)] ?? null;
        return [key, typeof item === "string" ? snakeCase(item) : item];
      }),
    ),
    registered_name: null,
  };
}

/** What a file of Keras 2 calls `hard_sigmoid` is renamed to this when it is read: another function than Keras 3's. */
export const keras2HardSigmoid = "keras2_hard_sigmoid";

function activationToTfjs(value: Json, place: Place): Json {
  // Keras 3 writes functions as { class_name: "function", config: "relu" } in some places.
  const name = isObject(value) && value.class_name === "function" ? value.config : value;
  if (isTfjsHardSigmoid(value)) return "hard_sigmoid";
  if (name === null || name === undefined) return "linear";
  if (name === "swish" || name === "silu") return "swish";
  if (name === "hard_swish") return "hard_silu";
  if (name === "hard_sigmoid") return KerasHardSigmoid.className;
  if (name === keras2HardSigmoid) return "hard_sigmoid";
  return typeof name === "string" && activations.has(name)
    ? name
    : unknown("activation", name, place, [...activations]);
}

function activationToKeras(value: Json, place: Place): Json {
  if (value === "swish") return "silu";
  if (value === "hardSwish") return "hard_silu";
  if (value === KerasHardSigmoid.className) return "hard_sigmoid";
  const name = fromCamelCase(textOf(value));
  if (name === "hard_sigmoid") return tfjsHardSigmoid;
  return activations.has(name) ? name : unknown("activation", name, place, [...activations]);
}

function className(name: string, kind: Kind): string {
  return Object.keys(kind.table).find((key) => key === name || snakeCase(key) === name) ?? name;
}

function pick(
  config: JsonObject,
  keys: readonly string[],
  convert: (key: string, value: Json) => Json,
): JsonObject {
  return Object.fromEntries(
    keys.filter((key) => key in config).map((key) => [key, convert(key, config[key]!)]),
  );
}

function unknown(argument: string, value: unknown, place: Place, known: string[]): never {
  reject(
    `${place}: ${argument} is ${describe(value)}, which only one of Keras and TensorFlow.js has`,
    `one of ${known.join(", ")}`,
    "Change the model where it is built, and save it again.",
  );
}
