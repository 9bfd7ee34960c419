import { freePrograms } from "../graphs/index.js";
import { forgetRandomSeed } from "../tfjs/random-state.js";
import { resetLayerNames } from "./layers/layer-names.js";

/**
 * Begins anew: names of layers and models count from the first again, the seed of `setRandomSeed` is forgotten, and all compiled
 * programs are freed with their sessions. As Keras's `clear_session` (https://keras.io/api/utils/config_utils/#clear_session-function).
 *
 * Models that are still there keep their weights and can be used further; what they need is recorded again. `model.dispose()`
 * frees weights, `tf.disposeVariables()` those of all models; `memory()` says what there is.
 *
 * @example
 * for (const units of [16, 32, 64]) {
 *   clearSession();
 *   const model = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [4] })] }); // its layer is "dense" each time
 *   model.dispose();
 * }
 */
export function clearSession(): void {
  freePrograms();
  forgetRandomSeed();
  resetLayerNames();
}
