import { setImmediate } from "node:timers/promises";
import type { TensorContainer } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import { notebookHost } from "./host.js";

const yieldEveryMs = 100;
let lastYield = 0;

/** Lets the interrupt, and whatever else waits, in: a loop over finished promises never does. */
async function letOthersRun(): Promise<void> {
  if (performance.now() - lastYield < yieldEveryMs) return;
  await setImmediate();
  lastYield = performance.now();
}

/** Ends training after the batch in which the user interrupts the cell; the model keeps what it learned. */
export class InterruptCallback extends tf.Callback {
  readonly #signal = notebookHost()?.interruptSignal();

  override async onBatchEnd(): Promise<void> {
    if (!this.#signal) return;
    await letOthersRun();
    this.#stopIfInterrupted();
  }

  override async onEpochEnd(): Promise<void> {
    this.#stopIfInterrupted();
  }

  #stopIfInterrupted(): void {
    if (this.#signal?.aborted) this.model.stopTraining = true;
  }
}

/** Makes an interrupted `fit`, `fitDataset` or `evaluateDataset` fail, once it has cleaned up after itself. */
export function makeInterruptible(): void {
  const model = tf.LayersModel.prototype;
  const { fit, fitDataset, evaluateDataset } = model;
  model.fit = function (...args) {
    return interruptible(() => fit.apply(this, args));
  };
  model.fitDataset = function <T>(...args: Parameters<typeof fitDataset<T>>) {
    return interruptible(() => fitDataset.apply(this, args));
  };
  model.evaluateDataset = function (dataset, args) {
    const signal = notebookHost()?.interruptSignal();
    const evaluate = async () => {
      const iterator = await dataset.iterator();
      const next = async () => {
        await letOthersRun();
        return signal?.aborted ? { value: null, done: true } : iterator.next();
      };
      const untilInterrupted = { iterator: async () => ({ next }) } as unknown as typeof dataset;
      return evaluateDataset.call(this, untilInterrupted, args);
    };
    // The validation of a fit: its callback ends the training.
    return (this as unknown as { isTraining: boolean }).isTraining ? evaluate() : interruptible(evaluate);
  };
}

async function interruptible<T>(run: () => Promise<T>): Promise<T> {
  const signal = notebookHost()?.interruptSignal();
  signal?.throwIfAborted();
  const result = await run();
  if (signal?.aborted) tf.dispose(result as TensorContainer);
  signal?.throwIfAborted();
  return result;
}
