import type * as Tf from "@tensorflow/tfjs";
import { reject } from "./errors.js";
import { internals, isOwnClass } from "./internals.js";
import { asObject, asString, describe, isObject, type Json, type JsonObject, textOf } from "./json.js";
import type { KerasForm } from "../keras/layers/keras-form.js";
import { harmless, kerasClass, layerRules } from "./layers.js";
import { camelCase, fromCamelCase } from "./naming.js";
import { type Place, valueToKeras, valueToTfjs } from "./objects.js";

/** A layer as tfjs constructs it: class name and configuration in camel case. */
export interface TfjsLayer {
  className: string;
  config: JsonObject;
}

/** `entry` is a layer as Keras writes it: `{ class_name, config, module?, registered_name? }`. */
export function layerToTfjs(entry: JsonObject): TfjsLayer {
  // Layers of Keras 2's applications have their names so.
  const className = asString(entry.class_name, "A layer's class_name").replace(
    /^Custom>(?=\w+Scale(Layer)?$)/,
    "",
  );
  const config = asObject(entry.config, `The config of a ${className}`);
  if (config.name != null) asString(config.name, `The name of a ${className}`);
  const place = `Layer ${JSON.stringify(config.name ?? className)} (${className})`;
  const rule = Object.hasOwn(layerRules, className) ? layerRules[className] : undefined;
  if (!rule || (typeof entry.registered_name === "string" && entry.registered_name.includes(">"))) {
    return customToTfjs(className, config, place);
  }
  const result: JsonObject = { ...baseConfig(config, place) };
  const backward = config.backward_layer && ownBackwardLayer(config, place);
  if (backward) result.backward_layer = backward;
  for (const [key, value] of Object.entries(config)) {
    const known = knownArgument(rule, key);
    if (known) {
      checkValue(rule, known.keras, value, place);
      result[known.tfjs] = convert(known.keras, value, place);
    } else checkUnknown(rule, key, value, place);
  }
  // Keras 2 writes a list of one axis, which Keras 3 does not read.
  if (className === "BatchNormalization") result.axis = [result.axis ?? -1].flat()[0]!;
  return { className: rule.className ?? className, config: toCamelCase(result) as JsonObject };
}

/** The inverse of {@link layerToTfjs}, from a live layer, in Keras 3's form. */
export function layerToKeras(layer: Tf.layers.Layer): JsonObject {
  const className = kerasClass(layer.getClassName());
  const place = `Layer ${JSON.stringify(layer.name)} (${className})`;
  const config: JsonObject = layer.getConfig();
  const base = { name: layer.name, trainable: config.trainable ?? true, dtype: "float32" };
  const rule = Object.hasOwn(layerRules, className) ? layerRules[className] : undefined;
  if (!rule) {
    if (!isOwnClass(className)) rejectClass(className, place);
    return {
      module: null,
      class_name: className,
      config: { ...(toSnakeCase(config) as JsonObject), ...base },
      registered_name: `Custom>${className}`,
    };
  }
  const { trainable, ...untrainable } = base;
  const result: JsonObject = rule.untrainable ? untrainable : { ...untrainable, trainable };
  for (const key of rule.args) {
    const value = config[camelCase(rule.renamed?.[key] ?? key)];
    if (value === undefined) continue;
    result[key] = argumentToKeras(key, value, layer, place);
    checkValue(rule, key, result[key], place);
  }
  for (const key of everywhere) {
    const value = config[camelCase(key)];
    if (value != null) result[key] = argumentToKeras(key, value, layer, place);
  }
  const { backwardLayer, hasOwnBackwardLayer } = internals(layer);
  if (hasOwnBackwardLayer) result.backward_layer = layerToKeras(backwardLayer!);
  return {
    module: rule.module ?? "keras.layers",
    class_name: className,
    config: result,
    registered_name: rule.module ? className : null,
  };
}

function baseConfig(config: JsonObject, place: Place): JsonObject {
  checkDtype(config.dtype, place);
  const shape = config.batch_input_shape ?? config.batch_shape;
  return {
    name: config.name ?? null,
    trainable: config.trainable ?? true,
    ...(shape ? { batch_input_shape: shape } : {}),
  };
}

/** Layers of every floating-point type compute in float32 here, the only one that TensorFlow.js has. */
function checkDtype(dtype: Json | undefined, place: Place): void {
  const policy = isObject(dtype) ? asObject(dtype.config, `${place}: dtype`) : { name: dtype ?? null };
  const name = policy.name ?? policy.default_policy ?? "float32";
  if (typeof name !== "string" || /^(?:mixed_)?b?float(?:16|32|64)$/.test(name)) return;
  reject(
    `${place} computes in ${describe(name)}`,
    "a floating-point type, which all become float32 here",
    "Save the model as it was before it was quantized or cast.",
  );
}

const baseArguments = new Set(["name", "trainable", "dtype", "batch_input_shape", "batch_shape"]);

/** Arguments of every layer, where they are given. */
const everywhere = ["activity_regularizer"];

function knownArgument(rule: KerasForm, key: string): { keras: string; tfjs: string } | undefined {
  if (everywhere.includes(key)) return { keras: key, tfjs: key };
  if (rule.args.includes(key) || rule.call?.includes(key))
    return { keras: key, tfjs: rule.renamed?.[key] ?? key };
  // Keras 2's files have some arguments under the name that tfjs still uses.
  const keras = Object.entries(rule.renamed ?? {}).find(([, old]) => old === key)?.[0];
  return keras ? { keras, tfjs: key } : undefined;
}

function convert(key: string, value: Json, place: Place): Json {
  if (key === "layer") return nested(stripForward(asObject(value, place)));
  if (key === "cell") return nested(asObject(value, place));
  if (key === "cells") return (value as Json[]).map((cell) => nested(asObject(cell, place)));
  return valueToTfjs(key, value, place);
}

function nested(entry: JsonObject): JsonObject {
  const { className, config } = layerToTfjs(entry);
  return { class_name: className, config };
}

/** Bidirectional puts `forward_` before its layer's name, in Keras and in tfjs: once is enough. */
function stripForward(entry: JsonObject): JsonObject {
  const config = asObject(entry.config, "A wrapped layer's config");
  return { ...entry, config: { ...config, name: textOf(config.name).replace(/^forward_/, "") } };
}

/** The layer that runs backwards, if it is not the one that runs forwards, which TensorFlow.js makes it from. */
function ownBackwardLayer(
  { layer, backward_layer: backward }: JsonObject,
  place: Place,
): JsonObject | undefined {
  const [there, back] = [layer, backward].map((entry) => {
    const { className, config } = layerToTfjs(asObject(entry, place));
    const { name: _name, goBackwards, ...rest } = config;
    return { goBackwards, rest: JSON.stringify([className, rest]) };
  });
  if (there!.rest === back!.rest && there!.goBackwards !== back!.goBackwards) return undefined;
  return nested(asObject(backward, place));
}

function checkUnknown(rule: KerasForm, key: string, value: Json, place: Place): void {
  if (baseArguments.has(key) || harmless.has(key) || value === null || value === false) return;
  // Keras 2 has them in depthwise and separable convolutions, too, and does not use them.
  if (rule.args.includes("depthwise_initializer") && /^kernel_(?!size)/.test(key)) return;
  if (key === "backward_layer") return;
  const accepted = rule.only?.[key];
  if (accepted !== undefined && JSON.stringify(value) === JSON.stringify(accepted)) return;
  reject(
    `${place} has ${key} = ${describe(value)}, which TensorFlow.js does not have`,
    accepted === undefined ? `${key} left at its default` : `${key} = ${describe(accepted)}`,
    "Build the model without it in Python, train and save again.",
  );
}

function checkValue(rule: KerasForm, key: string, value: Json, place: Place): void {
  const values = rule.values?.[key];
  if (!values || (values as readonly Json[]).includes(value)) return;
  reject(
    `${place} has ${key} = ${describe(value)}, which Keras and TensorFlow.js compute differently or only one can`,
    `${key} = ${values.map(describe).join(" or ")}`,
    "Build the model so, train and save again.",
  );
}

function customToTfjs(className: string, config: JsonObject, place: Place): TfjsLayer {
  if (className === "Lambda") {
    reject(
      `${place} carries Python code`,
      "layers made of data only: code in model files is never executed",
      "Replace the Lambda by layers of Keras (Rescaling, Reshape, Activation, ...) in Python and save again.",
    );
  }
  if (!isOwnClass(className)) rejectClass(className, place);
  return { className, config: toCamelCase({ ...config, ...baseConfig(config, place) }) as JsonObject };
}

function rejectClass(className: string, place: Place): never {
  reject(
    `${place}: the class ${className} exists in only one of Keras and TensorFlow.js`,
    "layers that both have, which docs/keras-files.md lists",
    "Port it to TypeScript and register it with tf.serialization.registerClass, or build the model without it.",
  );
}

function argumentToKeras(key: string, value: Json, layer: Tf.layers.Layer, place: Place): Json {
  const inner = internals(layer);
  if (key === "layer") return layerToKeras(inner.layer!);
  if (key === "cell") return layerToKeras(inner.cell!);
  if (key === "cells") return inner.cells!.map(layerToKeras);
  // Keras does not know null for a length that follows from the others.
  if (key === "target_shape") return (value as Json[]).map((length) => length ?? -1);
  const converted = valueToKeras(key, value, place);
  return words.has(key) ? fromCamelCase(textOf(converted)) : converted;
}

/** Arguments whose values are words of the library, in snake case in Keras. */
const words = new Set(["data_format", "interpolation", "mode", "output_mode", "fill_mode"]);

const isName = (key: string): boolean => key === "name" || key === "class_name" || key === "className";

/** Keys, and the words that are values, in camel case: tfjs's own form. */
function toCamelCase(value: Json, key = ""): Json {
  if (typeof value === "string") return isName(key) ? value : camelCase(value);
  return mapJson(value, key, camelCase, toCamelCase);
}

function toSnakeCase(value: Json, key = ""): Json {
  if (typeof value === "string") return isName(key) ? value : fromCamelCase(value);
  return mapJson(value, key, fromCamelCase, toSnakeCase);
}

function mapJson(
  value: Json,
  key: string,
  rename: (key: string) => string,
  map: (value: Json, key: string) => Json,
): Json {
  if (Array.isArray(value)) return value.map((item) => map(item, key));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [rename(name), map(item, name)]));
}
