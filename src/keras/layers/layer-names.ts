import { classMap, layerFactories, modelFactories, type MakeLayer } from "../../tfjs/internals.js";
import { patch } from "../../tfjs/patch.js";
import { replaceFromConfig } from "../../tfjs/registries.js";

type Settings = { name?: string } | undefined;

const counts = new Map<string, number>();
/** Names that somebody chose, or a file brought. */
const chosen = new Set<string>();

/** Counts anew, as if there were no layers yet. */
export function resetLayerNames(): void {
  counts.clear();
  chosen.clear();
}

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

const reason = {
  name: "Keras's names",
  why: "layers without a name are called dense_Dense2, where Keras calls them dense_1",
  after: ["classes of Keras", "Keras's defaults"],
};

/**
 * Layers and models without a name get Keras's, `dense_1`, where TensorFlow.js calls them `dense_Dense2`. Unlike Keras's
 * they never meet a name that is given, so that a layer can be put on a model from a file.
 */
export function repairLayerNames(): void {
  for (const [key, make] of Object.entries(layerFactories)) {
    const isClass = key[0] !== key[0]!.toLowerCase();
    if (typeof make === "function" && !isClass && !key.startsWith("input"))
      patch(layerFactories, key, { ...reason, wrap: naming });
  }
  for (const key of ["input", "inputLayer"])
    patch(layerFactories, key, { ...reason, wrap: named("input_layer") });
  patch(modelFactories, "input", { ...reason, wrap: () => layerFactories["input"]! });
  patch(modelFactories, "model", { ...reason, wrap: named("functional") });
  patch(modelFactories, "sequential", { ...reason, wrap: named("sequential") });

  for (const className of Object.keys(classMap())) {
    replaceFromConfig(className, reason, (fromConfig) => (cls, config, ...others) => {
      remember(config);
      return fromConfig(cls, config, ...others);
    });
  }
}

/** Makes layers, and names them by their class. */
function naming(make: MakeLayer): MakeLayer {
  return (settings: Settings, ...others) => {
    const layer = make(settings, ...others);
    if (remember(settings)) return layer;
    const number = new RegExp(`_${layer.getClassName()}\\d+$`);
    layer.name = nextName(layer.name.replace(number, ""));
    return layer;
  };
}

const named =
  (base: string) =>
  (make: MakeLayer): MakeLayer =>
  (settings: Settings, ...others) => {
    const name = remember(settings) ? settings!.name! : nextName(base);
    return make({ ...settings, name }, ...others);
  };
