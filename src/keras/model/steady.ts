import type { LayersModel } from "@tensorflow/tfjs-node";
import { Loss } from "../losses/loss.js";
import { Metric } from "../metrics/metric.js";
import { tf } from "../../tfjs/native.js";

const ownClasses = new Set<unknown>();

/** Takes the classes that are known so far for TensorFlow.js's own. */
export function rememberOwnClasses(): void {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  for (const [known] of Object.values(classNameMap)) ownClasses.add(known);
}

/**
 * Whether a model's step is known to make the same values in JavaScript each time, so that one recording tells all: no code
 * but TensorFlow.js's takes part in it, and no layer keeps states.
 */
export function isSteady(model: LayersModel): boolean {
  const { loss, metrics, weightedMetrics, optimizer, layers } = model as unknown as Record<string, unknown>;
  return isNamed(loss) && isNamed(metrics) && isNamed(weightedMetrics) && isOwn([layers, optimizer ?? []]);
}

/** Whether losses or metrics are given by name: not as functions, which may do anything. */
function isNamed(given: unknown): boolean {
  if (typeof given === "function") return false;
  if (given instanceof Metric || given instanceof Loss) return true;
  return typeof given !== "object" || given === null || Object.values(given).every(isNamed);
}

function isOwn(part: unknown): boolean {
  if (Array.isArray(part)) return part.every(isOwn);
  if (!(part instanceof tf.serialization.Serializable)) return true;
  if (!ownClasses.has(part.constructor)) return false;
  if (part instanceof tf.LayersModel) return isOwn(part.layers);
  const members = Object.values(part);
  // A method that somebody put in the place of the class's. Repairs do so with activations, too.
  const isChanged = part instanceof tf.layers.Layer && members.some((member) => typeof member === "function");
  return !isChanged && !("stateful" in part && part.stateful) && members.every(isOwn);
}
