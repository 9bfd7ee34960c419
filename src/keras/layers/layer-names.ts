import type { layers as Layers } from "@tensorflow/tfjs-node";
import { layers, tf } from "../../tfjs/native.js";

type Settings = { name?: string } | undefined;
type Make = (settings?: Settings, ...others: unknown[]) => Layers.Layer;
type FromConfig = (cls: unknown, config: Settings, ...others: unknown[]) => unknown;

const counts = new Map<string, number>();
/** Names that somebody chose, or a file brought. */
const chosen = new Set<string>();

/** `dense`, then `dense_1`, `dense_2`, … */
function nextName(base: string): string {
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  const name = count === 0 ? base : `${base}_${count}`;
  return chosen.has(name) ? nextName(base) : name;
}

function remember(settings: Settings): boolean {
  if (settings?.name == null) return false;
  chosen.add(settings.name);
  return true;
}

/**
 * Layers and models without a name get Keras's, `dense_1`, where TensorFlow.js calls them `dense_Dense2`. Unlike Keras's
 * they never meet a name that is given, so that a layer can be put on a model from a file.
 */
export function repairLayerNames(): void {
  const factories = tf.layers as unknown as Record<string, Make>;
  for (const [key, make] of Object.entries(factories)) {
    const isClass = key[0] !== key[0]!.toLowerCase();
    if (typeof make === "function" && !isClass && !key.startsWith("input")) factories[key] = naming(make);
  }
  factories["input"] = named(factories["input"]!, "input_layer");
  factories["inputLayer"] = named(factories["inputLayer"]!, "input_layer");

  const makers = layers as unknown as Record<"input" | "model" | "sequential", Make>;
  makers.input = factories["input"];
  makers.model = named(makers.model, "functional");
  makers.sequential = named(makers.sequential, "sequential");

  const classes = tf.serialization.SerializationMap.getMap().classNameMap as unknown as Record<
    string,
    [unknown, FromConfig]
  >;
  for (const registered of Object.values(classes)) {
    const [, fromConfig] = registered;
    registered[1] = (cls, config, ...others) => {
      remember(config);
      return fromConfig(cls, config, ...others);
    };
  }
}

/** Makes layers, and names them by their class. */
function naming(make: Make): Make {
  const makeNamed: Make = (settings, ...others) => {
    const layer = make(settings, ...others);
    if (remember(settings)) return layer;
    const number = new RegExp(`_${layer.getClassName()}\\d+$`);
    layer.name = nextName(layer.name.replace(number, ""));
    return layer;
  };
  return Object.defineProperty(makeNamed, "name", { value: make.name });
}

function named(make: Make, base: string): Make {
  return (settings, ...others) => {
    const name = remember(settings) ? settings!.name! : nextName(base);
    return make({ ...settings, name }, ...others);
  };
}
