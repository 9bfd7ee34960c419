import { core, tf } from "../native.js";
import { patch } from "../patch.js";
import { hostRandom } from "../random-state.js";

/** Fisher and Yates: shuffles several arrays of one length in the same way, in place. */
function shuffleTogether(...arrays: unknown[][]): void {
  for (let last = arrays[0]!.length - 1; last > 0; last--) {
    const chosen = Math.floor(hostRandom() * (last + 1));
    for (const array of arrays) [array[last], array[chosen]] = [array[chosen], array[last]];
  }
}

const reason = {
  name: "seeded shuffling",
  why: "model.fit and tf.data shuffle by Math.random and by the clock, which nothing can seed",
  upstream: "https://github.com/tensorflow/tfjs/issues/2219",
};

/** `model.fit` and `tf.data` shuffle by what `setRandomSeed` sets. */
export function repairShuffle(): void {
  patch(core.util, "shuffle", { ...reason, replace: (array) => shuffleTogether(array as unknown[]) });
  patch(core.util, "shuffleCombo", {
    ...reason,
    wrap: (shuffleCombo) => (array, other) =>
      array.length === other.length
        ? shuffleTogether(array as unknown[], other as unknown[])
        : shuffleCombo(array, other),
  });
  patch(tf.data.Dataset.prototype, "shuffle", {
    ...reason,
    wrap: (shuffle) =>
      function (bufferSize, seed, reshuffleEachIteration) {
        return shuffle.call(this, bufferSize, seed ?? String(hostRandom()), reshuffleEachIteration);
      },
  });
}
