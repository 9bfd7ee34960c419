import type { LayersModel } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

const owners = new WeakMap<LayersModel, LayersModel>();

/**
 * The model that the user fits. A sequential model fits another one that it keeps inside, and callbacks are shown that.
 */
export function fittedModel(model: LayersModel): LayersModel {
  return owners.get(model) ?? model;
}

/** Remembers which sequential model a fitted model belongs to. */
export function rememberSequential(): void {
  const sequential = tf.Sequential.prototype;
  const { fit, fitDataset } = sequential;
  const remember = (outer: LayersModel) => {
    const { model } = outer as unknown as { model?: LayersModel };
    if (model) owners.set(model, outer);
  };
  sequential.fit = function (...args) {
    remember(this);
    return fit.apply(this, args as never);
  };
  sequential.fitDataset = function <T>(...args: Parameters<typeof fitDataset<T>>) {
    remember(this);
    return fitDataset.apply(this, args);
  };
}
