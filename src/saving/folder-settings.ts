import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { optionsOf } from "../keras/optimizers/options.js";
import { definitionOf } from "../keras/optimizers/schedule.js";
import { patch } from "../tfjs/patch.js";
import { compileFromConfig, compileToConfig } from "./compile-settings.js";
import { modelInternals } from "./internals.js";
import { optimizerToConfig } from "./optimizers.js";
import { isObject, type JsonObject } from "./json.js";

/** What TensorFlow.js's folders say of `compile`. */
interface TrainingConfig {
  /** The same as Keras's files have it, with all arguments. */
  keras?: JsonObject;
}

type SavedModel = Pick<Tf.LayersModel, "optimizer" | "loss" | "metrics"> & {
  getTrainingConfig(): TrainingConfig;
  loadTrainingConfig(config: TrainingConfig): void;
};

/** The model that one with its protected members open is. */
const whole = (model: SavedModel): Tf.LayersModel => model as unknown as Tf.LayersModel;

/** Lets TensorFlow.js's own format hold all that `compile` takes. What its own readers understand stays in it. */
export function keepCompileSettings(): void {
  const model = tf.LayersModel.prototype as unknown as SavedModel;
  const reason = {
    name: "compile settings in folders",
    why: "TensorFlow.js refuses losses with arguments, and forgets those of metrics and optimizers, schedules and weights of losses",
  };
  patch(model, "getTrainingConfig", {
    ...reason,
    wrap: (known) =>
      function () {
        const { learningRate } = optionsOf(this.optimizer);
        const isOwn = typeof learningRate === "function" && !definitionOf(learningRate);
        // Refused as in files: TensorFlow.js would write down the rate that it has now.
        if (isOwn) optimizerToConfig(whole(this).optimizer);
        // Other code is not saved: TensorFlow.js leaves it out, or says so.
        if (holds("function", this.loss) || holds("function", this.metrics)) return known.call(this);
        const keras = compileToConfig(whole(this))!;
        return holds("object", this.loss) || holds("object", this.metrics)
          ? { keras }
          : { ...known.call(this), keras };
      },
  });
  patch(model, "loadTrainingConfig", {
    ...reason,
    wrap: (known) =>
      function (config) {
        if (isObject(config.keras)) compileFromConfig(whole(this), config.keras, "model.json");
        else known.call(this, config);
        modelInternals(whole(this)).isOptimizerOwned = true;
      },
  });
}

/** Whether losses or metrics, one, several, or by output, have one of this type; those of `losses.*` are objects. */
function holds(type: "function" | "object", given: unknown): boolean {
  if (typeof given !== "object" || given === null || "className" in given) return typeof given === type;
  return Object.values(given).some((one) => holds(type, one));
}
