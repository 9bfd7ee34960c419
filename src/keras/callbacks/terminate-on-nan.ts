import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { valueOf } from "./monitor.js";

export interface TerminateOnNaNOptions {
  /** Whether to end with an error, at once, instead of ending training as if all epochs were done. */
  raiseError?: boolean;
}

/**
 * Ends training at the batch whose loss is no number, or infinite. It sees each batch, so each is a run of its own.
 * https://keras.io/api/callbacks/terminate_on_nan/
 */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): Callback {
  return new TerminateOnNaN(options);
}

class TerminateOnNaN extends tf.Callback {
  constructor(private readonly options: TerminateOnNaNOptions) {
    super();
  }

  override async onBatchEnd(batch: number, logs: Logs = {}): Promise<void> {
    const loss = logs["loss"] === undefined ? 0 : valueOf(logs["loss"]);
    if (Number.isFinite(loss)) return;
    if (this.options.raiseError) {
      throw new Error(
        `terminateOnNaN: the loss of batch ${batch} is ${loss}. Take a smaller learning rate, clip the gradients ` +
          "(clipnorm of the optimizer), and look for NaN in the data.",
      );
    }
    console.log(`Batch ${batch}: the loss is ${loss}, training ends.`);
    this.model.stopTraining = true;
  }
}
