import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

type Standardized = [Tensor[], Tensor[], (Tensor | null)[] | null];
type Standardize = (
  x: unknown,
  y: unknown,
  sampleWeight?: Tensor | Tensor[] | null,
  ...others: unknown[]
) => Promise<Standardized>;

/**
 * `fit` of TensorFlow.js has an argument `sampleWeight`, and says that it is not supported yet
 * (https://github.com/tensorflow/tfjs/issues/25). Here it weighs the loss of each sample, `[samples]`, for a model with
 * several outputs in an array, and together with class weights, as in Keras.
 */
export function repairSampleWeights(): void {
  const model = tf.LayersModel.prototype as unknown as { standardizeUserData: Standardize };
  const { standardizeUserData } = model;
  model.standardizeUserData = async function (x, y, sampleWeight, ...others) {
    const [xs, ys, classWeights] = await standardizeUserData.call(this, x, y, null, ...others);
    if (sampleWeight == null) return [xs, ys, classWeights];
    const given = [sampleWeight].flat();
    const weights = ys.map((target, i) => {
      const own = given.length === 1 ? given[0]! : given[i]!;
      if (own.shape[0] !== target.shape[0]) {
        throw new Error(
          `sampleWeight has ${own.shape[0]} weights for ${target.shape[0]} samples. Give one for each.`,
        );
      }
      const byClass = classWeights?.[i];
      // fit disposes what it is given here.
      return byClass ? tf.tidy(() => tf.mul(own, byClass)) : own.clone();
    });
    tf.dispose(classWeights as Tensor[]);
    return [xs, ys, weights];
  };
}
