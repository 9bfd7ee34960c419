import type { Optimizer } from "@tensorflow/tfjs-node";
import {
  chooseByShape,
  namingKnown,
  resolveLosses,
  resolveMetrics,
  takeTargets,
} from "../losses/loss-names.js";
import { useLogits } from "../losses/crossentropy.js";
import { Loss } from "../losses/loss.js";
import { ModelMetrics, type Metrics } from "../metrics/model-metrics.js";
import { resolveOptimizer } from "../optimizers/optimizer-names.js";
import { checkNames } from "./argument-names.js";
import type { TrainedModel } from "./data.js";
import { stateOf } from "./state.js";

type LossWeights = number | number[] | Record<string, number>;

/** What `compile` takes of Keras's arguments. */
export interface CompileArguments {
  /** RMSprop if left out. */
  optimizer?: string | Optimizer | null;
  loss?: unknown;
  lossWeights?: LossWeights;
  metrics?: Metrics | null;
  weightedMetrics?: Metrics | null;
  runEagerly?: boolean;
}

/**
 * `compile` with all arguments of Keras. What Keras takes to run faster (`stepsPerExecution`, `jitCompile`) may stay: steps are
 * graphs, and many run at once, in any case. https://keras.io/api/models/model_training_apis/#compile-method
 *
 * @param basic TensorFlow.js's, which puts losses and metrics into the model
 */
export const compile = (basic: TrainedModel["compile"]) =>
  function (this: TrainedModel, args: CompileArguments): void {
    const { outputNames } = this;
    const { loss, lossWeights, metrics, weightedMetrics, runEagerly = false } = args;
    const optimizer = args.optimizer ?? "rmsprop";
    checkNames("compile", args);
    checkLoss(loss, outputNames);
    const weights = weightsOfLosses(lossWeights, outputNames);
    const measured = new ModelMetrics(metrics, weightedMetrics, outputNames);
    namingKnown(() =>
      basic.call(this, {
        optimizer: resolveOptimizer(optimizer),
        loss: resolveLosses(loss),
        metrics: resolveMetrics(measured.byOutput) as Metrics,
      }),
    );
    this.isOptimizerOwned = typeof optimizer === "string";
    takeTargets(this, loss);
    chooseByShape(this);
    measured.apply(this);
    useLogits(this);
    this.lossWeights = weights;
    stateOf(this).begin(measured, runEagerly);
    // What is saved with the model are the names.
    Object.assign(this, { loss, metrics, weightedMetrics });
  };

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
