import type { layers } from "@tensorflow/tfjs-node";
import { classMap, layerFactories, prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { replaceFromConfig } from "../../tfjs/registries.js";
import type { Config } from "./base.js";

type Recurrent = layers.Layer &
  Record<"goBackwards" | "returnSequences" | "returnState" | "stateful", boolean>;
interface Bidirectional extends layers.Layer {
  forwardLayer: Recurrent;
  backwardLayer: Recurrent;
  hasOwnBackwardLayer?: true;
}

const reason = {
  name: "own backward layers",
  why: "both directions have the same layer",
  after: ["activity regularizers"],
};

/**
 * Lets Bidirectional have a `backwardLayer` of its own, as in Keras: https://keras.io/api/layers/recurrent_layers/bidirectional/
 *
 * @throws Error if it runs in the same direction, or gives something else than the other
 */
export function takeBackwardLayers(): void {
  patch(layerFactories, "bidirectional", {
    ...reason,
    wrap:
      (make) =>
      (settings = {}) =>
        withBackwardLayer(make(settings) as Bidirectional, settings),
  });
  replaceFromConfig("Bidirectional", reason, (fromConfig) => (cls, config) => {
    const { backwardLayer } = config;
    return withBackwardLayer(fromConfig(cls, config) as Bidirectional, { backwardLayer });
  });
  patch(prototypeOf<Bidirectional>("Bidirectional"), "getConfig", {
    ...reason,
    wrap: (getConfig) =>
      function () {
        const { backwardLayer, hasOwnBackwardLayer } = this;
        const config = getConfig.call(this);
        if (!hasOwnBackwardLayer) return config;
        const described = { className: backwardLayer.getClassName(), config: backwardLayer.getConfig() };
        return { ...config, backwardLayer: described };
      },
  });
}

interface Described {
  className: string;
  config: Config;
}

/** @param given with a layer, or what a configuration says of one */
function withBackwardLayer(
  bidirectional: Bidirectional,
  { backwardLayer: given }: { backwardLayer?: unknown },
): Bidirectional {
  if (given == null) return bidirectional;
  const backwardLayer = given instanceof tf.layers.Layer ? (given as Recurrent) : made(given as Described);
  const { forwardLayer } = bidirectional;
  if (forwardLayer.goBackwards === backwardLayer.goBackwards) {
    throw new Error(
      `The layer and the backwardLayer of ${JSON.stringify(bidirectional.name)} both have goBackwards ${backwardLayer.goBackwards}. ` +
        "Expected true for the backwardLayer. Make it with { goBackwards: true }.",
    );
  }
  for (const key of ["stateful", "returnSequences", "returnState"] as const) {
    if (forwardLayer[key] === backwardLayer[key]) continue;
    throw new Error(
      `The layer of ${JSON.stringify(bidirectional.name)} has ${key} ${forwardLayer[key]}, its backwardLayer ${backwardLayer[key]}. ` +
        "Expected the same in both.",
    );
  }
  return Object.assign(bidirectional, { backwardLayer, hasOwnBackwardLayer: true as const });
}

function made({ className, config }: Described): Recurrent {
  const [cls, fromConfig] = classMap()[className]!;
  return fromConfig(cls, config) as Recurrent;
}
