import type { Tensor } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { runsNatively, runNative, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { replaceFromConfig } from "../../tfjs/registries.js";

interface Initializer {
  apply(shape: number[], dtype?: "float32"): Tensor;
}

/** The standard deviation of a standard normal distribution that is cut at two. */
const truncatedDeviation = 0.87962566103423978;

/**
 * The normal distributions of Glorot, He and LeCun are cut at two standard deviations, which leaves 77 % of the variance.
 * Keras draws from a wider one in turn, TensorFlow.js does not, so its weights are too small.
 */
export function repairVarianceScaling(): void {
  interface VarianceScaling extends Initializer {
    distribution: string;
    scale: number;
  }
  patch(prototypeOf<VarianceScaling>("VarianceScaling"), "apply", {
    name: "variance scaling",
    why: "the normal distributions of Glorot, He and LeCun are cut at two standard deviations, without Keras's correction",
    wrap: (apply) =>
      function (...args) {
        if (this.distribution !== "normal") return apply.apply(this, args);
        const wider = Object.create(this, {
          scale: { value: this.scale / truncatedDeviation ** 2 },
        }) as Initializer;
        return apply.apply(wider, args);
      },
  });
}

/** `randomUniform({ minval: 0, maxval: 1 })` of TensorFlow.js takes 0 for "not given" and draws from -0.05. */
export function repairRandomUniform(): void {
  const reason = { name: "randomUniform's range", why: "it takes a 0 for not given" };
  const { randomUniform } = tf.initializers;
  type Range = Parameters<typeof randomUniform>[0];
  const withRange = <T extends object>(initializer: T, { minval = -0.05, maxval = 0.05 }: Range): T =>
    Object.assign(initializer, { minval, maxval });
  patch(tf.initializers, "randomUniform", {
    ...reason,
    replace: (range) => withRange(randomUniform(range), range),
  });
  replaceFromConfig(
    "RandomUniform",
    reason,
    (fromConfig) => (cls, config) => withRange(fromConfig(cls, config), config as Range),
  );
}

/**
 * The orthogonal initializer, which recurrent layers have by default, works in TensorFlow.js column by column, and warns
 * that it is slow from 2,000 weights on; native TensorFlow has the decomposition as one operation.
 */
export function repairOrthogonal(): void {
  patch(prototypeOf<Initializer & { gain: number; seed?: number }>("Orthogonal"), "apply", {
    name: "orthogonal",
    why: "it works column by column, where native TensorFlow has the decomposition as one operation",
    wrap: (apply) =>
      function (shape, dtype) {
        if (!runsNatively() || shape.length < 2) return apply.call(this, shape, dtype);
        return tf.tidy(() => {
          const columns = shape.at(-1)!;
          const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
          const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
          const random = tf.randomNormal([long, short], 0, 1, "float32", this.seed);
          const [q, r] = runNative("Qr", { T: "float32" }, [random], 2);
          // Without the signs the matrices would not be spread evenly.
          const signs = tf.sign(tf.sum(tf.mul(r!, tf.eye(short)), 0));
          const orthogonal = tf.mul(q!, signs);
          return tf.mul(tf.reshape(rows < columns ? tf.transpose(orthogonal) : orthogonal, shape), this.gain);
        });
      },
  });
}
