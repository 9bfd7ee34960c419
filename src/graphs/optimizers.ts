import { openOptimizer } from "../tfjs/internals.js";
import type { Optimizer } from "@tensorflow/tfjs-node";
import { hasOwnOperation } from "../tfjs/own-operations.js";
import type { AttributeValue } from "./graph.js";

/** A fused update operation, and what it takes after the handles of the weight and its slots. */
export interface FusedUpdate {
  op: string;
  /** A number that is asked for before each step, or the gradient. */
  inputs: (((optimizer: OptimizerFields) => number) | "gradient")[];
  /** How many of the slots it takes; all if left out. */
  slots?: number;
  attributes?: (optimizer: OptimizerFields) => Record<string, AttributeValue>;
  /** Whether the operation computes what this instance does; always if left out. */
  applies?: (optimizer: OptimizerFields) => boolean;
}

/** The hyperparameters, which the optimizer's type hides. */
type OptimizerFields = Record<string, number>;

const field =
  (name: string) =>
  (optimizer: OptimizerFields): number =>
    optimizer[name]!;

/** `beta ** t`, where t counts the coming step, from 1. */
const power = (name: string) => (optimizer: OptimizerFields) =>
  optimizer[name]! ** (optimizer["iterations"]! + 1);

/** TensorFlow's operations, by the optimizer's class name. */
const fusedUpdates: Record<string, FusedUpdate> = {
  SGD: { op: "ResourceApplyGradientDescent", inputs: [field("learningRate"), "gradient"] },
  Momentum: {
    op: "ResourceApplyKerasMomentum",
    inputs: [field("learningRate"), "gradient", field("momentum")],
    attributes: ({ useNesterov }) => ({ use_nesterov: { b: Boolean(useNesterov) } }),
  },
  RMSProp: {
    op: "ResourceApplyRMSProp",
    inputs: [field("learningRate"), field("decay"), field("momentum"), field("epsilon"), "gradient"],
    applies: ({ centered }) => !centered,
  },
  Adadelta: {
    op: "ResourceApplyAdadelta",
    inputs: [field("learningRate"), field("rho"), field("epsilon"), "gradient"],
  },
  Adam: {
    op: "ResourceApplyAdam",
    inputs: [
      power("beta1"),
      power("beta2"),
      field("learningRate"),
      field("beta1"),
      field("beta2"),
      field("epsilon"),
      "gradient",
    ],
    applies: ({ amsgrad }) => !amsgrad,
  },
};

/** Our own, which are used instead where they are there and apply. */
const ownUpdates: Record<string, FusedUpdate> = {
  RMSProp: {
    op: "ManabiResourceApplyRmsprop",
    inputs: [field("learningRate"), field("decay"), field("epsilon"), "gradient"],
    slots: 1,
    applies: ({ centered, momentum }) => !centered && momentum === 0,
  },
};

/** The operation that changes a weight as the optimizer does, if there is one. */
export function fusedUpdateOf(optimizer: Optimizer): FusedUpdate | undefined {
  const name = optimizer.getClassName();
  const applies = (update: FusedUpdate | undefined) =>
    update && (update.applies?.(fieldsOf(optimizer)) ?? true) ? update : undefined;
  const own = applies(ownUpdates[name]);
  return own && hasOwnOperation(own.op) ? own : applies(fusedUpdates[name]);
}

export function fieldsOf(optimizer: Optimizer): OptimizerFields {
  return openOptimizer(optimizer);
}
