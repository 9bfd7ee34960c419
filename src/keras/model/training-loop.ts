import type { History, Logs, ModelFitArgs } from "@tensorflow/tfjs-node";
import { userCodeRan } from "../../graphs/index.js";
import { notebookHost } from "../../host/notebook-host.js";
import { tf } from "../../tfjs/native.js";
import { epochMeasures } from "../metrics/model-metrics.js";
import { Averages } from "./averages.js";
import { Callbacks } from "./callbacks.js";
import type { TrainedModel } from "./data.js";
import { letOthersRunSometimes } from "./interrupt.js";
import { addOldNames, byKerasName, kerasMetricName } from "./metric-names.js";
import { FitProgress } from "./progress.js";
import type { TrainingBatches } from "./training-batches.js";
import { stateOf } from "./state.js";
import type { Validate } from "./validation.js";

/** What a `fit` is about. */
export interface Training {
  model: TrainedModel;
  batches: TrainingBatches;
  validate: Validate | undefined;
  args: Pick<ModelFitArgs, "callbacks" | "epochs" | "initialEpoch" | "verbose" | "yieldEvery">;
  /** What callbacks are told of the data; undefined where it is not known. */
  sizes: Record<"samples" | "batchSize" | "steps", number | undefined>;
}

/**
 * The loop over epochs and batches. Unless a callback wants to know of each batch, callbacks hear of a batch about 25 times a
 * second. Logs have numbers, under Keras's names.
 */
export async function train({ model, batches, validate, args, sizes }: Training): Promise<History> {
  const { epochs = 1, initialEpoch = 0, callbacks: given, yieldEvery } = args;
  const verbose: number = args.verbose ?? 1;
  const state = stateOf(model);
  const names = model.getDedupedMetricsNames();
  const [samples, batchSize, steps] = [sizes.samples, sizes.batchSize, sizes.steps];
  const valNames = names.map((name) => `val_${name}`);
  const allNames = [...names, ...(validate ? valNames : [])];
  const params = {
    epochs,
    initialEpoch,
    samples: samples ?? null,
    steps: steps ?? null,
    batchSize: batchSize ?? null,
    verbose,
    doValidation: validate !== undefined,
    metrics: allNames.map(kerasMetricName),
  };
  const callbacks = new Callbacks(given, yieldEvery, state.owner, params);
  const singly = callbacks.wantBatches;
  const stepsOfEpoch = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
  const progress = new FitProgress(verbose, epochs, stepsOfEpoch);
  const signal = notebookHost()?.interruptSignal();
  const isCounted = epochMeasures(model);
  const averages = new Averages();
  const history = new tf.History();
  await history.onTrainBegin();
  model.history = state.owner.history = history;
  state.fit = { initialEpoch, history };

  await callbacks.trainBegin();
  model.stopTraining = false;
  let logs: Logs = {};
  for (let epoch = state.fit.initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
    stateOf(model).resetMetrics();
    progress.beginEpoch(epoch);
    await callbacks.epochBegin(epoch);
    userCodeRan();
    averages.restart();
    await batches.begin();
    let batch = 0;
    for (let coming; !model.stopTraining && (coming = await batches.next(singly));) {
      const { size } = coming;
      await callbacks.batchBegin(batch, { batch, size });
      const results = coming.run();
      for (const values of results) averages.add(values, size);
      batch += results.length;
      const last = results.at(-1)!;
      const means = isCounted.includes(true) ? averages.values : last;
      // A batch alone has no value of what counts over an epoch.
      const shown = last.map((value, i) => (isCounted[i] ? means[i]! : value));
      const batchLogs = Object.assign(byKerasName(names, shown), { batch: batch - 1, size });
      if (signal) await letOthersRunSometimes();
      if (signal?.aborted) break;
      progress.endBatch(batch - 1, () => byKerasName(names, averages.values));
      await callbacks.batchEnd(batch - 1, batchLogs);
    }
    if (signal?.aborted) break;
    if (batch === 0 && history.epoch.length === 0 && !model.stopTraining) {
      throw new Error("The data set is empty: there is nothing to train on.");
    }
    const means = averages.values;
    const validated = (await validate?.(epoch)) ?? [];
    if (signal?.aborted) break;
    logs = byKerasName([...names.slice(0, means.length), ...valNames], [...means, ...validated]);
    progress.endEpoch(logs);
    await callbacks.epochEnd(epoch, logs);
    await history.onEpochEnd(epoch, logs);
    addOldNames(history.history, allNames);
  }
  progress.end();
  await callbacks.trainEnd(logs);
  await history.syncData();
  return history;
}
