import type { LayerVariable } from "@tensorflow/tfjs-node";
import { layerPrototype, type OpenLayer } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

/** Hears of each weight before it is made. */
type Expect = (layer: OpenLayer, name: string, shape: (number | null)[]) => void;

let construction: { expect: Expect; made: LayerVariable[] } | undefined;

/**
 * Runs `make` with layers whose weights are zeros, because their values are read next, and drawing orthogonal matrices is
 * slow. What a failing `make` has allocated is freed.
 */
export function withEmptyWeights<T>(expect: Expect, make: () => T): T {
  const before = construction;
  const made: LayerVariable[] = [];
  construction = { expect, made };
  try {
    return make();
  } catch (error) {
    for (const weight of made) weight.read().dispose();
    throw error;
  } finally {
    construction = before;
  }
}

/** Lets layers begin with weights of zeros. */
export function allowEmptyWeights(): void {
  patch(layerPrototype, "addWeight", {
    name: "empty weights",
    after: ["penalties of weights"],
    why: "weights that a file's take the place of are drawn at random first",
    wrap: (addWeight) =>
      function (name, shape, dtype, initializer, ...rest) {
        if (!construction) return addWeight.call(this, name, shape, dtype, initializer, ...rest);
        construction.expect(this, name, shape);
        const { made } = construction;
        // A name that is refused leaves the initial value behind, but for `tidy`, which spares variables.
        tf.tidy(() => {
          made.push(addWeight.call(this, name, shape, dtype, tf.initializers.zeros(), ...rest));
        });
        return made.at(-1)!;
      },
  });
}
