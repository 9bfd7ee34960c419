import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Callback, Variable } from "@tensorflow/tfjs-node";
import { writeWhole } from "../files/write-whole.js";
import { notebookHost } from "../host/notebook-host.js";
import { stateOf, type FitState } from "../keras/model/state.js";
import { openOptimizer, openModel } from "../tfjs/internals.js";
import { tf } from "../keras/load.js";
import { hasUpdateRule, makeSlots, slotSpecsOf, type StoredSlot } from "../keras/optimizers/rule.js";

export interface BackupAndRestoreOptions {
  /** When to save: after each epoch, if left out, or after so many batches. */
  saveFreq?: "epoch" | number;
  /** Whether to remove the folder when training has ended, `true` if left out. */
  deleteCheckpoint?: boolean;
}

/**
 * Saves a training's state, so that the same `fit` in a new process goes on after the last epoch that is saved: weights, the
 * optimizer's slots, steps and learning rate. https://keras.io/api/callbacks/backup_and_restore/
 *
 * @param backupDir a folder of its own, which is removed in the end
 * @throws Error if the folder holds the state of another model
 * @example
 * await model.fit(x, y, { epochs: 100, callbacks: [callbacks.backupAndRestore("backup")] });
 */
export function backupAndRestore(backupDir: string, options: BackupAndRestoreOptions = {}): Callback {
  return new BackupAndRestore(backupDir, options);
}

/** What stands in the first line of a file; the values of all variables follow. */
interface State {
  /** The epoch to go on with, from 0. */
  epoch: number;
  iterations: number;
  learningRate: unknown;
  shapes: number[][];
  /** Whether weights that are not trained stand among the others, as in Keras; once they came after them. */
  inKerasOrder?: true;
}

class BackupAndRestore extends tf.Callback {
  readonly #path: string;
  readonly #every: number | undefined;
  #epoch = 0;
  #batches = 0;

  constructor(
    private readonly folder: string,
    private readonly options: BackupAndRestoreOptions,
  ) {
    super();
    this.#path = join(folder, "latest.state");
    const { saveFreq = "epoch" } = options;
    this.#every = saveFreq === "epoch" ? undefined : saveFreq;
    if (folder === "")
      throw new TypeError("backupAndRestore: expected the name of a folder, got an empty text.");
    if (this.#every !== undefined && !(Number.isInteger(this.#every) && this.#every > 0)) {
      throw new RangeError(
        `backupAndRestore: saveFreq is ${saveFreq}. Expected "epoch" or a number of batches.`,
      );
    }
    // Only with this does fit run each batch on its own.
    if (this.#every !== undefined) this.onBatchEnd = () => this.#countBatch();
  }

  override async onTrainBegin(): Promise<void> {
    if (existsSync(this.#path)) await this.#restore();
    this.#epoch = this.#fit.initialEpoch;
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    this.#epoch = epoch + 1;
    if (this.#every === undefined) await this.#save();
  }

  override async onTrainEnd(): Promise<void> {
    if (notebookHost()?.interruptSignal().aborted) return;
    if (this.options.deleteCheckpoint ?? true) await rm(this.folder, { recursive: true, force: true });
  }

  async #countBatch(): Promise<void> {
    this.#batches++;
    if (this.#batches % (this.#every ?? Infinity) === 0) await this.#save();
  }

  async #save(): Promise<void> {
    const variables = this.#variables();
    const { iterations, learningRate } = openOptimizer<{ iterations: number; learningRate: unknown }>(
      this.model.optimizer,
    );
    const shapes = variables.map(({ shape }) => shape);
    const state = { epoch: this.#epoch, iterations, learningRate, shapes, inKerasOrder: true };
    const values = variables.map((variable) => Buffer.from(new Float32Array(variable.dataSync()).buffer));
    await writeWhole(this.#path, Buffer.concat([Buffer.from(`${JSON.stringify(state)}\n`), ...values]));
  }

  async #restore(): Promise<void> {
    const bytes = await readFile(this.#path);
    const end = bytes.indexOf("\n");
    const state = JSON.parse(bytes.subarray(0, end).toString()) as State;
    const variables = this.#variables(state.inKerasOrder ?? false);
    if (JSON.stringify(variables.map(({ shape }) => shape)) !== JSON.stringify(state.shapes)) {
      throw new Error(
        `backupAndRestore: ${this.#path} holds the state of a model with other weights, or of another optimizer. ` +
          `Remove the folder ${this.folder}, or give each model its own.`,
      );
    }
    const floats = new Float32Array(new Uint8Array(bytes.subarray(end + 1)).buffer);
    let first = 0;
    tf.tidy(() => {
      for (const variable of variables) {
        const values = floats.subarray(first, (first += variable.size));
        variable.assign(tf.cast(tf.tensor(values, variable.shape), variable.dtype));
      }
    });
    const { iterations: iterations_, learningRate } = state;
    Object.assign(
      this.model.optimizer,
      { iterations_ },
      typeof learningRate === "number" && { learningRate },
    );
    this.#fit.initialEpoch = state.epoch;
  }

  get #fit(): FitState {
    return stateOf(openModel(this.model)).fit!;
  }

  /** Those of the weights and of the optimizer's slots. */
  #variables(inKerasOrder = true): Variable[] {
    const { optimizer, weights: all, trainableWeights, nonTrainableWeights } = this.model;
    const ordered = inKerasOrder ? all : [...trainableWeights, ...nonTrainableWeights];
    const weights = ordered.map((weight) => weight.read() as Variable);
    if (!hasUpdateRule(optimizer)) return weights;
    makeSlots(
      optimizer,
      trainableWeights.map((weight) => weight.read() as Variable),
    );
    const fields = openOptimizer<Record<string, StoredSlot[] | undefined>>(optimizer);
    const slots = slotSpecsOf(optimizer).flatMap(({ field }) => fields[field] ?? []);
    return [...weights, ...slots.map(({ variable }) => variable)];
  }
}
