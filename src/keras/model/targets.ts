import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

interface CheckedModel {
  outputNames: string[];
  outputs: { shape: (number | null)[] }[];
  lossFunctions: { name: string }[];
}
type Targets = Tensor | Tensor[] | Record<string, Tensor>;

/** With class numbers for targets, the commonest mistake in lessons, the error says what to do, as Keras's does. */
function checkTargets(model: CheckedModel, targets: Targets): void {
  model.outputNames.forEach((name, i) => {
    const target =
      targets instanceof tf.Tensor ? targets : Array.isArray(targets) ? targets[i] : targets[name];
    const { shape } = model.outputs[i]!;
    const classes = shape.at(-1)!;
    // The names of functions have a number behind them in the bundle of TensorFlow.js.
    const isCategorical = model.lossFunctions[i]!.name.startsWith("categoricalCrossentropy");
    if (!target || !isCategorical || classes === 1) return;
    const isNumbers = target.rank === shape.length - 1 || target.shape.at(-1) === 1;
    if (!isNumbers) return;
    throw new Error(
      `Error when checking target: expected ${name} to have shape [${["*", ...shape.slice(1)].join()}] but got ` +
        `[${target.shape.join()}]. The loss 'categoricalCrossentropy' expects a column for each class, and these seem ` +
        `to be class numbers: convert with toCategorical(labels, ${classes}), or compile the model with the loss ` +
        `'sparseCategoricalCrossentropy', which expects class numbers.`,
    );
  });
}

/** Checks the targets of `fit` and `evaluate`, and those that a data set brings, which would broadcast silently. */
export function repairTargets(): void {
  const model = tf.LayersModel.prototype as unknown as {
    standardizeUserDataXY(this: CheckedModel, x: unknown, y: Targets, ...others: unknown[]): unknown;
    makeTrainFunction(this: CheckedModel & { inputs: unknown[] }): (data: Tensor[]) => Tensor[];
  };
  const { standardizeUserDataXY, makeTrainFunction } = model;
  model.standardizeUserDataXY = function (x, y, ...others) {
    if (this.lossFunctions) checkTargets(this, y);
    return standardizeUserDataXY.call(this, x, y, ...others);
  };
  model.makeTrainFunction = function () {
    const train = makeTrainFunction.call(this);
    return (data) => {
      checkTargets(this, data.slice(this.inputs.length, this.inputs.length + this.outputs.length));
      return train(data);
    };
  };
}
