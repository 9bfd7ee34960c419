import type { Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

export type Measure = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A metric that is no mean over samples: it is worked out from sums over all of them. */
export interface MetricDefinition {
  /** What the samples of a batch add to the sums. */
  count(yTrue: Tensor, yPred: Tensor): Tensor;
  /** The metric's value. */
  result(sums: Tensor): Tensor;
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
  #weighed: Variable | undefined;
  readonly measure: Measure;

  /** @param name in the logs */
  constructor(name: string, definition: MetricDefinition) {
    this.measure = (yTrue, yPred) => tf.tidy(() => this.#update(definition, yTrue, yPred));
    Object.defineProperty(this.measure, "name", { value: name });
  }

  #update({ count, result }: MetricDefinition, yTrue: Tensor, yPred: Tensor): Tensor {
    const counted = count(yTrue, yPred);
    const samples = yTrue.shape[0];
    if (!this.#sums || this.#sums.isDisposed) this.#make(counted);
    const [sums, seen, weighed] = [this.#sums!, this.#seen!, this.#weighed!];
    sums.assign(tf.add(sums, counted));
    seen.assign(tf.add(seen, samples));
    const before = tf.clone(weighed);
    weighed.assign(tf.mul<Scalar>(result(sums), seen));
    return tf.div(tf.sub(weighed, before), samples);
  }

  #make(counted: Tensor): void {
    this.#sums = tf.zerosLike(counted).variable(false);
    this.#seen = tf.scalar(0).variable(false);
    this.#weighed = tf.scalar(0).variable(false);
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
    const states = [this.#sums, this.#seen, this.#weighed];
    return states.filter((state): state is Variable => state !== undefined && !state.isDisposed);
  }
}
