import { openOptimizer } from "../../tfjs/internals.js";
import type { Optimizer } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { slotSpecsOf, type StoredSlot } from "./rule.js";

type NamedTensor = Awaited<ReturnType<Optimizer["getWeights"]>>[number];

/** What the optimizers that TensorFlow.js lacks have in common: state that is saved and loaded as that of its own. */
export abstract class NewOptimizer extends tf.Optimizer {
  abstract override getConfig(): Record<string, number>;

  applyGradients(): void {
    throw new Error(`${this.getClassName()} has no update rule.`);
  }

  override async getWeights(): Promise<NamedTensor[]> {
    const slots = this.#lists().flatMap(([, list]) => list);
    const state = slots.map(({ originalName: name, variable }) => ({ name, tensor: variable }));
    return [await this.saveIterations(), ...state];
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const state = await this.extractIterations(weights);
    const lists = this.#lists();
    const count = state.length / lists.length;
    lists.forEach(([field], i) => {
      const list = state.slice(i * count, (i + 1) * count);
      this.#fields()[field] = list.map(({ name, tensor }) => ({
        originalName: name,
        variable: tensor.variable(false),
      }));
    });
  }

  override dispose(): void {
    for (const [, list] of this.#lists()) tf.dispose(list.map(({ variable }) => variable));
  }

  #lists(): [string, StoredSlot[]][] {
    return slotSpecsOf(this).map(({ field }) => [field, this.#fields()[field] ?? []]);
  }

  #fields(): Record<string, StoredSlot[]> {
    return openOptimizer<Record<string, StoredSlot[]>>(this);
  }
}
