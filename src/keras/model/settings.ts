import type { LayerVariable } from "@tensorflow/tfjs-node";
import type { OpenLayer, OpenModel } from "../../tfjs/internals.js";
import { withParts } from "../layers/trainable.js";
import type { Settings } from "../../graphs/index.js";
import { settingsOf } from "../optimizers/rule.js";

interface LayerSettings {
  layer: OpenLayer;
  settings: Settings;
}

const layerSettingsOf = (layer: OpenLayer): LayerSettings => ({ layer, settings: settingsOf(layer) });

function isUnchanged({ layer, settings }: LayerSettings): boolean {
  const fields = layer as unknown as Record<string, unknown>;
  return settings.every(([name, value]) => fields[name] === value);
}

/**
 * What a model's step depends on besides its inputs: which weights are trained, and the settings of its layers and of those
 * inside of them. A callback may change them between two steps.
 */
export class ModelSettings {
  #layers: LayerSettings[] = [];
  #weights: { weight: LayerVariable; trainable: boolean }[] = [];
  #key = "";

  constructor(private readonly model: Pick<OpenModel, "layers" | "weights">) {}

  /** The settings as they are now. */
  get key(): string {
    if (this.#key !== "" && this.#isUnchanged()) return this.#key;
    this.#layers = this.model.layers.flatMap(withParts).map(layerSettingsOf);
    this.#weights = this.model.weights.map((weight) => ({ weight, trainable: weight.trainable }));
    const layers = this.#layers.map(({ layer, settings }) => [layer.name, settings]);
    const trainable = this.#weights.map((one) => Number(one.trainable));
    this.#key = JSON.stringify([layers, trainable]);
    return this.#key;
  }

  #isUnchanged(): boolean {
    return (
      this.#layers.every(isUnchanged) &&
      this.#weights.every(({ weight, trainable }) => weight.trainable === trainable)
    );
  }
}
