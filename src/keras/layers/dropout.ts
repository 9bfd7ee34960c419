import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf, withGradient } from "../../tfjs/internals.js";
import { core, runNative, runsNatively, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { hostRandom, SeedSequence } from "../../tfjs/random-state.js";
import { hasOwnOperation } from "../../tfjs/own-operations.js";
import { seedTensor, withSeeds } from "../../tfjs/repairs/random.js";

type Layer = layers.Layer;
type DropoutLayer = Layer & { seed?: number };

const operation = "ManabiDropout";

/**
 * `x` with each element set to 0 at a chance of `rate`, and the others divided by `1 - rate`, in one pass over memory: our
 * own operation (native/training-operations.cc).
 *
 * @param seed int32 `[2]`; the same seed drops the same elements
 */
export function dropElements(x: Tensor, rate: number, seed: Tensor): Tensor {
  return withGradient(([given]: [Tensor], save) => {
    save([seed]);
    const [value] = runNative(operation, { rate }, [given, seed], 1);
    return { value: value!, gradFunc: (dy, [saved]) => dropElements(dy, rate, saved!) };
  })(x);
}

const reason = {
  name: "dropout",
  why: "masks are drawn number by number in JavaScript, and a layer with a seed gets the same mask in every step",
};

/**
 * TensorFlow.js draws a dropout mask number by number in JavaScript, and a layer with a seed gets the same mask in every
 * step. As in Keras, TensorFlow draws the mask, and a seeded layer has a
 * sequence of masks of its own, which begins anew with each new layer of that seed.
 */
export function repairDropout(): void {
  const original = core.dropout;
  const dropout: typeof original = (x, rate, noiseShape, seed) => {
    const input = x instanceof tf.Tensor ? x : tf.tensor(x);
    if (!runsNatively() || input.dtype !== "float32" || !(rate > 0 && rate < 1)) {
      return original(input, rate, noiseShape, seed ?? hostRandom());
    }
    return tf.tidy(() => {
      // A noise shape may leave sizes out: [null, 1, null] drops whole columns.
      const sameRank = (noiseShape ?? input.shape).length === input.rank;
      const shape = sameRank ? input.shape.map((size, axis) => noiseShape?.[axis] ?? size) : noiseShape!;
      if (!hasOwnOperation(operation)) {
        const kept = tf.greaterEqual(tf.randomUniform(shape, 0, 1, "float32", seed), rate);
        return tf.mul(input, tf.mul(tf.cast(kept, "float32"), 1 / (1 - rate)));
      }
      const key = seedTensor(seed);
      return tf.util.arraysEqual(shape, input.shape)
        ? dropElements(input, rate, key)
        : tf.mul(input, dropElements(tf.ones(shape), rate, key));
    });
  };
  patch(core, "dropout", { ...reason, replace: dropout });

  const sequences = new WeakMap<Layer, SeedSequence>();
  const layer = prototypeOf<DropoutLayer>("Dropout");
  patch(layer, "call", {
    ...reason,
    wrap: (call) =>
      function (...args) {
        const { seed } = this;
        if (seed == null) return call.apply(this, args);
        const sequence = sequences.get(this) ?? new SeedSequence(() => seed | 0);
        sequences.set(this, sequence);
        return withSeeds(sequence, () => call.apply(this, args));
      },
  });
  patch(layer, "dispose", {
    ...reason,
    wrap: (dispose) =>
      function () {
        const result = dispose.call(this);
        if (result.refCountAfterDispose === 0) sequences.get(this)?.dispose();
        return result;
      },
  });
}
