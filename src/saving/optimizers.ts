import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import * as constructors from "../keras/optimizers/index.js";
import { definitionOf } from "../keras/optimizers/schedule.js";
import { makeSlots } from "../keras/optimizers/rule.js";
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

interface Slot {
  /** Keras's name, the end of the variable's. */
  keras: string;
  /** The field of the tfjs optimizer that lists one variable per weight, and the end of their names. */
  field: string;
  tfjs: string;
  /** The argument without which Keras has no such slot. */
  needs?: string;
  /** Whether Keras lists it after the other slots of all weights. */
  afterAll?: true;
  /** The argument that gives the value before the first step (default: 0). */
  initial?: string;
}

interface OptimizerRule {
  keras: string;
  make: (options: object) => Tf.Optimizer;
  /** Keras's arguments with their defaults. */
  args: Readonly<Record<string, number | boolean>>;
  /** tfjs's field where it is not the argument in camel case. */
  fields?: Readonly<Record<string, string>>;
  slots: readonly Slot[];
  /** Keras lists all variables of one slot, then the next slot's (else: all slots of one variable). */
  bySlot?: true;
  /** A further number that Keras keeps after the slots. */
  last?: (config: JsonObject, iterations: number) => number;
}

const moments = { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
const first = { keras: "momentum", field: "accumulatedFirstMoment", tfjs: "m" };
const sgd = { keras: "SGD", make: constructors.sgd };

/** By tfjs's class name. Arguments, slots and their order: keras/src/optimizers of Keras 3.15. */
const rules: Readonly<Record<string, OptimizerRule>> = {
  SGD: { ...sgd, args: {}, slots: [] },
  Momentum: {
    ...sgd,
    args: { momentum: 0, nesterov: false },
    fields: { nesterov: "useNesterov" },
    slots: [{ keras: "momentum", field: "accumulations", tfjs: "momentum" }],
  },
  RMSProp: {
    keras: "RMSprop",
    make: constructors.rmsprop,
    args: { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    fields: { rho: "decay" },
    bySlot: true,
    slots: [
      { keras: "velocity", field: "accumulatedMeanSquares", tfjs: "rms" },
      {
        keras: "momentum",
        field: "accumulatedMoments",
        tfjs: "momentum",
        needs: "momentum",
      },
      { keras: "average_gradient", field: "accumulatedMeanGrads", tfjs: "mg", needs: "centered" },
    ],
  },
  Adagrad: {
    keras: "Adagrad",
    make: constructors.adagrad,
    args: { initial_accumulator_value: 0.1, epsilon: 1e-7 },
    slots: [
      {
        keras: "accumulator",
        field: "accumulatedGrads",
        tfjs: "accumulator",
        initial: "initial_accumulator_value",
      },
    ],
  },
  Adadelta: {
    keras: "Adadelta",
    make: constructors.adadelta,
    args: { rho: 0.95, epsilon: 1e-7 },
    slots: [
      { keras: "accumulated_grad", field: "accumulatedGrads", tfjs: "accum_grad" },
      { keras: "accumulated_delta_var", field: "accumulatedUpdates", tfjs: "accum_var" },
    ],
  },
  Adam: {
    keras: "Adam",
    make: constructors.adam,
    args: { ...moments, amsgrad: false },
    slots: [
      first,
      { keras: "velocity", field: "accumulatedSecondMoment", tfjs: "v" },
      {
        keras: "velocity_hat",
        field: "greatestSecondMoments",
        tfjs: "vhat",
        needs: "amsgrad",
        afterAll: true,
      },
    ],
  },
  Adamax: {
    keras: "Adamax",
    make: constructors.adamax,
    args: moments,
    slots: [first, { keras: "norm", field: "accumulatedWeightedInfNorm", tfjs: "v" }],
  },
  Nadam: {
    keras: "Nadam",
    make: constructors.nadam,
    args: moments,
    slots: [
      { keras: "momentum", field: "firstMoments", tfjs: "m" },
      { keras: "velocity", field: "secondMoments", tfjs: "v" },
    ],
    // The product of the momenta of all steps (Dozat, 2016).
    last: ({ beta_1: beta }, iterations) =>
      Array.from({ length: iterations }).reduce<number>(
        (product, _, i) => product * Number(beta) * (1 - 0.5 * 0.96 ** (i + 1)),
        1,
      ),
  },
  Lamb: {
    keras: "Lamb",
    make: constructors.lamb,
    args: moments,
    slots: [
      { keras: "momentum", field: "firstMoments", tfjs: "m" },
      { keras: "velocity", field: "secondMoments", tfjs: "v" },
    ],
  },
  Lion: {
    keras: "Lion",
    make: constructors.lion,
    args: { beta_1: 0.9, beta_2: 0.99 },
    slots: [{ keras: "momentum", field: "momenta", tfjs: "m" }],
  },
  Ftrl: {
    keras: "Ftrl",
    make: constructors.ftrl,
    args: {
      learning_rate_power: -0.5,
      initial_accumulator_value: 0.1,
      l1_regularization_strength: 0,
      l2_regularization_strength: 0,
      l2_shrinkage_regularization_strength: 0,
      beta: 0,
    },
    slots: [
      {
        keras: "accumulator",
        field: "accumulators",
        tfjs: "accumulator",
        initial: "initial_accumulator_value",
      },
      { keras: "linear", field: "linears", tfjs: "linear" },
    ],
  },
};

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
  const rule = ruleFor(textOf(className).replace(/^Custom>/, ""), config);
  const options: JsonObject = {};
  for (const [key, value] of Object.entries(config)) {
    if (value === null || value === false || harmless.has(key) || key === "learning_rate" || key === "lr")
      continue;
    if (key in rule.args || (common.includes(key) && value !== 0)) {
      options[camelCase(key)] = value;
    } else if (value !== 0) {
      reject(
        `The model was compiled with ${textOf(className)}(${key}=${describe(value)}), which TensorFlow.js does not have`,
        `${key} off`,
        withoutCompiling,
      );
    }
  }
  return rule.make({ ...options, learningRate: learningRateOf(config) });
}

function ruleFor(className: string, config: JsonObject): OptimizerRule {
  if (className === "SGD") return rules[Number(config.momentum ?? 0) > 0 ? "Momentum" : "SGD"]!;
  // AdamW is Adam with weight_decay, which its configuration always has.
  const name = className === "AdamW" ? "Adam" : className;
  const found = Object.values(rules).find(({ keras }) => keras.toLowerCase() === name.toLowerCase());
  if (found) return found;
  return reject(
    `The model was compiled with the optimizer ${className}, which TensorFlow.js does not have`,
    [...new Set(Object.values(rules).map(({ keras }) => keras))].join(", "),
    withoutCompiling,
  );
}

/** Keras's `{ class_name, config }` of a tfjs optimizer. */
export function optimizerToConfig(optimizer: Tf.Optimizer): JsonObject {
  const rule = ruleOf(optimizer);
  const own = optimizer as unknown as Record<string, number | boolean | undefined>;
  const options = optionsOf(optimizer);
  const config: JsonObject = {};
  if (rule.keras === "Adamax" && Number(own["decay"]) > 0) rejectOption("decay", own["decay"]);
  if (options.decay) rejectOption("decay", options.decay);
  config["learning_rate"] = rateToConfig(options.learningRate) ?? own["learningRate"]!;
  for (const [key, fallback] of Object.entries(rule.args)) {
    config[key] = own[rule.fields?.[key] ?? camelCase(key)] ?? fallback;
  }
  for (const key of common) {
    const value = options[camelCase(key) as keyof typeof options];
    if (typeof value === "number") config[key] = value;
  }
  return { module: "keras.optimizers", class_name: rule.keras, config, registered_name: null };
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
    const name = `${weight.name}/${slot.tfjs}`;
    // Slots that tfjs's own setWeights has made have other names, but then there is one for each weight.
    const index = held.length === weights.length ? weights.findIndex((item) => item.weight === weight) : -1;
    const found = held.find(({ originalName }) => originalName === name) ?? held[index];
    const initial = slot.initial ? Number(config[slot.initial]) : 0;
    const values = found ? tensorValues(found.variable) : filled(weight.shape, initial);
    return { name: `${path.replaceAll("/", "_")}_${slot.keras}_${i}`, values };
  });
  const { iterations } = optimizer;
  const last = rule.last?.(config, iterations);
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
  return 1 + Number(hasRate) + slotOrder(rule, config, weights).length + Number(rule.last !== undefined);
}

/** Continues `optimizer` where the saved one stopped. */
export function restoreOptimizer(
  optimizer: Tf.Optimizer,
  weights: readonly Tf.LayerVariable[],
  saved: SavedVariables,
): void {
  const rule = ruleOf(optimizer);
  const config = asObject(optimizerToConfig(optimizer).config, "The optimizer's config");
  const order = slotOrder(saved.bySlot ? { ...rule, bySlot: true } : rule, config, weights);
  const firstSlot = saved.hasLearningRate ? 2 : 1;
  for (const slot of new Set(order.map(([item]) => item))) {
    for (const { variable } of fieldOf(optimizer, slot)) variable.dispose();
    const variables = weights.map((weight): OptimizerVariable => {
      const index = order.findIndex(([item, owner]) => item === slot && owner === weight);
      const { data, shape } = saved.read(firstSlot + index, weight.shape as number[]);
      const variable = tf.tidy(() => tf.variable(tf.tensor(data, shape, "float32"), false));
      return { originalName: `${weight.name}/${slot.tfjs}`, variable };
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

/** The slots of all weights in the order of Keras's files. */
function slotOrder<W>(rule: OptimizerRule, config: JsonObject, weights: readonly W[]): [Slot, W][] {
  const slots = rule.slots.filter(({ needs }) => needs === undefined || Boolean(config[needs]));
  const bySlot = (some: Slot[]) => some.flatMap((slot) => weights.map((weight): [Slot, W] => [slot, weight]));
  if (rule.bySlot) return bySlot(slots);
  const together = slots.filter(({ afterAll }) => !afterAll);
  return [
    ...weights.flatMap((weight) => together.map((slot): [Slot, W] => [slot, weight])),
    ...bySlot(slots.filter(({ afterAll }) => afterAll)),
  ];
}

function fieldOf(optimizer: Tf.Optimizer, slot: Slot): OptimizerVariable[] {
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
