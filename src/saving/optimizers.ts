import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import * as constructors from "../keras/optimizers/index.js";
import { definitionOf } from "../keras/optimizers/schedule.js";
import {
  makeSlots,
  type SlotSpec,
  type UpdateRule,
  updateRuleOf,
  updateRules,
} from "../keras/optimizers/rule.js";
import { optionsOf } from "../keras/optimizers/options.js";
import { reject } from "./errors.js";
import { asObject, describe, isObject, type Json, type JsonObject, textOf } from "./json.js";
import { camelCase, fromCamelCase } from "./naming.js";
import { filled, tensorValues, type Values } from "./values.js";

/** The state of an optimizer as Keras's files have it: variables in this order. */
export interface OptimizerState {
  iterations: number;
  /** Keras has no variable for a schedule's rate. */
  learningRate: number | undefined;
  /** With a name for `.h5` files. */
  slots: { name: string; values: Values }[];
}

interface OptimizerVariable {
  originalName: string;
  variable: Tf.Variable;
}

/** What all optimizers take. */
const common = ["clipnorm", "clipvalue", "global_clipnorm", "weight_decay", "decay"];
const harmless = new Set([
  "name",
  "ema_momentum",
  "ema_overwrite_frequency",
  "jit_compile",
  "is_legacy_optimizer",
  // Gradients are divided by it again.
  "loss_scale_factor",
]);
const withoutCompiling = "Load the model with { compile: false } and compile it yourself.";

/** A tfjs optimizer from Keras's `{ class_name, config }`. */
export function optimizerFromConfig(entry: Json | undefined): Tf.Optimizer {
  // Keras 2 keeps the name that compile was given, in place of an optimizer with its defaults.
  const named =
    typeof entry === "string"
      ? { class_name: entry, config: { learning_rate: entry.toLowerCase() === "sgd" ? 0.01 : 0.001 } }
      : entry;
  const { class_name: className, config: given } = asObject(named, "The optimizer");
  const config = asObject(given, "The optimizer's config");
  // It scales losses for half precision, which there is none of here.
  if (className === "LossScaleOptimizer") return optimizerFromConfig(config.inner_optimizer);
  const { keras } = ruleFor(textOf(className).replace(/^Custom>/, ""), config);
  const options: JsonObject = {};
  for (const [key, value] of Object.entries(config)) {
    if (value === null || value === false || harmless.has(key) || key === "learning_rate" || key === "lr")
      continue;
    if (key in keras.args || (common.includes(key) && value !== 0)) {
      options[camelCase(key)] = value;
    } else if (value !== 0) {
      reject(
        `The model was compiled with ${textOf(className)}(${key}=${describe(value)}), which TensorFlow.js does not have`,
        `${key} off`,
        withoutCompiling,
      );
    }
  }
  return makers[keras.name.toLowerCase()]!({ ...options, learningRate: learningRateOf(config) });
}

const makers = constructors as unknown as Record<string, (options: object) => Tf.Optimizer>;

function ruleFor(className: string, config: JsonObject): UpdateRule {
  // AdamW is Adam with weight_decay, which its configuration always has.
  const name = className === "AdamW" ? "Adam" : className;
  const found = updateRules().filter(({ keras }) => keras.name.toLowerCase() === name.toLowerCase());
  // There are two for SGD: with momentum and without.
  const isWithMomentum = Number(config.momentum ?? 0) > 0;
  const rule = found.find(({ keras }) => "momentum" in keras.args === isWithMomentum) ?? found[0];
  if (rule) return rule;
  return reject(
    `The model was compiled with the optimizer ${className}, which TensorFlow.js does not have`,
    knownOptimizers(),
    withoutCompiling,
  );
}

const knownOptimizers = (): string => [...new Set(updateRules().map(({ keras }) => keras.name))].join(", ");

/** Keras's `{ class_name, config }` of a tfjs optimizer. */
export function optimizerToConfig(optimizer: Tf.Optimizer): JsonObject {
  const { keras } = ruleOf(optimizer);
  const own = optimizer as unknown as Record<string, number | boolean | undefined>;
  const options = optionsOf(optimizer);
  const config: JsonObject = {};
  if (keras.name === "Adamax" && Number(own["decay"]) > 0) rejectOption("decay", own["decay"]);
  if (options.decay) rejectOption("decay", options.decay);
  config["learning_rate"] = rateToConfig(options.learningRate) ?? own["learningRate"]!;
  for (const [key, fallback] of Object.entries(keras.args)) {
    config[key] = own[keras.properties?.[key] ?? camelCase(key)] ?? fallback;
  }
  for (const key of common) {
    const value = options[camelCase(key) as keyof typeof options];
    if (typeof value === "number") config[key] = value;
  }
  return { module: "keras.optimizers", class_name: keras.name, config, registered_name: null };
}

/** The state of `optimizer`; `weights` are the trainable ones, each with its path for the slots' names. */
export function optimizerState(
  optimizer: Tf.Optimizer,
  weights: readonly { weight: Tf.LayerVariable; path: string }[],
): OptimizerState {
  const rule = ruleOf(optimizer);
  const config = asObject(optimizerToConfig(optimizer).config, "The optimizer's config");
  const slots = slotOrder(rule, config, weights).map(([slot, { weight, path }], i) => {
    const held = fieldOf(optimizer, slot);
    const name = `${weight.name}/${slot.suffix}`;
    // Slots that tfjs's own setWeights has made have other names, but then there is one for each weight.
    const index = held.length === weights.length ? weights.findIndex((item) => item.weight === weight) : -1;
    const found = held.find(({ originalName }) => originalName === name) ?? held[index];
    const initial = slot.initial?.(optimizer as never) ?? 0;
    const values = found ? tensorValues(found.variable) : filled(weight.shape, initial);
    return { name: `${path.replaceAll("/", "_")}_${slot.keras}_${i}`, values };
  });
  const { iterations } = optimizer;
  const last = rule.keras.last?.(config, iterations);
  if (last !== undefined) slots.push({ name: "variable", values: filled([], last) });
  const rate = config.learning_rate;
  return { iterations, learningRate: typeof rate === "number" ? rate : undefined, slots };
}

/** The optimizer's variables in a file, in Keras's order: iterations, learning rate, slots. */
export interface SavedVariables {
  iterations: number;
  /** Whether the learning rate is among them: not if it is a schedule, and never in files of Keras 2. */
  hasLearningRate: boolean;
  /** Keras's optimizers before 2.11 list all variables of one slot, then the next slot's. */
  bySlot: boolean;
  /** The values of the n-th variable, which must have this shape. */
  read: (index: number, shape: number[]) => Values;
}

/** Whether the learning rate of `optimizer` follows a schedule. */
export function hasSchedule(optimizer: Tf.Optimizer): boolean {
  return typeof optionsOf(optimizer).learningRate === "function";
}

/** How many variables Keras's files hold of such an optimizer. */
export function variableCount(
  optimizer: Tf.Optimizer,
  weights: readonly Tf.LayerVariable[],
  hasRate: boolean,
): number {
  const rule = ruleOf(optimizer);
  const config = asObject(optimizerToConfig(optimizer).config, "The optimizer's config");
  return (
    1 + Number(hasRate) + slotOrder(rule, config, weights).length + Number(rule.keras.last !== undefined)
  );
}

/** Continues `optimizer` where the saved one stopped. */
export function restoreOptimizer(
  optimizer: Tf.Optimizer,
  weights: readonly Tf.LayerVariable[],
  saved: SavedVariables,
): void {
  const rule = ruleOf(optimizer);
  const config = asObject(optimizerToConfig(optimizer).config, "The optimizer's config");
  const order = slotOrder(rule, config, weights, saved.bySlot);
  const firstSlot = saved.hasLearningRate ? 2 : 1;
  for (const slot of new Set(order.map(([item]) => item))) {
    for (const { variable } of fieldOf(optimizer, slot)) variable.dispose();
    const variables = weights.map((weight): OptimizerVariable => {
      const index = order.findIndex(([item, owner]) => item === slot && owner === weight);
      const { data, shape } = saved.read(firstSlot + index, weight.shape as number[]);
      const variable = tf.tidy(() => tf.variable(tf.tensor(data, shape, "float32"), false));
      return { originalName: `${weight.name}/${slot.suffix}`, variable };
    });
    Object.assign(optimizer, { [slot.field]: variables });
  }
  // Those that only TensorFlow.js has, as RMSprop's momentum of 0: its own format tells slots by their number.
  makeSlots(
    optimizer,
    weights.map((weight) => weight.read() as Tf.Variable),
  );
  Object.assign(optimizer, { iterations_: saved.iterations });
}

function ruleOf(optimizer: Tf.Optimizer): UpdateRule {
  return (
    updateRuleOf(optimizer) ??
    reject(
      `The model is compiled with the optimizer ${optimizer.getClassName()}, which Keras does not have`,
      knownOptimizers(),
      "Compile it with one of these, or save with { includeOptimizer: false }.",
    )
  );
}

/** The slots of all weights in the order of Keras's files. */
function slotOrder<W>(
  { keras, slots: all }: UpdateRule,
  config: JsonObject,
  weights: readonly W[],
  isBySlot = false,
): [SlotSpec, W][] {
  const slots = all.filter(({ needs }) => needs === undefined || Boolean(config[needs]));
  const bySlot = (some: SlotSpec[]) =>
    some.flatMap((slot) => weights.map((weight): [SlotSpec, W] => [slot, weight]));
  if (isBySlot || keras.bySlot) return bySlot(slots);
  const together = slots.filter(({ afterAll }) => !afterAll);
  return [
    ...weights.flatMap((weight) => together.map((slot): [SlotSpec, W] => [slot, weight])),
    ...bySlot(slots.filter(({ afterAll }) => afterAll)),
  ];
}

function fieldOf(optimizer: Tf.Optimizer, slot: SlotSpec): OptimizerVariable[] {
  return (optimizer as unknown as Record<string, OptimizerVariable[] | undefined>)[slot.field] ?? [];
}

const { schedules } = constructors;
/** Keras's schedule classes are our functions, in another case. */
const scheduleClasses = new Map(
  Object.entries(schedules).map(([name, make]) => [
    name[0]!.toUpperCase() + name.slice(1),
    make as (options: object) => constructors.Schedule,
  ]),
);
function learningRateOf(config: JsonObject): number | constructors.Schedule {
  const rate = config.learning_rate ?? config.lr;
  if (typeof rate === "number") return rate;
  const make = isObject(rate) ? scheduleClasses.get(textOf(rate.class_name)) : undefined;
  if (!isObject(rate) || !make || !isObject(rate.config)) {
    return reject(
      `The model was compiled with the learning rate ${isObject(rate) ? textOf(rate.class_name) : describe(rate)}`,
      `a number or one of ${[...scheduleClasses.keys()].join(", ")}`,
      withoutCompiling,
    );
  }
  const given = Object.entries(rate.config).filter(([, value]) => value !== null);
  return make(Object.fromEntries(given.map(([key, value]) => [camelCase(key), value])));
}

function rateToConfig(rate: number | constructors.Schedule | undefined): Json | undefined {
  if (typeof rate !== "function") return undefined;
  const { className, options } = definitionOf(rate) ?? rejectOption("learningRate", "a function of your own");
  const config = Object.entries(options).map(([key, value]) => [fromCamelCase(key), value as Json]);
  return {
    module: "keras.optimizers.schedules",
    class_name: className,
    config: Object.fromEntries(config) as JsonObject,
    registered_name: null,
  };
}

function rejectOption(key: string, value: unknown): never {
  reject(
    `The model is compiled with ${key} = ${describe(value)}, which Keras's files do not hold`,
    "a learning rate that is a number or one of optimizers.schedules",
    "Set it to a number first, or save with { includeOptimizer: false }.",
  );
}
