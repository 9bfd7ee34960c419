import type { Tensor } from "@tensorflow/tfjs-node";
import { numbersOf } from "../../graphs/index.js";
import type { Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { withTensors } from "./arrays.js";
import { stepData, type TrainedModel } from "./data.js";
import { byKerasName } from "./metric-names.js";
import { stateOf } from "./state.js";
import type { Weighing } from "./weights.js";

interface BatchArguments extends Weighing {
  /** Whether to give the values by name. */
  returnDict?: boolean;
}

type Values = number | number[] | Record<string, number>;

/** `trainOnBatch` with weights and `returnDict`, as in Keras. */
export async function trainOnBatch(
  this: TrainedModel,
  x: Tensors,
  y: Tensors,
  args?: BatchArguments,
): Promise<Values> {
  const state = stateOf(this);
  state.warnIfFrozen();
  return onBatch(this, [x, y, args], (data) => state.programs.train(data));
}

/** Keras's `test_on_batch`, which TensorFlow.js lacks. */
export async function testOnBatch(
  this: TrainedModel,
  x: Tensors,
  y: Tensors,
  args?: BatchArguments,
): Promise<Values> {
  return onBatch(this.model ?? this, [x, y, args], (data) => stateOf(this).programs.test(data));
}

function onBatch(
  model: TrainedModel,
  given: [x: Tensors, y: Tensors, args?: BatchArguments],
  step: (data: Tensor[]) => Tensor[],
): Values {
  return withTensors(given, (x, y, { returnDict, ...weighing } = {}) => {
    const data = stepData(model, x, y, weighing);
    stateOf(model).resetMetrics();
    try {
      const values = numbersOf(step(data.tensors));
      if (returnDict) return byKerasName(model.getDedupedMetricsNames(), values);
      return values.length === 1 ? values[0]! : values;
    } finally {
      tf.dispose(data.made);
    }
  });
}
