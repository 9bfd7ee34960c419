import type { LayersModel, Optimizer } from "@tensorflow/tfjs-node";
import { type SignatureReport, explainMinimize } from "../../graphs/index.js";
import { openModel } from "../../tfjs/internals.js";
import { stateOf } from "./state.js";

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
  return stateOf(openModel(trained)).programs.report();
}
