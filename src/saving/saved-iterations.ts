import type * as Tf from "@tensorflow/tfjs";
import { patch } from "../tfjs/patch.js";
import { tf } from "../keras/load.js";

/** Lets `model.save` keep no tensor. */
export function freeSavedIterations(): void {
  patch(tf.LayersModel.prototype, "save", {
    name: "disposal of the count of steps",
    why: "with includeOptimizer, nobody disposes of the count of steps that the optimizer makes a tensor of (saveIterations)",
    wrap: (save) =>
      async function (...args) {
        const { optimizer } = this;
        const made: Tf.Tensor[] = [];
        if (optimizer) {
          const prototype = Object.getPrototypeOf(optimizer) as Tf.Optimizer;
          optimizer.saveIterations = async () => {
            const saved = await prototype.saveIterations.call(optimizer);
            made.push(saved.tensor);
            return saved;
          };
        }
        try {
          return await save.apply(this, args);
        } finally {
          if (optimizer) Reflect.deleteProperty(optimizer, "saveIterations");
          tf.dispose(made);
        }
      },
  });
}
