import { openOptimizer } from "../../tfjs/internals.js";
import type { Optimizer, Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { type ChangeInput, type Settings, type WeightChange, stepListener } from "../../graphs/index.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

/** A slot as TensorFlow.js's optimizers keep it, so that `getWeights` and `setWeights` go on working. */
export interface StoredSlot {
  originalName: string;
  variable: Variable;
}

/** One tensor of optimizer state per weight. */
export interface SlotSpec {
  /** The optimizer's property that lists the slots, in the order of the weights. */
  field: string;
  /** What is appended to the weight's name to name the slot. */
  suffix: string;
  /** What ends its name in Keras's files. */
  keras: string;
  /** The value it starts with, 0 if left out. */
  initial?: (config: OptimizerConfig) => number;
  /** Whether an optimizer with these hyperparameters has the slot, always if left out. */
  when?: (config: OptimizerConfig) => boolean;
  /** Keras's argument without which its files hold no such slot. */
  needs?: string;
  /** Whether Keras's files have it after the other slots of all weights. */
  afterAll?: true;
}

/** How Keras's files have an optimizer: keras/src/optimizers of Keras 3.15. */
export interface KerasOptimizer {
  /** Keras's class. In lower case it is the function that makes the optimizer. */
  name: string;
  /** Keras's arguments with their defaults, but for those that all optimizers take. */
  args: Readonly<Record<string, number | boolean>>;
  /** The optimizer's property, where it is not the argument in camel case. */
  properties?: Readonly<Record<string, string>>;
  /** Whether all weights' variables of one slot come before the next slot's (else: all slots of one weight). */
  bySlot?: true;
  /** A further number after the slots. */
  last?: (args: Readonly<Record<string, unknown>>, iterations: number) => number;
}

/** The hyperparameters of an optimizer: `learningRate`, `epsilon`, ... */
export type OptimizerConfig = Record<string, number>;

/** How one optimizer changes a weight. It is made of tensor operations only, so that a step can be recorded. */
export interface UpdateRule {
  keras: KerasOptimizer;
  slots: SlotSpec[];
  /**
   * The numbers that may differ from one step to the next (learning rate, bias corrections), by name.
   * A recorded step must be given them anew each time; everything else the rule uses is constant.
   * @param step the number of the coming step, from 1
   */
  stepValues(config: OptimizerConfig, step: number): Record<string, number>;
  /** New values of the weight and of its slots, in the order of `slots`; a slot itself where it stays as it is. */
  update(given: UpdateInput): { weight: Tensor; slots: Tensor[] };
}

interface UpdateInput extends ChangeInput {
  values: Record<string, Scalar>;
  config: OptimizerConfig;
}

type StoringOptimizer = Optimizer & Record<string, StoredSlot[]>;
type OptimizerClass = { prototype: Optimizer };

const rules = new Map<object, UpdateRule>();
/** Slots whose weight is known by name; others came from `setWeights` and belong to the weight of the same index. */
const namedSlots = new WeakSet<StoredSlot>();

/** Makes every optimizer of a class change weights by `rule`. */
export function setUpdateRule(optimizerClass: OptimizerClass, rule: UpdateRule): void {
  rules.set(optimizerClass.prototype, rule);
  patch(optimizerClass.prototype, "applyGradients", {
    name: "update rules",
    why: "some rules are not Keras's, and a step must be made of operations to be recorded",
    replace: applyGradients,
  });
  const reason = {
    name: "state of optimizers",
    why: "Adamax saves none, and Adam's leaves out what AMSGrad has",
  };
  patch(optimizerClass.prototype, "getWeights", {
    ...reason,
    async replace() {
      const state = slotListsOf(this).flatMap(([, list]) => list);
      return [
        await this.saveIterations(),
        ...state.map(({ originalName: name, variable }) => ({ name, tensor: variable })),
      ];
    },
  });
  patch(optimizerClass.prototype, "setWeights", {
    ...reason,
    async replace(weights) {
      const state = await this.extractIterations(weights);
      const lists = slotListsOf(this);
      const count = state.length / lists.length;
      lists.forEach(([field], i) => {
        (this as StoringOptimizer)[field] = state
          .slice(i * count, (i + 1) * count)
          .map(({ name, tensor }) => ({ originalName: name, variable: tensor.variable(false) }));
      });
    },
  });
  patch(optimizerClass.prototype, "dispose", {
    ...reason,
    wrap: (dispose) =>
      function () {
        dispose.call(this);
        const variables = slotListsOf(this).flatMap(([, list]) => list.map(({ variable }) => variable));
        tf.dispose(variables.filter(({ isDisposed }) => !isDisposed));
      },
  });
}

/** The rule of an optimizer's own class; one that extends it may work otherwise. */
export const updateRuleOf = (optimizer: Optimizer): UpdateRule | undefined =>
  rules.get(Object.getPrototypeOf(optimizer) as object);

/** The rules of all optimizers. */
export const updateRules = (): readonly UpdateRule[] => [...rules.values()];

/** The slots of an optimizer, by the property that lists them. */
function slotListsOf(optimizer: Optimizer): [field: string, slots: StoredSlot[]][] {
  return slotSpecsOf(optimizer).map(({ field }) => [field, (optimizer as StoringOptimizer)[field] ?? []]);
}

/**
 * The numbers that the coming step of `optimizer` uses and that may differ from the last step's.
 * Replaying a recorded step means: feed these, run, then `optimizer.incrementIterations()`.
 */
export function stepValuesOf(optimizer: Optimizer): Record<string, number> {
  return ruleOf(optimizer).stepValues(configOf(optimizer), optimizer.iterations + 1);
}

/** Tensors of the numbers that each step takes anew. Call it inside `tf.tidy`. */
export function makeStepTensors(values: () => Record<string, number>): Record<string, Scalar> {
  const tensor = (name: string) =>
    stepListener()?.number(() => values()[name]!) ?? tf.scalar(values()[name]!);
  return Object.fromEntries(Object.keys(values()).map((name) => [name, tensor(name)]));
}

/** The slots that an optimizer with its hyperparameters has. */
export function slotSpecsOf(optimizer: Optimizer): SlotSpec[] {
  return ruleOf(optimizer).slots.filter(({ when }) => when?.(configOf(optimizer)) ?? true);
}

/** Numbers and switches of an object that a recorded step takes for constant. */
export function settingsOf(object: object, except: string[] = []): Settings {
  return (Object.entries(object) as Settings).filter(
    ([name, value]) =>
      (typeof value === "number" || typeof value === "boolean") &&
      !/^_|^id$/.test(name) &&
      !except.includes(name),
  );
}

/** The optimizer's settings that a recorded step takes for constant: all but those of `stepValuesOf`. */
export function constantSettingsOf(optimizer: Optimizer): Settings {
  return settingsOf(optimizer, hasUpdateRule(optimizer) ? ["learningRate", "iterations_"] : ["iterations_"]);
}

/** Whether `optimizer` changes weights by an update rule, so that `stepValuesOf` knows its numbers. */
export function hasUpdateRule(optimizer: Optimizer): boolean {
  return findRule(optimizer) !== undefined;
}

function findRule(optimizer: Optimizer): UpdateRule | undefined {
  for (let known: object = optimizer; known; known = Object.getPrototypeOf(known) as object) {
    const rule = rules.get(known);
    if (rule) return rule;
  }
  return undefined;
}

function ruleOf(optimizer: Optimizer): UpdateRule {
  const rule = findRule(optimizer);
  if (!rule) throw new Error(`The optimizer ${optimizer.getClassName()} has no update rule here.`);
  return rule;
}

function configOf(optimizer: Optimizer): OptimizerConfig {
  return openOptimizer<OptimizerConfig>(optimizer);
}

function slotOf(optimizer: StoringOptimizer, spec: SlotSpec, weight: Variable, index: number): Variable {
  const slots = (optimizer[spec.field] ??= []);
  const originalName = `${weight.name}/${spec.suffix}`;
  const known = slots.find((slot) => namedSlots.has(slot) && slot.originalName === originalName);
  if (known) return known.variable;
  let slot = slots[index];
  if (slot && !namedSlots.has(slot)) {
    slot.originalName = originalName;
  } else {
    const initial = spec.initial?.(configOf(optimizer)) ?? 0;
    slot = { originalName, variable: tf.tidy(() => tf.fill(weight.shape, initial).variable(false)) };
    slots.push(slot);
  }
  namedSlots.add(slot);
  return slot.variable;
}

/** Makes the slots of `weights` now, not in the first step. Those that were loaded wait for it, to learn whose they are. */
export function makeSlots(optimizer: Optimizer, weights: Variable[]): void {
  if (!hasUpdateRule(optimizer)) return;
  const storing = optimizer as StoringOptimizer;
  for (const spec of slotSpecsOf(optimizer)) {
    if (storing[spec.field]?.some((slot) => !namedSlots.has(slot))) continue;
    weights.forEach((weight, index) => slotOf(storing, spec, weight, index));
  }
}

function applyGradients(this: Optimizer, gradients: Parameters<Optimizer["applyGradients"]>[0]): void {
  const rule = ruleOf(this);
  const config = configOf(this);
  const specs = slotSpecsOf(this);
  const named = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
  tf.tidy(() => {
    const numbers = stepValuesOf(this);
    const values = makeStepTensors(() => stepValuesOf(this));
    named.forEach(({ name, tensor: gradient }, index) => {
      const weight = tf.engine().registeredVariables[name]!;
      const slots = specs.map((spec) => slotOf(this as StoringOptimizer, spec, weight, index));
      if (gradient == null) return;
      const change: WeightChange = {
        optimizer: this,
        weight,
        gradient,
        slots,
        make: () =>
          tf.tidy(() => {
            const updated = rule.update({ gradient, weight, slots, values, config });
            slots.forEach((slot, i) => updated.slots[i] === slot || slot.assign(updated.slots[i]!));
            weight.assign(updated.weight);
          }),
        compute: (given) => {
          const tensors = Object.entries(numbers).map(([key, value]) => [key, tf.scalar(value)]);
          const updated = rule.update({
            ...given,
            values: Object.fromEntries(tensors) as Record<string, Scalar>,
            config,
          });
          return [updated.weight, ...updated.slots];
        },
      };
      const listener = stepListener();
      if (listener) listener.change(change);
      else change.make();
    });
  });
  stepListener()?.stepped(this, constantSettingsOf(this));
  openOptimizer(this).incrementIterations();
}
