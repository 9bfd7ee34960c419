import type { Callback, History, Logs, Tensor } from "@tensorflow/tfjs-node";
import { core, tf } from "../native.js";
import { EpochAverages } from "../fit/epoch-averages.js";
import { createRegisteredCallbacks } from "../fit/registered-callbacks.js";
import { numbersOf } from "./compiled-step.js";
import type { Steps } from "./program.js";

/**
 * Trains on batches that follow one another, on fewer than asked for if it must, but at least one. Returns the losses and
 * metrics of each.
 */
export type RunSteps = (steps: Steps, batchSize: number) => number[][];

/** What TensorFlow.js's `fit` gives to its loop, after the step and the data. */
export type FitLoopArguments = [
  outLabels: string[],
  batchSize: number | undefined,
  epochs: number | undefined,
  verbose: number | undefined,
  callbacks: Callback[] | undefined,
  testFunction: ((data: (Tensor | null)[]) => Tensor[]) | null,
  validationData: Tensor[] | undefined,
  shuffle: boolean | undefined,
  callbackMetrics: string[],
  initialEpoch: number | undefined,
];

interface FittedModel {
  history: History;
  stopTraining: boolean;
  testLoop(step: (data: (Tensor | null)[]) => Tensor[], data: Tensor[], batchSize: number): Tensor[];
}

/** So long may steps run on their own: short enough for progress, interrupts and other cells' timers. */
const longestRunMs = 40;

/**
 * TensorFlow.js's loop over epochs and batches, for a step that can be repeated on its own: unless a callback wants to know
 * of each batch, callbacks hear of a batch about 25 times a second. Losses and metrics come as numbers.
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
    testFunction,
    validationData,
    shuffle = true,
    metrics,
    initialEpoch = 0,
  ]: FitLoopArguments
): Promise<History> {
  const history = new tf.History();
  const averages = new EpochAverages();
  const others = [...createRegisteredCallbacks(verbose), ...callbacks];
  const list = new tf.CallbackList([averages, ...others, history]);
  const doValidation = testFunction !== null;
  const params = { epochs, initialEpoch, samples, steps: null, batchSize, verbose, doValidation, metrics };
  list.setParams(params as never);
  list.setModel(model as never);
  model.history = history;
  await list.onTrainBegin();
  model.stopTraining = false;
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  const eachBatch = others.some(wantsEachBatch);
  let stepsAtOnce = 1;
  for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
    await list.onEpochBegin(epoch);
    averages.restart();
    const logs: Logs = {};
    if (shuffle) core.util.shuffle(order);
    const rows = tf.tensor1d(order, "int32");
    try {
      for (let first = 0; first < samples && !model.stopTraining;) {
        const size = Math.min(batchSize, samples - first);
        const batch = Math.floor(first / batchSize);
        await list.onBatchBegin(batch, { batch, size });
        const started = performance.now();
        const left = Math.floor((samples - first) / size);
        const steps = { rows, first, count: Math.min(stepsAtOnce, left) };
        const results = runSteps(steps, size);
        const count = results.length;
        if (!eachBatch) {
          const stepMs = (performance.now() - started) / count;
          stepsAtOnce = Math.max(1, Math.floor(longestRunMs / stepMs));
        }
        first += count * size;
        const last = batch + count - 1;
        const batchLogs: Logs = { batch: last, size };
        outLabels.forEach((label, i) => {
          for (const values of results) averages.add(label, values[i]! * size);
          batchLogs[label] = results.at(-1)![i]!;
        });
        averages.seen += count * size;
        if (first === samples && doValidation) {
          const validation = numbersOf(model.testLoop(testFunction, validationData!, batchSize));
          outLabels.forEach((label, i) => (logs[`val_${label}`] = validation[i]!));
        }
        await list.onBatchEnd(last, batchLogs);
      }
    } finally {
      rows.dispose();
    }
    await list.onEpochEnd(epoch, logs);
  }
  await list.onTrainEnd();
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
