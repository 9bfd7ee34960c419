import type { Tensor } from "@tensorflow/tfjs-node";
import { runsNatively, runNative, tf } from "../../tfjs/native.js";

interface Initializer {
  apply(shape: number[], dtype?: "float32"): Tensor;
}

function initializerClass(name: string): unknown {
  return tf.serialization.SerializationMap.getMap().classNameMap[name]![0].prototype;
}

/** The standard deviation of a standard normal distribution that is cut at two. */
const truncatedDeviation = 0.87962566103423978;

/**
 * The normal distributions of Glorot, He and LeCun are cut at two standard deviations, which leaves 77 % of the variance.
 * Keras draws from a wider one in turn, TensorFlow.js does not, so its weights are too small.
 */
export function repairVarianceScaling(): void {
  const initializer = initializerClass("VarianceScaling") as Initializer & {
    distribution: string;
    scale: number;
  };
  const { apply } = initializer;
  initializer.apply = function (...args) {
    if (this.distribution !== "normal") return apply.apply(this, args);
    const wider = Object.create(this, {
      scale: { value: this.scale / truncatedDeviation ** 2 },
    }) as Initializer;
    return apply.apply(wider, args);
  };
}

/** `randomUniform({ minval: 0, maxval: 1 })` of TensorFlow.js takes 0 for "not given" and draws from -0.05. */
export function repairRandomUniform(): void {
  const { randomUniform } = tf.initializers;
  type Range = Parameters<typeof randomUniform>[0];
  const withRange = <T extends object>(initializer: T, { minval = -0.05, maxval = 0.05 }: Range): T =>
    Object.assign(initializer, { minval, maxval });
  Object.assign(tf.initializers, { randomUniform: (range: Range) => withRange(randomUniform(range), range) });

  const known = tf.serialization.SerializationMap.getMap().classNameMap["RandomUniform"]!;
  const [, fromConfig] = known;
  known[1] = (cls, config) => withRange(fromConfig(cls, config), config as unknown as Range);
}

/**
 * The orthogonal initializer, which recurrent layers have by default, works in TensorFlow.js column by column, and warns
 * that it is slow from 2,000 weights on; native TensorFlow has the decomposition as one operation.
 */
export function repairOrthogonal(): void {
  const initializer = initializerClass("Orthogonal") as Initializer & { gain: number; seed?: number };
  const { apply } = initializer;
  initializer.apply = function (shape, dtype) {
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
  };
}
