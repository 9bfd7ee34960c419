import { core, tf } from "../native.js";
import { hostRandom } from "../random-state.js";

/** Fisher and Yates: shuffles several arrays of one length in the same way, in place. */
function shuffleTogether(...arrays: unknown[][]): void {
  for (let last = arrays[0]!.length - 1; last > 0; last--) {
    const chosen = Math.floor(hostRandom() * (last + 1));
    for (const array of arrays) [array[last], array[chosen]] = [array[chosen], array[last]];
  }
}

/**
 * `model.fit` and `tf.data` shuffle by `Math.random` and by the clock, which nothing can seed
 * (https://github.com/tensorflow/tfjs/issues/2219): they follow `setRandomSeed` here.
 */
export function repairShuffle(): void {
  const { shuffleCombo } = core.util;
  Object.assign(core.util, {
    shuffle: (array: unknown[]) => shuffleTogether(array),
    shuffleCombo: (array: unknown[], other: unknown[]) =>
      array.length === other.length ? shuffleTogether(array, other) : shuffleCombo(array, other),
  });

  const dataset = tf.data.Dataset.prototype;
  const { shuffle } = dataset;
  dataset.shuffle = function (bufferSize, seed, reshuffleEachIteration) {
    return shuffle.call(this, bufferSize, seed ?? String(hostRandom()), reshuffleEachIteration);
  };
}
