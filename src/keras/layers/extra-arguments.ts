import type { layers } from "@tensorflow/tfjs-node";
import { layerFactories, prototypeOf } from "../../tfjs/internals.js";
import { patch } from "../../tfjs/patch.js";
import { replaceFromConfig } from "../../tfjs/registries.js";
import type { Config } from "./base.js";

type Arguments = Record<string, unknown>;

/**
 * Lets a layer of TensorFlow.js take arguments that its constructor ignores or refuses: they become its properties and, where
 * they are not at their defaults, are saved with it.
 *
 * @param className the layer's class
 * @param factories the functions of `tf.layers` that make it
 * @param defaults the arguments, and what they are when left out
 */
export function addArguments(className: string, factories: string[], defaults: Arguments): void {
  const keys = Object.keys(defaults);
  const extend = (make: (args: Arguments) => layers.Layer, args: Arguments): layers.Layer => {
    const known = Object.entries(args).filter(([key]) => !keys.includes(key));
    const given = keys.map((key) => [key, args[key] ?? defaults[key]]);
    return Object.assign(make(Object.fromEntries(known)), Object.fromEntries(given));
  };
  const reason = { name: "arguments of Keras", why: "the layer's constructor ignores or refuses them" };
  replaceFromConfig(
    className,
    reason,
    (fromConfig) => (cls, config) => extend((rest) => fromConfig(cls, rest as never) as layers.Layer, config),
  );
  for (const name of factories) {
    patch(layerFactories, name, {
      ...reason,
      wrap:
        (make) =>
        (args = {}) =>
          extend(make, args as Arguments),
    });
  }
  patch(prototypeOf<layers.Layer>(className), "getConfig", {
    ...reason,
    wrap: (getConfig) =>
      function () {
        const own = this as layers.Layer & Arguments;
        const chosen = keys.filter((key) => own[key] !== undefined && own[key] !== defaults[key]);
        return {
          ...getConfig.call(this),
          ...Object.fromEntries(chosen.map((key) => [key, own[key]])),
        } as Config;
      },
  });
}
