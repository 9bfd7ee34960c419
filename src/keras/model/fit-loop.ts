import type { Callback, History, Logs, Tensor } from "@tensorflow/tfjs-node";
import { EpochAverages } from "./epoch-averages.js";
import { EpochRows } from "./epoch-rows.js";
import { createRegisteredCallbacks } from "./registered-callbacks.js";
import { runOf } from "./run.js";
import { tf } from "../../tfjs/native.js";
import { PacedSteps, type RunSteps } from "../../graphs/paced-steps.js";
import { userCodeRan } from "../../graphs/user-turns.js";

/** What TensorFlow.js's `fit` gives to its loop, after the step and the data. */
export type FitLoopArguments = [
  outLabels: string[],
  batchSize: number | undefined,
  epochs: number | undefined,
  verbose: number | undefined,
  callbacks: Callback[] | undefined,
  testFunction: ((data: (Tensor | null)[]) => Tensor[]) | null,
  validationData: Tensor[] | undefined,
  shuffle: boolean | "batch" | undefined,
  callbackMetrics: string[],
  initialEpoch: number | undefined,
];

interface FittedModel {
  history: History;
  stopTraining: boolean;
}

/**
 * TensorFlow.js's loop over epochs and batches, for a step that can be repeated on its own: unless a callback wants to know
 * of each batch, callbacks hear of a batch about 25 times a second. Losses and metrics come as numbers. The validation is
 * the list of callbacks' (`model/install.ts`).
 */
export async function fitInSteps(
  model: FittedModel,
  runSteps: RunSteps,
  samples: number,
  ...[
    outLabels,
    batchSize = 32,
    epochs = 1,
    verbose = 1,
    callbacks = [],
    ,
    ,
    shuffle = true,
    metrics,
    initialEpoch = 0,
  ]: FitLoopArguments
): Promise<History> {
  const run = runOf(model);
  const { steps, validate } = run;
  const history = new tf.History();
  const averages = new EpochAverages();
  const others = [...createRegisteredCallbacks(verbose), ...callbacks];
  const list = new tf.CallbackList([averages, ...others, history]);
  const doValidation = validate !== undefined;
  const params = {
    epochs,
    initialEpoch,
    samples,
    steps: steps ?? null,
    batchSize,
    verbose,
    doValidation,
    metrics,
  };
  list.setParams(params as never);
  list.setModel(model as never);
  model.history = history;
  await list.onTrainBegin();
  model.stopTraining = false;
  const paced = new PacedSteps(runSteps, others.some(wantsEachBatch));
  const rows = new EpochRows(samples, batchSize, { shuffle, steps });
  let logs: Logs = {};
  try {
    for (let epoch = run.initialEpoch ?? initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
      await list.onEpochBegin(epoch);
      if (callbacks.length > 0) userCodeRan();
      averages.restart();
      rows.begin();
      for (let batch = 0, coming; !model.stopTraining && (coming = rows.coming);) {
        const { first, size, alike } = coming;
        await list.onBatchBegin(batch, { batch, size });
        const results = paced.run(rows.rows, first, size, alike);
        rows.pass(results.length, size);
        batch += results.length;
        const batchLogs: Logs = { batch: batch - 1, size };
        outLabels.forEach((label, i) => {
          for (const values of results) averages.add(label, values[i]! * size);
          batchLogs[label] = results.at(-1)![i]!;
        });
        averages.seen += results.length * size;
        await list.onBatchEnd(batch - 1, batchLogs);
      }
      logs = {};
      await list.onEpochEnd(epoch, logs);
    }
  } finally {
    rows.dispose();
  }
  await list.onTrainEnd(logs);
  return history;
}

type BatchHooks = Record<"batchBegin" | "batchEnd" | "yield", unknown> & { yieldEvery: unknown };

function wantsEachBatch(callback: Pick<Callback, "onBatchBegin" | "onBatchEnd">): boolean {
  if (callback instanceof tf.CustomCallback) {
    const hooks = callback as unknown as BatchHooks;
    return Boolean(hooks.batchBegin ?? hooks.batchEnd ?? hooks.yield) || hooks.yieldEvery === "batch";
  }
  const { onBatchBegin, onBatchEnd } = tf.Callback.prototype;
  return callback.onBatchBegin !== onBatchBegin || callback.onBatchEnd !== onBatchEnd;
}
