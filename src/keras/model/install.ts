import { createRequire } from "node:module";
import type { Callback, CallbackList, Logs } from "@tensorflow/tfjs-node";
import { resetMetrics, showRunningMetrics } from "../metrics/install.js";
import { tf } from "../../tfjs/native.js";
import { repairEvaluateVerbose } from "./evaluate-verbose.js";
import { notebookHost } from "../../host/notebook-host.js";
import { InterruptCallback, makeInterruptible, recoverFromInterrupts } from "./interrupt.js";
import { addKerasNames } from "./metric-names.js";
import { ProgressCallback, type AveragingCallback, type FitParams } from "./progress-callback.js";
import { rememberRegisteredCallbacks } from "./registered-callbacks.js";
import { runOf, type FitRun } from "./run.js";
import { rememberSequential } from "./sequential.js";

/**
 * Gives every `fit` Keras's names in its logs, Keras's progress bar instead of tfjs-node's (which writes a line per redraw
 * where there is no terminal), and an end when the user interrupts. All of it hangs on the list of callbacks, whose first
 * member is TensorFlow.js's own: it turns the metrics of batches into those of the epoch.
 */
export function installFit(): void {
  const isReplaced = replacedProgressBar();
  const list = tf.CallbackList.prototype;
  const { setParams, setModel, onEpochBegin } = list;
  list.setParams = function (params) {
    const fit = params as unknown as FitParams;
    const [averaging, ...others] = this.callbacks.filter((callback) => !isReplaced(callback));
    const ours: Callback[] = [new InterruptCallback()];
    if (fit.verbose > 0) ours.push(new ProgressCallback(fit, averaging as unknown as AveragingCallback));
    this.callbacks = [averaging!, ...ours, ...others];
    metricNames.set(this, fit.metrics);
    setParams.call(this, params);
  };
  list.setModel = function (model) {
    models.set(this, model);
    const { validate } = runOf(model);
    validations.set(this, validate);
    const metrics = metricNames.get(this) ?? [];
    if (validate) metrics.push(...metrics.map((name) => `val_${name}`));
    setModel.call(this, model);
  };
  list.onEpochBegin = function (...args) {
    resetMetrics(models.get(this)!);
    return onEpochBegin.apply(this, args);
  };
  list.onBatchEnd = withKerasNames("onBatchEnd");
  list.onEpochEnd = withKerasNames("onEpochEnd");
  makeInterruptible();
  recoverFromInterrupts();
  rememberSequential();
  rememberRegisteredCallbacks();
  repairEvaluateVerbose();
}

const models = new WeakMap<CallbackList, object>();
/** What `fit` tells its callbacks to expect in the logs. */
const metricNames = new WeakMap<CallbackList, string[]>();
const validations = new WeakMap<CallbackList, FitRun["validate"]>();

function withKerasNames(method: "onBatchEnd" | "onEpochEnd") {
  return async function (this: CallbackList, index: number, logs: Logs = {}): Promise<void> {
    const [averaging, ...others] = this.callbacks;
    await averaging?.[method](index, logs);
    if (method === "onBatchEnd") {
      showRunningMetrics(models.get(this)!, averaging as unknown as AveragingCallback, logs);
    } else if (!notebookHost()?.interruptSignal().aborted) {
      const values = (await validations.get(this)?.(index)) ?? {};
      for (const [name, value] of Object.entries(values)) logs[`val_${name}`] = value;
    }
    addKerasNames(logs);
    for (const callback of others) await callback[method](index, logs);
  };
}

function replacedProgressBar(): (callback: object) => boolean {
  if (!tf.node) return () => false;
  const require = createRequire(import.meta.url);
  const { ProgbarLogger } = require("@tensorflow/tfjs-node/dist/callbacks.js") as {
    ProgbarLogger: new () => object;
  };
  return (callback) => callback instanceof ProgbarLogger;
}
