import type { Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

/** Of targets, outputs and, for a metric that is weighed, weights `[samples]` or `[samples, steps]` of the samples. */
export type Measure = (yTrue: Tensor, yPred: Tensor, weights?: Tensor) => Tensor;

/** A metric that is no mean over samples: it is worked out from sums over all of them. */
export interface MetricDefinition {
  /** What the samples of a batch add to the sums. */
  count(yTrue: Tensor, yPred: Tensor, weights?: Tensor): Tensor;
  /** The metric's value. */
  result(sums: Tensor): Tensor;
  /** Whether it leaves out the steps that a mask hides, as the metrics of Keras do that are means. */
  skipsMasked?: true;
}

/** The measures of metrics that count over an epoch; whether they want the weights of the samples, and masks. */
const wanted = new WeakMap<Measure, { weights: boolean; masks: boolean }>();

/** Whether it belongs to a metric that counts over an epoch. */
export function isEpochMeasure(measure: Measure): boolean {
  return wanted.has(measure);
}

/** Whether a metric wants the weights of the samples. */
export function isWeighted(measure: Measure): boolean {
  return wanted.get(measure)?.weights ?? false;
}

/** Whether a metric leaves out what a mask hides, which it takes as weights of 0. */
export function skipsMasked(measure: Measure): boolean {
  return wanted.get(measure)?.masks ?? false;
}

/**
 * A metric over the batches of an epoch, or of an evaluation. Everything in TensorFlow.js that runs batches takes the mean
 * over the samples, so `measure` gives what the batch must count for that mean to be the value over all batches so far.
 */
export class EpochMetric {
  #sums: Variable | undefined;
  /** Samples so far. */
  #seen: Variable | undefined;
  /** The value over the samples so far, times their number. */
  #total: Variable | undefined;
  readonly measure: Measure;

  /**
   * @param name in the logs
   * @param isWeighed whether the weights of the samples count
   */
  constructor(name: string, definition: MetricDefinition, isWeighed = false) {
    this.measure = (...batch) => tf.tidy(() => this.#update(definition, ...batch));
    Object.defineProperty(this.measure, "name", { value: name });
    wanted.set(this.measure, { weights: isWeighed, masks: definition.skipsMasked ?? false });
  }

  #update({ count, result }: MetricDefinition, yTrue: Tensor, yPred: Tensor, weights?: Tensor): Tensor {
    const counted = count(yTrue, yPred, weights);
    const samples = yTrue.shape[0];
    if (!this.#sums || this.#sums.isDisposed) this.#make(counted);
    const [sums, seen, total] = [this.#sums!, this.#seen!, this.#total!];
    sums.assign(tf.add(sums, counted));
    seen.assign(tf.add(seen, samples));
    const before = tf.clone(total);
    total.assign(tf.mul<Scalar>(result(sums), seen));
    return tf.div(tf.sub(total, before), samples);
  }

  #make(counted: Tensor): void {
    this.#sums = tf.zerosLike(counted).variable(false);
    this.#seen = tf.scalar(0).variable(false);
    this.#total = tf.scalar(0).variable(false);
  }

  /** Begins anew. */
  reset(): void {
    tf.tidy(() => {
      for (const state of this.#states()) state.assign(tf.zerosLike(state));
    });
  }

  dispose(): void {
    tf.dispose(this.#states());
  }

  #states(): Variable[] {
    const states = [this.#sums, this.#seen, this.#total];
    return states.filter((state): state is Variable => state !== undefined && !state.isDisposed);
  }
}
