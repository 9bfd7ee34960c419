import type { Optimizer } from "@tensorflow/tfjs-node";
import type { AttributeValue } from "./graph.js";

/** One of TensorFlow's fused update operations, and what it takes after the handles of the weight and its slots. */
export interface FusedUpdate {
  op: string;
  /** A number that is asked for before each step, or the gradient. */
  inputs: (((optimizer: OptimizerFields) => number) | "gradient")[];
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

/** By the optimizer's class name. */
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

/** The operation that changes a weight as the optimizer does, if TensorFlow has one. */
export function fusedUpdateOf(optimizer: Optimizer): FusedUpdate | undefined {
  const fused = fusedUpdates[optimizer.getClassName()];
  return fused?.applies?.(fieldsOf(optimizer)) === false ? undefined : fused;
}

export function fieldsOf(optimizer: Optimizer): OptimizerFields {
  return optimizer as unknown as OptimizerFields;
}
