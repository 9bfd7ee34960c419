import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { patch } from "../tfjs/patch.js";
import { reject } from "./errors.js";
import { isModel, isOwnClass } from "./internals.js";

type Named = { originalName: string };
/** Methods of models, of which the second is protected. */
type Methods = Record<"loadWeights" | "getNamedWeights", (...args: unknown[]) => unknown>;

/** Lets TensorFlow.js's own format hold layers that have several weights of one name. */
export function countEqualNames(): void {
  for (const method of ["loadWeights", "getNamedWeights"] as const) {
    patch(tf.LayersModel.prototype as unknown as Methods, method, {
      name: "numbers for equal names",
      why: "weights are found by name, and a layer that makes two dense layers in its build has two called kernel: it was saved, and could not be loaded",
      wrap: (before) =>
        function (...args) {
          makeNamesUnique(this as unknown as Tf.LayersModel);
          return before.apply(this, args);
        },
    });
  }
}

function makeNamesUnique(model: Tf.LayersModel): void {
  const used = new Set<string>();
  for (const weight of new Set(model.layers.flatMap((layer) => layer.weights))) {
    const name = unusedName(weight.originalName, used);
    if (name !== weight.originalName) (weight as Named).originalName = name;
    used.add(name);
  }
}

/** `name`, or the first of `name_1`, `name_2`, ... that is not used. */
export function unusedName(name: string, used: { has: (name: string) => boolean }): string {
  let candidate = name;
  for (let count = 1; used.has(candidate); count++) candidate = `${name}_${count}`;
  return candidate;
}

/** Refuses layers of one's own whose inner layers have weights that they do not hand on: no file would hold them. */
export function checkInnerWeights(model: Tf.LayersModel): void {
  for (const layer of model.layers) {
    if (isModel(layer)) checkInnerWeights(layer);
    if (!isOwnClass(layer.getClassName())) continue;
    const own = new Set(layer.weights);
    for (const [key, inner] of Object.entries(layer).flatMap(([name, value]) =>
      [value].flat().map((one: unknown) => [name, one] as const),
    )) {
      if (!(inner instanceof tf.layers.Layer) || inner.weights.every((weight) => own.has(weight))) continue;
      reject(
        `Layer ${JSON.stringify(layer.name)} (${layer.getClassName()}) has a layer in its property ${key} whose weights are not among its own`,
        "all weights of a layer in its trainableWeights, else they are neither trained nor saved",
        `In build, after ${key} is built: this._trainableWeights.push(...this.${key}.trainableWeights).`,
      );
    }
  }
}
