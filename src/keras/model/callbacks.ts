import type { Callback, CustomCallbackArgs, Logs, ModelFitArgs } from "@tensorflow/tfjs-node";
import { layers, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import type { OpenModel } from "../../tfjs/internals.js";

type Register = typeof layers.registerCallbackConstructor;
const registered: Parameters<Register>[] = [];

/** TensorFlow.js keeps to itself what `tf.registerCallbackConstructor` gets, which our loop over epochs needs, too. */
export function rememberRegisteredCallbacks(): void {
  patch(layers, "registerCallbackConstructor", {
    name: "registered callbacks",
    why: "those who train do not hear which callbacks were registered for all models",
    wrap: (register) => (level, constructor) => {
      register(level, constructor);
      registered.push([level, constructor]);
    },
  });
}

/** What all callbacks are; the type of `tf.CustomCallback` says less than it does. */
const BaseCallback = Object.getPrototypeOf(tf.CustomCallback) as abstract new () => Callback;

/** What a `fit` is given, and the callbacks that were registered for its verbosity. */
export class Callbacks {
  readonly #all: Callback[];

  constructor(
    given: ModelFitArgs["callbacks"],
    yieldEvery: ModelFitArgs["yieldEvery"],
    model: OpenModel,
    params: { verbose: number },
  ) {
    const known = registered.filter(([level]) => level <= params.verbose);
    // Without any, it is this one that lets others run from time to time.
    const own = [given ?? {}].flat() as (Callback | CustomCallbackArgs)[];
    const made = own.map((one) =>
      one instanceof BaseCallback ? one : (new tf.CustomCallback(one, yieldEvery) as object as Callback),
    );
    this.#all = [...known.map(([, Constructor]) => new Constructor() as Callback), ...made];
    for (const callback of this.#all) {
      callback.setParams(params);
      callback.setModel(model as never);
    }
  }

  /** Whether somebody wants to hear of each batch. */
  get wantBatches(): boolean {
    return this.#all.some(wantsEachBatch);
  }

  async trainBegin(): Promise<void> {
    for (const callback of this.#all) await callback.onTrainBegin();
  }
  async epochBegin(epoch: number): Promise<void> {
    for (const callback of this.#all) await callback.onEpochBegin(epoch, {});
  }
  async batchBegin(batch: number, logs: Logs): Promise<void> {
    for (const callback of this.#all) await callback.onBatchBegin(batch, logs);
  }
  async batchEnd(batch: number, logs: Logs): Promise<void> {
    for (const callback of this.#all) await callback.onBatchEnd(batch, logs);
  }
  async epochEnd(epoch: number, logs: Logs): Promise<void> {
    for (const callback of this.#all) await callback.onEpochEnd(epoch, logs);
  }
  async trainEnd(logs: Logs): Promise<void> {
    for (const callback of this.#all) await callback.onTrainEnd(logs);
  }
}

type BatchHooks = Record<"batchBegin" | "batchEnd" | "yield" | "yieldEvery", unknown>;

function wantsEachBatch(callback: Callback | BatchHooks): boolean {
  if (callback instanceof tf.CustomCallback) {
    const hooks = callback as object as BatchHooks;
    return Boolean(hooks.batchBegin ?? hooks.batchEnd ?? hooks.yield) || hooks.yieldEvery === "batch";
  }
  const { onBatchBegin, onBatchEnd } = tf.Callback.prototype;
  const own = callback as Callback;
  return own.onBatchBegin !== onBatchBegin || own.onBatchEnd !== onBatchEnd;
}
