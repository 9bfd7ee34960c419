import type { History } from "@tensorflow/tfjs-node";
import type { OpenModel } from "../../tfjs/internals.js";
import type { ModelMetrics } from "../metrics/model-metrics.js";
import { ModelPrograms } from "./programs.js";

/** A `fit` under way. */
export interface FitState {
  /** The epoch to begin with; a callback may set another when training begins. */
  initialEpoch: number;
  /** The epochs that are over. */
  history: History;
}

/** All that is kept for a model beside what TensorFlow.js keeps. */
export class ModelState {
  /** Whom the user fits: a sequential model leaves its training to a model inside of it, which is this one. */
  owner: OpenModel;
  /** Its steps as graphs. */
  readonly programs: ModelPrograms;
  /** The `fit` under way, if there is one. */
  fit: FitState | undefined;
  /** What interrupts the cell of the last `fit`. */
  signal: AbortSignal | undefined;
  #metrics: ModelMetrics | undefined;
  #isKnownFrozen = false;

  constructor(private readonly model: OpenModel) {
    this.owner = model;
    this.programs = new ModelPrograms(model);
  }

  /** Says once if training will change nothing, as Keras does. Returns whether it is so. */
  warnIfFrozen(): boolean {
    const { collectedTrainableWeights: weights } = this.model;
    if (!weights || weights.some(({ trainable }) => trainable)) return false;
    if (!this.#isKnownFrozen) {
      console.warn(
        "The model has no trainable weights: training changes nothing. Set trainable = true on the layers to train, and compile it again.",
      );
    }
    this.#isKnownFrozen = true;
    return true;
  }

  /** Begins anew with what the model was compiled with. */
  begin(metrics: ModelMetrics, runEagerly: boolean): void {
    this.dispose();
    this.#metrics = metrics;
    this.programs.runEagerly = runEagerly;
  }

  /** Begins the metrics anew, for an epoch or an evaluation. */
  resetMetrics(): void {
    this.#metrics?.reset();
  }

  /** Frees the graphs and what the metrics have counted. */
  dispose(): void {
    this.programs.dispose();
    this.#metrics?.dispose();
  }
}

const states = new WeakMap<OpenModel, ModelState>();

/** The state of a model, or of the one inside of a sequential model. */
export function stateOf(outer: OpenModel): ModelState {
  const model = outer.model ?? outer;
  let state = states.get(model);
  if (!state) {
    state = new ModelState(model);
    states.set(model, state);
  }
  return state;
}
