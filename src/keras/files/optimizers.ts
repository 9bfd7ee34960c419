import type * as Tf from "@tensorflow/tfjs";
import { reject } from "./errors.js";
import type { Values } from "./hdf5.js";
import { asObject, describe, textOf, isObject, type Json, type JsonObject } from "./json.js";
import { tf } from "../../tensorflow/load.js";
import { tensorValues } from "./weights-file.js";

/** The state of an optimizer as Keras's files have it: `optimizer/vars/0`, `1`, and from 2 on `slots`. */
export interface OptimizerState {
  iterations: number;
  learningRate: number;
  /** With a name for `.h5` files. */
  slots: { name: string; values: Values }[];
}

interface OptimizerVariable {
  originalName: string;
  variable: Tf.Variable;
}

/** Fields of tfjs's optimizers that its types hide. Slots are in the order of the trainable weights. */
interface OptimizerInternals {
  accBeta1?: Tf.Variable;
  accBeta2?: Tf.Variable;
  iteration?: Tf.Variable;
  beta1?: number;
  beta2?: number;
}

interface Slot {
  /** Keras's name, the end of the variable's. */
  keras: string;
  /** tfjs's field, and the end of its name there. */
  field: string;
  tfjs: string;
  /** Whether Keras has this slot with this configuration. */
  when?: (config: JsonObject) => boolean;
  /** Keras's value / tfjs's value. */
  scale?: (config: JsonObject) => number;
  /** The value before the first step. */
  initial?: (config: JsonObject) => number;
}

interface OptimizerRule {
  keras: string;
  make: (config: Record<string, number>, given: JsonObject) => Tf.Optimizer;
  /** Keras's argument -> tfjs's, with Keras's default. */
  args: Record<string, [tfjs: string, fallback: number]>;
  flags?: Record<string, string>;
  slots: Slot[];
  /** Keras lists all variables of one slot, then the next slot's (else: all slots of one variable). */
  bySlot?: boolean;
  /** What Keras computes with and tfjs has fixed. */
  fixed?: Record<string, number>;
}

const isPositive = (key: string) => (config: JsonObject) => Number(config[key] ?? 0) > 0;

/** By tfjs's class name. Slots and their order: keras/src/optimizers of Keras 3.15. */
const rules: Record<string, OptimizerRule> = {
  SGD: {
    keras: "SGD",
    make: (c) => tf.train.sgd(c.learning_rate!),
    args: {},
    slots: [],
  },
  Momentum: {
    keras: "SGD",
    make: (c, given) => tf.train.momentum(c.learning_rate!, c.momentum!, given.nesterov === true),
    args: { momentum: ["momentum", 0] },
    flags: { nesterov: "useNesterov" },
    // Keras: m = momentum m - lr g, w += m; tfjs: a = momentum a + g, w -= lr a. Hence m = -lr a.
    slots: [
      {
        keras: "momentum",
        field: "accumulations",
        tfjs: "momentum",
        scale: (config) => -Number(config.learning_rate),
      },
    ],
  },
  RMSProp: {
    keras: "RMSprop",
    make: (c, given) =>
      tf.train.rmsprop(c.learning_rate!, c.rho, c.momentum, c.epsilon, given.centered === true),
    args: { rho: ["decay", 0.9], momentum: ["momentum", 0], epsilon: ["epsilon", 1e-7] },
    flags: { centered: "centered" },
    bySlot: true,
    slots: [
      { keras: "velocity", field: "accumulatedMeanSquares", tfjs: "rms" },
      { keras: "momentum", field: "accumulatedMoments", tfjs: "momentum", when: isPositive("momentum") },
      {
        keras: "average_gradient",
        field: "accumulatedMeanGrads",
        tfjs: "mg",
        when: (config) => config.centered === true,
      },
    ],
  },
  Adam: {
    keras: "Adam",
    make: (c) => tf.train.adam(c.learning_rate, c.beta_1, c.beta_2, c.epsilon),
    args: { beta_1: ["beta1", 0.9], beta_2: ["beta2", 0.999], epsilon: ["epsilon", 1e-7] },
    slots: [
      { keras: "momentum", field: "accumulatedFirstMoment", tfjs: "m" },
      { keras: "velocity", field: "accumulatedSecondMoment", tfjs: "v" },
    ],
  },
  Adagrad: {
    keras: "Adagrad",
    make: (c) => tf.train.adagrad(c.learning_rate!, c.initial_accumulator_value),
    args: { initial_accumulator_value: ["initialAccumulatorValue", 0.1] },
    fixed: { epsilon: 1e-7 },
    slots: [
      {
        keras: "accumulator",
        field: "accumulatedGrads",
        tfjs: "accumulator",
        initial: (config) => Number(config.initial_accumulator_value),
      },
    ],
  },
  Adadelta: {
    keras: "Adadelta",
    make: (c) => tf.train.adadelta(c.learning_rate, c.rho, c.epsilon),
    args: { rho: ["rho", 0.95], epsilon: ["epsilon", 1e-7] },
    slots: [
      { keras: "accumulated_grad", field: "accumulatedGrads", tfjs: "accum_grad" },
      { keras: "accumulated_delta_var", field: "accumulatedUpdates", tfjs: "accum_var" },
    ],
  },
  Adamax: {
    keras: "Adamax",
    make: (c) => tf.train.adamax(c.learning_rate, c.beta_1, c.beta_2, c.epsilon),
    args: { beta_1: ["beta1", 0.9], beta_2: ["beta2", 0.999], epsilon: ["epsilon", 1e-7] },
    slots: [
      { keras: "momentum", field: "accumulatedFirstMoment", tfjs: "m" },
      { keras: "norm", field: "accumulatedWeightedInfNorm", tfjs: "v" },
    ],
  },
};

const withoutCompiling = "Load the model with { compile: false } and compile it yourself.";
/** Arguments of Keras's optimizers that tfjs's lack; null, false and these values pass. */
const harmless = new Set(["name", "ema_momentum", "jit_compile", "is_legacy_optimizer"]);

/** A tfjs optimizer from Keras's `{ class_name, config }`. */
export function optimizerFromConfig(entry: Json | undefined): Tf.Optimizer {
  const { class_name: className, config: given } = asObject(entry, "The optimizer");
  const config = asObject(given, "The optimizer's config");
  const rule =
    className === "SGD"
      ? rules[isPositive("momentum")(config) ? "Momentum" : "SGD"]!
      : Object.values(rules).find(({ keras }) => keras.toLowerCase() === textOf(className).toLowerCase());
  if (!rule) {
    reject(
      `The model was compiled with the optimizer ${textOf(className)}, which TensorFlow.js does not have`,
      [...new Set(Object.values(rules).map(({ keras }) => keras))].join(", "),
      withoutCompiling,
    );
  }
  const numbers: Record<string, number> = { learning_rate: learningRateOf(config) };
  for (const [key, [, fallback]] of Object.entries(rule.args)) numbers[key] = Number(config[key] ?? fallback);
  for (const [key, value] of Object.entries(config)) {
    const known = key in numbers || key === "lr" || key in (rule.flags ?? {}) || harmless.has(key);
    const off = value === null || value === false || value === 0 || value === rule.fixed?.[key];
    if (known || off) continue;
    reject(
      `The model was compiled with ${textOf(className)}(${key}=${describe(value)}), which TensorFlow.js does not have`,
      `${key} off`,
      withoutCompiling,
    );
  }
  return rule.make(numbers, config);
}

/** Keras's `{ class_name, config }` of a tfjs optimizer. */
export function optimizerToConfig(optimizer: Tf.Optimizer): JsonObject {
  const rule = ruleOf(optimizer);
  const own: JsonObject = optimizer.getConfig();
  if (Number(own.decay ?? 0) > 0 && optimizer.getClassName() === "Adamax") {
    reject(
      `The optimizer Adamax has decay = ${describe(own.decay)}, which Keras does not have`,
      "decay = 0",
      "Compile the model with tf.train.adamax(learningRate), or save with { includeOptimizer: false }.",
    );
  }
  const config: JsonObject = { learning_rate: own.learningRate!, ...rule.fixed };
  for (const [key, [tfjs]] of Object.entries(rule.args)) config[key] = own[tfjs] ?? null;
  for (const [key, tfjs] of Object.entries(rule.flags ?? {})) config[key] = own[tfjs] === true;
  return { module: "keras.optimizers", class_name: rule.keras, config, registered_name: null };
}

/** The state of `optimizer`; `weights` are the trainable ones, each with its path for the slots' names. */
export function optimizerState(
  optimizer: Tf.Optimizer,
  weights: readonly { weight: Tf.LayerVariable; path: string }[],
): OptimizerState {
  const rule = ruleOf(optimizer);
  const config = optimizerToConfig(optimizer).config as JsonObject;
  const entries = slotOrder(rule, activeSlots(rule, config), weights.length).map(({ slot, weight: i }) => {
    const { weight, path } = weights[i]!;
    const held = fieldOf(optimizer, slot);
    const name = `${weight.name}/${slot.tfjs}`;
    // Slots that tfjs's own setWeights has made have other names, but then there is one for each weight.
    const found =
      held.find(({ originalName }) => originalName === name) ??
      (held.length === weights.length ? held[i] : undefined);
    const values = found ? tensorValues(found.variable) : filled(weight, slot.initial?.(config) ?? 0);
    return {
      name: `${path.replaceAll("/", "_")}_${slot.keras}`,
      values: scaled(values, slot.scale?.(config) ?? 1),
    };
  });
  return { iterations: optimizer.iterations, learningRate: Number(config.learning_rate), slots: entries };
}

/**
 * Continues `optimizer` where the saved one stopped.
 *
 * @param read gives the values of the n-th slot (from 0), which must have this shape
 */
export function restoreOptimizer(
  optimizer: Tf.Optimizer,
  weights: readonly Tf.LayerVariable[],
  iterations: number,
  read: (index: number, shape: number[]) => Values,
): void {
  const rule = ruleOf(optimizer);
  const config = optimizerToConfig(optimizer).config as JsonObject;
  const active = activeSlots(rule, config);
  const order = slotOrder(rule, active, weights.length);
  for (const slot of active) {
    for (const { variable } of fieldOf(optimizer, slot)) variable.dispose();
    const variables = weights.map((weight, i): OptimizerVariable => {
      const index = order.findIndex((place) => place.slot === slot && place.weight === i);
      const { data } = scaled(read(index, weight.shape as number[]), 1 / (slot.scale?.(config) ?? 1));
      const variable = tf.tidy(() =>
        tf.variable(tf.tensor(data, weight.shape as number[], "float32"), false),
      );
      return { originalName: `${weight.name}/${slot.tfjs}`, variable };
    });
    Object.assign(optimizer, { [slot.field]: variables });
  }
  const inner = optimizer as unknown as OptimizerInternals;
  Object.assign(inner, { iterations_: iterations });
  tf.tidy(() => {
    inner.iteration?.assign(tf.scalar(iterations));
    inner.accBeta1?.assign(tf.scalar(inner.beta1! ** (iterations + 1)));
    inner.accBeta2?.assign(tf.scalar(inner.beta2! ** (iterations + 1)));
  });
}

function ruleOf(optimizer: Tf.Optimizer): OptimizerRule {
  const className = optimizer.getClassName();
  const rule = Object.hasOwn(rules, className) ? rules[className] : undefined;
  if (rule) return rule;
  return reject(
    `The model is compiled with the optimizer ${className}, which Keras does not have`,
    Object.keys(rules).join(", "),
    "Compile it with one of these, or save with { includeOptimizer: false }.",
  );
}

function activeSlots(rule: OptimizerRule, config: JsonObject): Slot[] {
  return rule.slots.filter((slot) => slot.when?.(config) ?? true);
}

/** Slots of all weights in the order of Keras's files. */
function slotOrder(rule: OptimizerRule, slots: Slot[], weights: number): { slot: Slot; weight: number }[] {
  const indices = Array.from({ length: weights }, (_, weight) => weight);
  return rule.bySlot
    ? slots.flatMap((slot) => indices.map((weight) => ({ slot, weight })))
    : indices.flatMap((weight) => slots.map((slot) => ({ slot, weight })));
}

function fieldOf(optimizer: Tf.Optimizer, slot: Slot): OptimizerVariable[] {
  return (optimizer as unknown as Record<string, OptimizerVariable[] | undefined>)[slot.field] ?? [];
}

function scaled({ shape, data }: Values, factor: number): Values {
  return { shape, data: factor === 1 ? data : data.map((value) => value * factor) };
}

function filled(weight: Tf.LayerVariable, value: number): Values {
  const shape = weight.shape as number[];
  return { shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value) };
}

function learningRateOf(config: JsonObject): number {
  const rate = config.learning_rate ?? config.lr;
  if (typeof rate === "number") return rate;
  return reject(
    `The model was compiled with the learning rate ${isObject(rate) ? describe(rate.class_name) : describe(rate)}`,
    "a number: TensorFlow.js's optimizers have no schedules",
    withoutCompiling,
  );
}
