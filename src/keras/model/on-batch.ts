import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { resetMetrics } from "../metrics/install.js";
import { tf } from "../../tfjs/native.js";
import type { ClassWeights } from "./sample-weights.js";
import { kerasMetricName } from "./metric-names.js";
import { isDataset, listed, type OpenModel, type Step, type Tensors } from "./open-model.js";

interface BatchArguments {
  sampleWeight?: Tensors;
  /** For `trainOnBatch`. */
  classWeight?: ClassWeights;
  /** Whether to give the values by name. */
  returnDict?: boolean;
}

type Scalars = Scalar | Scalar[];
type Values = number | number[] | Record<string, number>;

interface BatchModel extends Omit<OpenModel, "trainOnBatch" | "testOnBatch" | "evaluate"> {
  /** A sequential model's, inside of it. */
  model?: BatchModel;
  standardizeUserData(
    x: Tensors,
    y: Tensors,
    sampleWeight: Tensors | undefined,
    classWeight: ClassWeights | undefined,
  ): Promise<[Tensor[], Tensor[], Tensor[] | null]>;
  trainOnBatch(x: Tensors, y: Tensors, args?: BatchArguments): Promise<Values>;
  testOnBatch(x: Tensors, y: Tensors, args?: Omit<BatchArguments, "classWeight">): Promise<Values>;
  evaluate(x: object, y?: object, args?: object): unknown;
}

/**
 * `trainOnBatch` of TensorFlow.js takes no weights, and there is no `testOnBatch`. Both, and `evaluate`, give their values by
 * name if `returnDict` is set, as in Keras.
 */
export function takeBatches(): void {
  const model = tf.LayersModel.prototype as unknown as BatchModel;
  model.trainOnBatch = function (x, y, args) {
    return onBatch(this, x, y, args, this.makeTrainFunction());
  };
  model.testOnBatch = function (x, y, args) {
    const inner = this.model ?? this;
    inner.makeTestFunction();
    return onBatch(inner, x, y, args, inner.testFunction);
  };
  const sequential = tf.Sequential.prototype as unknown as BatchModel;
  sequential.trainOnBatch = function (x, y, args) {
    return this.model!.trainOnBatch(x, y, args);
  };

  const { evaluate } = model;
  model.evaluate = function (x, y, args) {
    const result = evaluate.call(this, x, y, args);
    const { returnDict } = ((isDataset(x) ? y : args) ?? {}) as { returnDict?: boolean };
    if (!returnDict) return result;
    return result instanceof Promise
      ? result.then((values: Scalars) => byName(this, values))
      : byName(this, result as Scalars);
  };
}

async function onBatch(
  model: BatchModel,
  x: Tensors,
  y: Tensors,
  { sampleWeight, classWeight, returnDict }: BatchArguments = {},
  step: Step,
): Promise<Values> {
  const [xs, ys, weights] = await model.standardizeUserData(x, y, sampleWeight, classWeight);
  const given = new Set([x, y].flatMap(listed));
  resetMetrics(model);
  try {
    const results = step([...xs, ...ys, ...(weights ?? [])]) as Scalar[];
    const named = byName(model, results);
    if (returnDict) return named;
    const values = Object.values(named);
    return values.length === 1 ? values[0]! : values;
  } finally {
    tf.dispose([...xs, ...ys].filter((tensor) => !given.has(tensor)));
    tf.dispose(weights ?? []);
  }
}

/** Losses and metrics under Keras's names. */
function byName(model: Pick<BatchModel, "getDedupedMetricsNames">, scalars: Scalars): Record<string, number> {
  const values = [scalars].flat().map((scalar) => scalar.dataSync()[0]!);
  tf.dispose(scalars);
  const names = model.getDedupedMetricsNames().map(kerasMetricName);
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
