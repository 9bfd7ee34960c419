import type { Tensor } from "@tensorflow/tfjs-node";
import type { Measure } from "../metrics/epoch-metric.js";
import { tf } from "../../tfjs/native.js";
import type { Reduction } from "./reduction.js";

/** What a loss computes. */
export interface LossDefinition {
  /** The loss of each sample, or of each step of each sample. */
  values: Measure;
  /** Which of these values count, all if left out. */
  counted?: (yTrue: Tensor, values: Tensor) => Tensor;
  /** Whether its targets are class numbers, one for each sample or step. */
  ofClassNumbers?: true;
}

const lossOfMeasure = new WeakMap<Measure, Loss>();

/** A loss with arguments, for `compile`. `losses.*` make them. */
export class Loss {
  /** What a model computes of targets and outputs. */
  readonly measure: Measure;

  /**
   * @param className Keras's name of its class
   * @param name the loss's name for `compile`
   * @param settings the arguments that it was made with
   */
  constructor(
    readonly className: string,
    name: string,
    readonly settings: Readonly<Record<string, unknown>>,
    readonly definition: LossDefinition,
    readonly reduction: Reduction,
  ) {
    this.measure = (yTrue, yPred) => tf.tidy(() => definition.values(tf.cast(yTrue, "float32"), yPred));
    Object.defineProperty(this.measure, "name", { value: name });
    lossOfMeasure.set(this.measure, this);
  }
}

/** The loss that a model's function belongs to, if it is one of ours. */
export function lossOf(measure: Measure): Loss | undefined {
  return lossOfMeasure.get(measure);
}

/** Whether a loss's targets are class numbers, one for each sample or step. */
export function isOfClassNumbers(measure: Measure): boolean {
  const loss = lossOf(measure);
  if (loss) return loss.definition.ofClassNumbers === true;
  // The names of functions have a number behind them in the bundle of TensorFlow.js.
  return /^sparseCategoricalCrossentropy(?:\$\d+)?$/.test(measure.name);
}
