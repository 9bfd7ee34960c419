import type { NamedTensorMap, Optimizer, Tensor, Variable } from "@tensorflow/tfjs-core";
import type { AttributeValue } from "./graph.js";
import { tf } from "./native.js";

/** A slot as TensorFlow.js's optimizers keep it. */
interface StoredSlot {
  variable: Variable;
}

/** An optimizer with the fields that its type hides: numbers, and lists of slots. */
type OpenOptimizer = Optimizer & Record<string, number> & Record<string, StoredSlot[]>;

/** One of TensorFlow's fused update operations, and what it takes. */
export interface FusedUpdate {
  op: string;
  /** The optimizer's properties that list the slots, in the order of the operation's handles. */
  slots: string[];
  /** The operation's inputs after the handles: a number that is asked for before each step, or the gradient. */
  inputs: (((optimizer: OpenOptimizer) => number) | "gradient")[];
  attributes?: (optimizer: OpenOptimizer) => Record<string, AttributeValue>;
  /** Whether the operation computes what this instance does; always if left out. */
  applies?: (optimizer: OpenOptimizer) => boolean;
}

const learningRate = (optimizer: OpenOptimizer): number => optimizer["learningRate"]!;
const field =
  (name: string) =>
  (optimizer: OpenOptimizer): number =>
    optimizer[name] as unknown as number;
/** `beta ** t`, where t counts the coming step, from 1. */
const power = (name: string) => (optimizer: OpenOptimizer) => field(name)(optimizer) ** (optimizer.iterations + 1);

const momentumUpdate: FusedUpdate = {
  op: "ResourceApplyMomentum",
  slots: ["accumulations"],
  inputs: [learningRate, "gradient", field("momentum")],
  attributes: (optimizer) => ({ use_nesterov: { b: Boolean(optimizer["useNesterov"]) } }),
};

/** By the optimizer's class name. */
const fusedUpdates: Record<string, FusedUpdate> = {
  SGD: { op: "ResourceApplyGradientDescent", slots: [], inputs: [learningRate, "gradient"] },
  Momentum: momentumUpdate,
  RMSProp: {
    op: "ResourceApplyRMSProp",
    slots: ["accumulatedMeanSquares", "accumulatedMoments"],
    inputs: [learningRate, field("decay"), field("momentum"), field("epsilon"), "gradient"],
    applies: (optimizer) => !optimizer["centered"],
  },
  Adadelta: {
    op: "ResourceApplyAdadelta",
    slots: ["accumulatedGrads", "accumulatedUpdates"],
    inputs: [learningRate, field("rho"), field("epsilon"), "gradient"],
  },
  Adam: {
    op: "ResourceApplyAdam",
    slots: ["accumulatedFirstMoment", "accumulatedSecondMoment"],
    inputs: [
      power("beta1"),
      power("beta2"),
      learningRate,
      field("beta1"),
      field("beta2"),
      // TensorFlow.js adds epsilon to the bias-corrected root, TensorFlow to the plain one.
      (optimizer) => field("epsilon")(optimizer) * Math.sqrt(1 - power("beta2")(optimizer)),
      "gradient",
    ],
  },
};

/** What a recorder is told about an optimizer's step. */
export interface OptimizerListener {
  applied(optimizer: Optimizer, updates: OptimizerUpdate[], fused: FusedUpdate | undefined): void;
}

/** A weight, its gradient, and its slots after the step. */
export interface OptimizerUpdate {
  weight: Variable;
  gradient: Tensor;
  slots: Variable[];
}

let listener: OptimizerListener | undefined;

/** Has `listener` told of every optimizer's step during `step`. */
export function withOptimizerListener<T>(heard: OptimizerListener, step: () => T): T {
  const before = listener;
  listener = heard;
  try {
    return step();
  } finally {
    listener = before;
  }
}

/** The step that an optimizer's class does, and the fused operation for it. */
function listen(prototype: Optimizer, fused: FusedUpdate | undefined): void {
  const original = prototype.applyGradients;
  prototype.applyGradients = function (this: Optimizer, gradients): void {
    const heard = listener;
    original.call(this, gradients);
    if (!heard) return;
    const optimizer = this as OpenOptimizer;
    const usable = fused?.applies?.(optimizer) === false ? undefined : fused;
    heard.applied(this, updatesOf(optimizer, gradients, usable), usable);
  };
}

function updatesOf(
  optimizer: OpenOptimizer,
  gradients: Parameters<Optimizer["applyGradients"]>[0],
  fused: FusedUpdate | undefined,
): OptimizerUpdate[] {
  const named = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients as NamedTensorMap).map(([name, tensor]) => ({ name, tensor }));
  return named.flatMap(({ name, tensor }, index) => {
    const weight = tf.engine().registeredVariables[name]!;
    const slots = (fused?.slots ?? []).map((list) => (optimizer[list] as StoredSlot[])[index]!.variable);
    return tensor == null ? [] : [{ weight, gradient: tensor, slots }];
  });
}

let installed = false;

/** Lets recorders hear the steps of TensorFlow.js's own optimizers. Does nothing the second time. */
export function installOptimizerListeners(): void {
  if (installed) return;
  installed = true;
  for (const name of ["SGD", "Momentum", "RMSProp", "Adadelta", "Adam", "Adagrad", "Adamax"] as const) {
    listen(tf[`${name}Optimizer`].prototype, fusedUpdates[name]);
  }
}
