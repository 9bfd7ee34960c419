import type {
  History,
  LayerVariable,
  LayersModel,
  ModelCompileArgs,
  Optimizer,
  Tensor,
  Tensor1D,
  Variable,
} from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { CompiledStep, type SignatureReport } from "../../graphs/compiled-step.js";
import { makeSlots } from "../optimizers/rule.js";
import { explainMinimize } from "../../graphs/minimize.js";
import { resetMetrics } from "../metrics/install.js";
import { fitInSteps, type FitLoopArguments } from "./fit-loop.js";
import { PacedSteps, type RunSteps } from "../../graphs/paced-steps.js";
import { isForeign, isSteady, rememberOwnClasses } from "./steady.js";
import { ModelSettings, optimizerSettingsOf } from "./settings.js";

/** Inputs, targets and, where given, sample weights of a batch; to losses, metrics. */
type StepFunction = (data: (Tensor | null)[]) => Tensor[];

/** A model with the members that its type hides. */
interface OpenModel extends Omit<
  LayersModel,
  "fitLoop" | "testLoop" | "predictLoop" | "makeTrainFunction" | "testFunction"
> {
  testFunction: StepFunction;
  makeTrainFunction(): StepFunction;
  makeTestFunction(): void;
  fitLoop(step: StepFunction, data: (Tensor | null)[], ...others: FitLoopArguments): Promise<History>;
  testLoop(step: StepFunction, data: (Tensor | null)[], batchSize?: number): Tensor[];
  predictLoop(inputs: Tensor | Tensor[], batchSize?: number, verbose?: boolean): Tensor | Tensor[];
  collectedTrainableWeights: LayerVariable[];
  checkNumSamples(inputs: Tensor | Tensor[]): number;
}

/** The compiled steps of one model. */
class ModelPrograms {
  readonly #kind = {
    isSteady: () => isSteady(this.model),
    isForeign: () => isForeign(this.model),
    isEager: () => this.runEagerly,
  };
  /** A step that picks its batch out of the whole data. */
  readonly fit = new CompiledStep({ ...this.#kind, repeated: true });
  /** A step on a given batch. */
  readonly train = new CompiledStep(this.#kind);
  readonly evaluate = new CompiledStep({ ...this.#kind, repeated: true });
  readonly test = new CompiledStep(this.#kind);
  readonly predict = new CompiledStep(this.#kind);
  readonly settings: ModelSettings;
  runEagerly = false;
  #optimizer: Optimizer | undefined;

  constructor(private readonly model: LayersModel) {
    this.settings = new ModelSettings(model);
  }

  /** Forgets the training steps if they were recorded with another optimizer than the model's. */
  expectOptimizer({ optimizer, collectedTrainableWeights: weights }: OpenModel): void {
    if (optimizer === this.#optimizer) return;
    this.fit.dispose();
    this.train.dispose();
    this.#optimizer = optimizer;
    // What a step makes anew cannot be recorded.
    makeSlots(
      optimizer,
      weights.map((weight) => weight.read() as Variable),
    );
  }

  dispose(): void {
    for (const step of [this.fit, this.train, this.evaluate, this.test, this.predict]) step.dispose();
  }
}

const programs = new WeakMap<object, ModelPrograms>();

/** The programs of a model; a Sequential leaves all work to a model inside of it. */
function programsOf(outer: object): ModelPrograms {
  const model = (outer as { model?: LayersModel }).model ?? (outer as LayersModel);
  let found = programs.get(model);
  if (!found) {
    found = new ModelPrograms(model);
    programs.set(model, found);
  }
  return found;
}

const optimizerContextOf = (optimizer: Optimizer): string => JSON.stringify(optimizerSettingsOf(optimizer));

/** Data that may have gaps (nulls for sample weights that are not given) as a list of tensors, and a step that takes it. */
function withoutGaps(
  step: StepFunction,
  data: (Tensor | null)[],
): { tensors: Tensor[]; given: string; spread: (tensors: Tensor[]) => Tensor[] } {
  const given = data.map((tensor) => tensor !== null);
  const spread = (tensors: Tensor[]) => {
    const next = tensors.values();
    return step(given.map((one) => (one ? next.next().value! : null)));
  };
  return { tensors: data.filter((tensor) => tensor !== null), given: given.join(), spread };
}

/** A step that picks its batch out of the whole data, by the row numbers that come first. */
const pickRows =
  (step: (batch: Tensor[]) => Tensor[]) =>
  ([rows, ...whole]: Tensor[]): Tensor[] =>
    tf.tidy(() => step(whole.map((tensor) => tf.gather(tensor, rows as Tensor1D))));

let enabled = false;

/**
 * Makes `fit`, `fitDataset`, `trainOnBatch`, `evaluate` and `predict` of all models run as recorded TensorFlow graphs.
 * What they compute stays the same. `model.compile({ ..., runEagerly: true })` leaves one model out.
 */
export function useCompiledTraining(): void {
  if (enabled) return;
  enabled = true;
  rememberOwnClasses();
  const prototype = tf.LayersModel.prototype as unknown as OpenModel;
  const { compile, dispose, makeTrainFunction, makeTestFunction, predictLoop } = prototype;

  prototype.compile = function (this: OpenModel, args: ModelCompileArgs & { runEagerly?: boolean }) {
    programsOf(this).dispose();
    programsOf(this).runEagerly = args.runEagerly ?? false;
    compile.call(this, args);
  };

  // It compiles a new model inside of it each time.
  const sequential = tf.Sequential.prototype;
  const { compile: compileSequential } = sequential;
  sequential.compile = function (args) {
    programsOf(this).dispose();
    compileSequential.call(this, args);
  };

  prototype.dispose = function (this: OpenModel) {
    programsOf(this).dispose();
    return dispose.call(this);
  };

  prototype.makeTrainFunction = function (this: OpenModel) {
    const step = makeTrainFunction.call(this);
    const compiled = programsOf(this);
    return (data) => {
      compiled.expectOptimizer(this);
      const { tensors, given, spread } = withoutGaps(step, data);
      return compiled.train.run(
        spread,
        tensors,
        given + optimizerContextOf(this.optimizer) + compiled.settings.key,
      );
    };
  };

  prototype.fitLoop = async function (this: OpenModel, step, data, ...others) {
    const compiled = programsOf(this);
    const { tensors, given, spread } = withoutGaps(step, data);
    const runSteps: RunSteps = (steps, batchSize) => {
      compiled.expectOptimizer(this);
      const key = given + optimizerContextOf(this.optimizer) + compiled.settings.key;
      return compiled.fit.runSteps(pickRows(spread), tensors, steps, batchSize, key);
    };
    return fitInSteps(this, runSteps, tensors[0]!.shape[0], ...others);
  };

  prototype.testLoop = function (this: OpenModel, step, data, batchSize = 32) {
    resetMetrics(this);
    const compiled = programsOf(this);
    const { tensors, given, spread } = withoutGaps(step, data);
    const paced = new PacedSteps((steps, size) =>
      compiled.evaluate.runSteps(pickRows(spread), tensors, steps, size, given + compiled.settings.key),
    );
    const samples = tensors[0]!.shape[0];
    const totals: number[] = [];
    const rows = tf.range(0, samples, 1, "int32");
    for (let first = 0; first < samples;) {
      const size = Math.min(batchSize, samples - first);
      const results = paced.run(rows, first, size, Math.floor((samples - first) / size));
      for (const values of results)
        values.forEach((value, i) => (totals[i] = (totals[i] ?? 0) + value * size));
      first += results.length * size;
    }
    rows.dispose();
    return totals.map((total) => tf.scalar(total / samples));
  };

  prototype.makeTestFunction = function (this: OpenModel) {
    makeTestFunction.call(this);
    const step = this.testFunction;
    const compiled = programsOf(this);
    this.testFunction = (data) => compiled.test.run(step, data as Tensor[], compiled.settings.key);
  };

  prototype.predictLoop = function (this: OpenModel, inputs, batchSize = 32, verbose = false) {
    const compiled = programsOf(this);
    if (verbose) return predictLoop.call(this, inputs, batchSize, verbose);
    const step = (batch: Tensor[]) => [predictLoop.call(this, batch, batch[0]!.shape[0], verbose)].flat();
    return tf.tidy(() => {
      const list = [inputs].flat();
      const samples = this.checkNumSamples(inputs);
      const batches: Tensor[][] = [];
      for (let start = 0; start < samples; start += batchSize) {
        const size = Math.min(batchSize, samples - start);
        const batch = size === samples ? list : list.map((input) => tf.slice(input, start, size));
        batches.push(compiled.predict.run(step, batch, compiled.settings.key));
      }
      const outputs = batches[0]!.map((_, i) => tf.concat(batches.map((batch) => batch[i]!)));
      return outputs.length === 1 ? outputs[0]! : outputs;
    });
  };
}

/** What became of a model's training, testing and predicting steps. */
export interface ModelReport {
  train: SignatureReport[];
  test: SignatureReport[];
  predict: SignatureReport[];
}

/**
 * Tells which steps run as compiled graphs, which run eagerly, and why.
 *
 * @param trained a model, or an optimizer whose `minimize` is called
 * @example
 * explain(model).train[0]?.state; // "compiled"
 * explain(optimizer)[0]?.state;
 */
export function explain(trained: LayersModel): ModelReport;
export function explain(trained: Optimizer): SignatureReport[];
export function explain(trained: LayersModel | Optimizer): ModelReport | SignatureReport[] {
  if (!("predict" in trained)) return explainMinimize(trained);
  const compiled = programsOf(trained);
  return {
    train: [...compiled.fit.report(), ...compiled.train.report()],
    test: [...compiled.evaluate.report(), ...compiled.test.report()],
    predict: compiled.predict.report(),
  };
}
