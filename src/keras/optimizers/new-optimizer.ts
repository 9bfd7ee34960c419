import { tf } from "../../tfjs/native.js";

/** What the optimizers that TensorFlow.js lacks have in common. */
export abstract class NewOptimizer extends tf.Optimizer {
  abstract override getConfig(): Record<string, number>;

  applyGradients(): void {
    throw new Error(`${this.getClassName()} has no update rule.`);
  }
}
