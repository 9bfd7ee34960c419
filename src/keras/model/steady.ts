import { hasForeignLoss } from "../layers/regularizers.js";
import { withParts } from "../layers/trainable.js";
import { Loss } from "../losses/loss.js";
import { Metric } from "../metrics/metric.js";
import type { OpenModel } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { isOwnClass } from "../../tfjs/registries.js";

/**
 * Whether a model's step is known to make the same values in JavaScript each time, so that one recording tells all: no code
 * but TensorFlow.js's takes part in it, and no layer keeps states.
 */
export function isSteady(model: OpenModel): boolean {
  return !isForeign(model) && !model.layers.flatMap(withParts).some((layer) => layer.stateful);
}

/** Whether code of the user's takes part in a model's step: a loss, a metric, a layer, an optimizer, or what they hold. */
export function isForeign(model: OpenModel): boolean {
  const { loss, metrics, weightedMetrics, optimizer, layers } = model;
  return ![loss, metrics, weightedMetrics].every(isNamed) || !isOwn([layers, optimizer ?? []]);
}

/** Whether losses or metrics are given by name: not as functions, which may do anything. */
function isNamed(given: unknown): boolean {
  if (typeof given === "function") return isOwnFunction(given);
  if (given instanceof Metric || given instanceof Loss) return true;
  return typeof given !== "object" || given === null || Object.values(given).every(isNamed);
}

const isOwnFunction = (given: unknown): boolean =>
  [...Object.values(tf.losses), ...Object.values(tf.metrics)].some((known) => known === given);

function isOwn(part: unknown): boolean {
  if (Array.isArray(part)) return part.every(isOwn);
  if (!(part instanceof tf.serialization.Serializable)) return true;
  if (!isOwnClass(part.constructor)) return false;
  if (part instanceof tf.LayersModel) return isOwn(part.layers);
  const members = Object.values(part);
  // A method that somebody put in the place of the class's. Repairs do so with activations, too.
  const isChanged =
    part instanceof tf.layers.Layer &&
    (members.some((member) => typeof member === "function") || hasForeignLoss(part));
  return !isChanged && members.every(isOwn);
}
