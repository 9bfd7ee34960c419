import type { layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import type { Config } from "./base.js";

type Arguments = Record<string, unknown>;
type ClassMap = Record<string, [unknown, (cls: unknown, config: Arguments) => layers.Layer]>;
type Factories = Record<string, (args?: Arguments) => layers.Layer>;

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
  const classes = tf.serialization.SerializationMap.getMap().classNameMap as unknown as ClassMap;
  const [cls, fromConfig] = classes[className]!;
  classes[className] = [cls, (made, config) => extend((rest) => fromConfig(made, rest), config)];
  const all = tf.layers as unknown as Factories;
  for (const name of factories) {
    const make = all[name]!;
    all[name] = Object.defineProperty((args: Arguments = {}) => extend(make, args), "name", {
      value: make.name,
    });
  }
  const { prototype } = cls as { prototype: layers.Layer };
  const { getConfig } = prototype;
  prototype.getConfig = function (this: layers.Layer) {
    const own = this as unknown as Arguments;
    const chosen = keys.filter((key) => own[key] !== undefined && own[key] !== defaults[key]);
    return { ...getConfig.call(this), ...Object.fromEntries(chosen.map((key) => [key, own[key]])) } as Config;
  };
}
