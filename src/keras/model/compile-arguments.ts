import type { LayersModel, ModelCompileArgs } from "@tensorflow/tfjs-node";
import { Loss } from "../losses/loss.js";
import { tf } from "../../tfjs/native.js";
import { checkNames } from "./argument-names.js";

type LossWeights = number | number[] | Record<string, number>;
type CompileArguments = Partial<ModelCompileArgs> & { lossWeights?: LossWeights };

interface CompiledModel extends Omit<LayersModel, "compile"> {
  lossWeights: number[] | undefined;
  compile(args: CompileArguments): void;
}

/**
 * Arguments of Keras's `compile` that TensorFlow.js lacks: `lossWeights`, and RMSprop as the optimizer if none is given. What
 * Keras takes to run faster (`stepsPerExecution`, `jitCompile`) may stay: steps are graphs, and many run at once, in any case.
 * https://keras.io/api/models/model_training_apis/#compile-method
 */
export function takeCompileArguments(): void {
  const model = tf.LayersModel.prototype as unknown as CompiledModel;
  const { compile } = model;
  model.compile = function (args) {
    checkNames("compile", args);
    checkLoss(args.loss, this.outputNames);
    const lossWeights = weightsOfLosses(args.lossWeights, this.outputNames);
    compile.call(this, { ...args, optimizer: args.optimizer ?? "rmsprop" });
    this.lossWeights = lossWeights;
  };
}

function checkLoss(loss: unknown, outputNames: string[]): void {
  const isByName =
    typeof loss === "object" && loss !== null && !Array.isArray(loss) && !(loss instanceof Loss);
  // TensorFlow.js says which names there are.
  if (isByName && !Object.keys(loss).every((name) => outputNames.includes(name))) return;
  const missing = isByName ? outputNames.filter((name) => !(loss as Record<string, unknown>)[name]) : [];
  if (loss != null && missing.length === 0) return;
  throw new TypeError(
    `compile: there is no loss${missing.length > 0 ? ` for ${missing.join(" and ")}` : ""}. ` +
      'Give one, such as loss: "categoricalCrossentropy" or "meanSquaredError", for each output by name if there are several.',
  );
}

/** The weight of each output's loss. */
function weightsOfLosses(given: LossWeights | undefined, outputNames: string[]): number[] | undefined {
  if (given == null) return undefined;
  const weights = Array.isArray(given)
    ? given
    : typeof given === "number"
      ? [given]
      : outputNames.map((name) => given[name] ?? Number.NaN);
  if (weights.length === outputNames.length && weights.every(Number.isFinite)) return weights;
  throw new RangeError(
    `compile: lossWeights is ${JSON.stringify(given).slice(0, 80)}. Expected a number for each of the outputs ${outputNames.join(", ")}, ` +
      "in an array or by name.",
  );
}
