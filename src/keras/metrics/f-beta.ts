import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { spread } from "./definitions.js";
import type { MetricDefinition } from "./epoch-metric.js";

export interface FBetaOptions {
  /** How the classes are put together: counted together, or their mean, weighed by their samples or not. */
  average: "micro" | "macro" | "weighted";
  /** How much more recall counts than precision, 1 if left out. */
  beta?: number;
  /** A value above it is positive; if left out, the greatest of a sample. */
  threshold?: number | undefined;
}

/** The mean of precision and recall, of each class. */
export function fBeta({ average, beta = 1, threshold }: FBetaOptions): MetricDefinition {
  return {
    count(yTrue, yPred, weights) {
      const greatest = (values: Tensor) => tf.max(values, -1, true);
      const guess =
        threshold === undefined
          ? tf.logicalAnd(tf.equal(yPred, greatest(yPred)), tf.greater(tf.abs(yPred), 1e-12))
          : tf.greater(yPred, threshold);
      const [truth, positive] = [tf.cast(yTrue, "float32"), tf.cast(guess, "float32")];
      const both = (a: Tensor, b: Tensor) => {
        const agreeing = tf.mul(a, b);
        return tf.sum(weights ? tf.mul(agreeing, spread(weights, agreeing)) : agreeing, 0);
      };
      const shares = both(truth, tf.onesLike(truth));
      return tf.stack([
        both(truth, positive),
        both(tf.sub(1, truth), positive),
        both(truth, tf.sub(1, positive)),
        shares,
      ]);
    },
    result(sums) {
      const all = average === "micro" ? tf.sum(sums, 1, true) : sums;
      const [found, wrong, missed, shares] = tf.unstack(all) as [Tensor, Tensor, Tensor, Tensor];
      const precision = tf.divNoNan(found, tf.add(found, wrong));
      const recall = tf.divNoNan(found, tf.add(found, missed));
      const squared = beta ** 2;
      const score = tf.divNoNan(
        tf.mul(tf.mul(precision, recall), 1 + squared),
        tf.add(tf.mul(precision, squared), recall),
      );
      if (average !== "weighted") return tf.mean(score);
      return tf.sum(tf.mul(score, tf.divNoNan(shares, tf.sum(shares))));
    },
  };
}
