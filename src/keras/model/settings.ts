import type { LayersModel, layers, Optimizer } from "@tensorflow/tfjs-node";
import { hasUpdateRule } from "../optimizers/rule.js";

/** Numbers and switches of an object that a recorded step takes for constant. */
function settingsOf(object: object, except: string[] = []): [name: string, value: unknown][] {
  return Object.entries(object).filter(
    ([name, value]) =>
      (typeof value === "number" || typeof value === "boolean") &&
      !/^_|^id$/.test(name) &&
      !except.includes(name),
  );
}

/** The optimizer's settings that a recorded step takes for constant: all but those of `stepValuesOf`. */
export function optimizerSettingsOf(optimizer: Optimizer): [name: string, value: unknown][] {
  return settingsOf(optimizer, hasUpdateRule(optimizer) ? ["learningRate", "iterations_"] : ["iterations_"]);
}

interface LayerSettings {
  layer: layers.Layer;
  settings: [name: string, value: unknown][];
  /** For each weight. */
  trainable: boolean[];
}

const layerSettingsOf = (layer: layers.Layer): LayerSettings => ({
  layer,
  settings: settingsOf(layer),
  trainable: layer.weights.map((weight) => weight.trainable),
});

function isUnchanged({ layer, settings, trainable }: LayerSettings): boolean {
  const fields = layer as unknown as Record<string, unknown>;
  return (
    settings.every(([name, value]) => fields[name] === value) &&
    layer.weights.length === trainable.length &&
    layer.weights.every((weight, i) => weight.trainable === trainable[i])
  );
}

/**
 * What a model's step depends on besides its inputs: which weights are trained, and the layers' settings. A callback may
 * change them between two steps.
 */
export class ModelSettings {
  #layers: LayerSettings[] = [];
  #key = "";

  constructor(private readonly model: LayersModel) {}

  /** The settings as they are now. */
  get key(): string {
    if (this.#key === "" || !this.#layers.every(isUnchanged)) {
      this.#layers = this.model.layers.map(layerSettingsOf);
      const parts = this.#layers.map(({ layer, settings, trainable }) => [
        layer.name,
        settings,
        trainable.map(Number),
      ]);
      this.#key = JSON.stringify(parts);
    }
    return this.#key;
  }
}
