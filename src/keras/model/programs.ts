import type { Optimizer, Tensor, Tensor1D } from "@tensorflow/tfjs-node";
import { CompiledStep, type RunSteps, type SignatureReport } from "../../graphs/index.js";
import type { OpenModel } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { constantSettingsOf, makeSlots } from "../optimizers/rule.js";
import { ModelSettings } from "./settings.js";
import { expectUndisposed } from "./shape-advice.js";
import { isForeign, isSteady } from "./steady.js";
import { predictStep, testStep, trainStep } from "./steps.js";

type Step = (model: OpenModel, data: Tensor[]) => Tensor[];

/**
 * The steps of a model as recorded TensorFlow graphs. What they compute stays the same.
 * `model.compile({ ..., runEagerly: true })` leaves one model out.
 */
export class ModelPrograms {
  readonly #kind = {
    isSteady: () => isSteady(this.model),
    isForeign: () => isForeign(this.model),
    isEager: () => this.runEagerly,
  };
  readonly #fit = new CompiledStep({ ...this.#kind, repeated: true });
  readonly #train = new CompiledStep(this.#kind);
  readonly #evaluate = new CompiledStep({ ...this.#kind, repeated: true });
  readonly #test = new CompiledStep(this.#kind);
  readonly #predict = new CompiledStep(this.#kind);
  readonly #settings: ModelSettings;
  #optimizer: Optimizer | undefined;
  runEagerly = false;

  constructor(private readonly model: OpenModel) {
    this.#settings = new ModelSettings(model);
  }

  /** Trains on batches of the data, which are inputs, targets and, where given, weights of the samples. */
  trainRows(data: Tensor[]): RunSteps {
    const step = this.#onRows(trainStep);
    return (steps, size) => {
      expectUndisposed(data, "while fit was still using it. Await fit before you dispose of its data");
      return this.#fit.runSteps(step, data, steps, size, this.#trainingKey());
    };
  }

  /** Trains on one batch. Returns losses and metrics. */
  train(batch: Tensor[]): Tensor[] {
    return this.#train.run((data) => trainStep(this.model, data), batch, this.#trainingKey());
  }

  testRows(data: Tensor[]): RunSteps {
    const step = this.#onRows(testStep);
    return (steps, size) => {
      expectUndisposed(data, "while fit was still using it. Await fit before you dispose of its data");
      return this.#evaluate.runSteps(step, data, steps, size, this.#settings.key);
    };
  }

  test(batch: Tensor[]): Tensor[] {
    return this.#test.run((data) => testStep(this.model, data), batch, this.#settings.key);
  }

  predict(batch: Tensor[]): Tensor[] {
    return this.#predict.run((data) => predictStep(this.model, data), batch, this.#settings.key);
  }

  /** A step that picks its batch out of the whole data, by the row numbers that come first. */
  #onRows(step: Step): (data: Tensor[]) => Tensor[] {
    return ([rows, ...whole]) =>
      tf.tidy(() =>
        step(
          this.model,
          whole.map((tensor) => tf.gather(tensor, rows as Tensor1D)),
        ),
      );
  }

  /** What a training step depends on. Forgets those that were recorded with another optimizer than the model's. */
  #trainingKey(): string {
    const { optimizer, collectedTrainableWeights: weights } = this.model;
    if (optimizer !== this.#optimizer) {
      this.#fit.dispose();
      this.#train.dispose();
      this.#optimizer = optimizer;
      // What a step makes anew cannot be recorded.
      makeSlots(
        optimizer,
        weights.map((weight) => weight.read()),
      );
    }
    return JSON.stringify(constantSettingsOf(optimizer)) + this.#settings.key;
  }

  /** What became of the steps. */
  report(): Record<"train" | "test" | "predict", SignatureReport[]> {
    return {
      train: [...this.#fit.report(), ...this.#train.report()],
      test: [...this.#evaluate.report(), ...this.#test.report()],
      predict: this.#predict.report(),
    };
  }

  dispose(): void {
    for (const step of [this.#fit, this.#train, this.#evaluate, this.#test, this.#predict]) step.dispose();
  }
}
