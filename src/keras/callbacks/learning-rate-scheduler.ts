import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { learningRateOf, setLearningRate } from "./learning-rate.js";

/** The learning rate of an epoch, counted from 0, given the one before. */
export type EpochSchedule = (epoch: number, learningRate: number) => number;

/**
 * Sets the learning rate at the beginning of each epoch, and puts it into the logs as `learning_rate`.
 * https://keras.io/api/callbacks/learning_rate_scheduler/
 * @example
 * const halved = callbacks.learningRateScheduler((epoch, rate) => (epoch % 10 === 9 ? rate / 2 : rate));
 */
export function learningRateScheduler(schedule: EpochSchedule, options: { verbose?: 0 | 1 } = {}): Callback {
  return new LearningRateScheduler(schedule, options.verbose ?? 0);
}

class LearningRateScheduler extends tf.Callback {
  constructor(
    private readonly schedule: EpochSchedule,
    private readonly verbose: 0 | 1,
  ) {
    super();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    const learningRate = this.schedule(epoch, learningRateOf(this.model));
    if (!Number.isFinite(learningRate)) {
      throw new Error(
        `learningRateScheduler: the schedule gave ${learningRate} for epoch ${epoch}, expected a number.`,
      );
    }
    setLearningRate(this.model, learningRate);
    if (this.verbose) console.log(`Epoch ${epoch + 1}: learning rate ${learningRate}.`);
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    logs["learning_rate"] = learningRateOf(this.model);
  }
}
