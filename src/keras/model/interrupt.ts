import { once } from "node:events";
import { MessageChannel } from "node:worker_threads";
import type { LayersModel, Tensor, TensorContainer, Variable } from "@tensorflow/tfjs-node";
import { core, runsNatively, tf } from "../../tfjs/native.js";
import { resetEngine } from "./engine-reset.js";
import { notebookHost } from "../../host/notebook-host.js";

const yieldEveryMs = 20;
/** A batch may take so long; then it is ended by force. */
const longestBatchMs = 5000;

let fitsRunning = 0;
let lastYield = 0;

/**
 * Lets the interrupt, and whatever else waits, in: a loop over finished promises never does. Not by a timer, which the
 * kernel stops for an interrupted cell: `fit` has to come to its end.
 */
async function letOthersRun(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const message = once(port1, "message");
  port2.postMessage(undefined);
  await message;
  port1.close();
  lastYield = performance.now();
}

async function letOthersRunSometimes(): Promise<void> {
  if (performance.now() - lastYield >= yieldEveryMs) await letOthersRun();
}

/** Ends training after the batch in which the user interrupts the cell; the model keeps what it learned. */
export class InterruptCallback extends tf.Callback {
  readonly #signal = notebookHost()?.interruptSignal();

  override async onBatchEnd(): Promise<void> {
    if (!this.#signal) return;
    await letOthersRunSometimes();
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
    forgetEndedFit(this);
    return interruptible(() => fit.apply(this, args as never));
  };
  model.fitDataset = function <T>(...args: Parameters<typeof fitDataset<T>>) {
    forgetEndedFit(this);
    return interruptible(() => fitDataset.apply(this, args));
  };
  model.evaluateDataset = function (dataset, args) {
    const signal = notebookHost()?.interruptSignal();
    const evaluate = async () => {
      const iterator = await dataset.iterator();
      const next = async () => {
        await letOthersRunSometimes();
        return signal?.aborted ? { value: null, done: true } : iterator.next();
      };
      const untilInterrupted = { iterator: async () => ({ next }) } as unknown as typeof dataset;
      return evaluateDataset.call(this, untilInterrupted, args);
    };
    // The validation of a fit: its callback ends the training.
    return (this as unknown as OpenModel).isTraining ? evaluate() : interruptible(evaluate);
  };

  const { nextFrame } = core;
  core.nextFrame = () => (fitsRunning > 0 && notebookHost() ? letOthersRun() : nextFrame());
}

interface OpenModel {
  isTraining: boolean;
}

const signals = new WeakMap<LayersModel, AbortSignal>();

/** A fit that was ended by force, in the middle of a long batch, never said that it is over. */
function forgetEndedFit(model: LayersModel): void {
  const open = model as unknown as OpenModel;
  if (open.isTraining && signals.get(model)?.aborted) open.isTraining = false;
  const signal = notebookHost()?.interruptSignal();
  if (signal) signals.set(model, signal);
}

async function interruptible<T>(run: () => Promise<T>): Promise<T> {
  const host = notebookHost();
  const signal = host?.interruptSignal();
  signal?.throwIfAborted();
  const endPatience = host?.checkInterruptsWithin(longestBatchMs);
  fitsRunning++;
  try {
    const result = await run();
    if (signal?.aborted) tf.dispose(result as TensorContainer);
    signal?.throwIfAborted();
    return result;
  } finally {
    fitsRunning--;
    endPatience?.();
  }
}

interface DisposingBackend {
  tensorMap: {
    has(dataId: object): boolean;
    get(dataId: object): { id: number; refCount: number };
    delete(dataId: object): void;
  };
  binding: { deleteTensor(id: number): void };
  disposeData(dataId: object, force?: boolean): boolean;
}

/**
 * tfjs-node frees a tensor and then forgets it. Code that is ended in between would free it again, which is an error: this
 * forgets first.
 */
function forgetBeforeFreeing(backend: DisposingBackend): void {
  backend.disposeData = function (dataId, force = false) {
    if (!this.tensorMap.has(dataId)) return true;
    const data = this.tensorMap.get(dataId);
    if (--data.refCount > 0 && !force) return false;
    const { id } = data;
    this.tensorMap.delete(dataId);
    if (id !== null && id >= 0) this.binding.deleteTensor(id);
    return true;
  };
}

interface CountingEngine {
  incRef(tensor: Tensor, backend: null): void;
  disposeTensor(tensor: Tensor): void;
}

/** TensorFlow.js frees a variable's old value and then gives it the new one. Code that is ended in between would leave none. */
function assignBeforeFreeing(): void {
  const { prototype } = tf.Variable;
  const { assign } = prototype;
  const engine = tf.engine() as unknown as CountingEngine;
  prototype.assign = function (this: Variable, value) {
    if (value.dtype !== this.dtype || !tf.util.arraysEqual(value.shape, this.shape)) {
      // Says so.
      assign.call(this, value);
    }
    const [before, after] = [Object.create(this), Object.create(this)] as [Variable, Variable];
    before.dataId = this.dataId;
    after.dataId = value.dataId;
    engine.incRef(after, null);
    this.dataId = value.dataId;
    engine.disposeTensor(before);
  };
}

const watched = new WeakSet<AbortSignal>();

/** Puts TensorFlow.js in order after an interrupt has ended code in the middle of an operation, in fit or elsewhere. */
export function recoverFromInterrupts(): void {
  assignBeforeFreeing();
  if (runsNatively()) forgetBeforeFreeing(tf.backend() as unknown as DisposingBackend);
  const engine = tf.engine();
  const { startScope } = engine;
  engine.startScope = function (name) {
    const signal = this.state.scopeStack.length === 0 ? notebookHost()?.interruptSignal() : undefined;
    if (signal && !watched.has(signal)) {
      watched.add(signal);
      // Not at once: disposing thousands of tensors takes longer than the kernel waits for an answer.
      signal.addEventListener("abort", () => queueMicrotask(resetEngine), { once: true });
    }
    return startScope.call(this, name);
  };
}
