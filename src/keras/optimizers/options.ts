import { openOptimizer } from "../../tfjs/internals.js";
import type { Optimizer, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { makeStepTensors } from "./rule.js";
import type { Schedule } from "./schedule.js";

/** What every optimizer of Keras takes. */
export interface CommonOptions {
  /** A number, or the rate of each step. */
  learningRate?: number | Schedule;
  /** The norm to which the gradient of each weight is scaled down. */
  clipnorm?: number;
  /** The greatest absolute value of each number in a gradient. */
  clipvalue?: number;
  /** The norm to which all gradients together are scaled down. */
  globalClipnorm?: number;
  /** Each step takes this share, times the learning rate, off every weight first. */
  weightDecay?: number;
  /** Divides the learning rate by `1 + decay * step`, as Keras 2's optimizers did. */
  decay?: number;
}

type Gradients = Parameters<Optimizer["applyGradients"]>[0];
type Gradient = { name: string; tensor: Tensor | null };

const given = new WeakMap<Optimizer, CommonOptions>();

/** What {@link applyOptions} has given to an optimizer; nothing for those of `tf.train`. */
export function optionsOf(optimizer: Optimizer): CommonOptions {
  return given.get(optimizer) ?? {};
}

/** The rate to construct an optimizer with, before `applyOptions` puts a schedule in its place. */
export function initialRate({ learningRate = 0.001 }: CommonOptions): number {
  return typeof learningRate === "function" ? learningRate(0) : learningRate;
}

/**
 * Gives an optimizer the options that all have in common. They act on the gradients and the weights before the optimizer's
 * own rule, and by a `learningRate` property that is worked out from the number of steps done.
 * @throws Error if more than one kind of clipping is asked for
 */
export function applyOptions<O extends Optimizer>(optimizer: O, options: CommonOptions): O {
  const { learningRate, clipnorm, clipvalue, globalClipnorm, weightDecay, decay } = options;
  if ([clipnorm, clipvalue, globalClipnorm].filter((option) => option !== undefined).length > 1) {
    throw new Error("Only one of clipnorm, clipvalue and globalClipnorm can be set.");
  }
  given.set(optimizer, options);
  const base = initialRate(options);
  const decayed = decay && ((step: number) => base / (1 + decay * step));
  const schedule = typeof learningRate === "function" ? learningRate : decayed;
  if (schedule) {
    Object.defineProperty(optimizer, "learningRate", {
      get: () => schedule(optimizer.iterations),
      set: () => {
        throw new Error(
          "This optimizer's learning rate follows a schedule. Give it a number to set it later.",
        );
      },
    });
  }
  if (clipnorm === undefined && clipvalue === undefined && globalClipnorm === undefined && !weightDecay) {
    return optimizer;
  }
  optimizer.applyGradients = function (this: O, gradients: Gradients) {
    tf.tidy(() => {
      const clipped = clip(namedGradients(gradients), options);
      if (weightDecay) decayWeights(this, clipped, weightDecay);
      (Object.getPrototypeOf(this) as Optimizer).applyGradients.call(this, clipped as never);
    });
  };
  return optimizer;
}

function namedGradients(gradients: Gradients): Gradient[] {
  return Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
}

function clip(gradients: Gradient[], { clipnorm, clipvalue, globalClipnorm }: CommonOptions): Gradient[] {
  if (clipvalue !== undefined) return changed(gradients, (g) => tf.clipByValue(g, -clipvalue, clipvalue));
  const scaled = (g: Tensor, norm: Tensor, greatest: number) =>
    tf.div(tf.mul(g, greatest), tf.maximum(norm, greatest));
  if (clipnorm !== undefined) return changed(gradients, (g) => scaled(g, tf.sqrt(sumOfSquares(g)), clipnorm));
  if (globalClipnorm !== undefined) {
    const squares = gradients.flatMap(({ tensor }) => (tensor ? [sumOfSquares(tensor)] : []));
    const norm = tf.sqrt(tf.addN(squares));
    return changed(gradients, (g) => scaled(g, norm, globalClipnorm));
  }
  return gradients;
}

function changed(gradients: Gradient[], change: (gradient: Tensor) => Tensor): Gradient[] {
  return gradients.map(({ name, tensor }) => ({ name, tensor: tensor && change(tensor) }));
}

function sumOfSquares(tensor: Tensor): Tensor {
  return tf.sum(tf.square(tensor));
}

function decayWeights(optimizer: Optimizer, gradients: Gradient[], weightDecay: number): void {
  const rated = openOptimizer<{ learningRate: number }>(optimizer);
  const { share } = makeStepTensors(() => ({ share: rated.learningRate * weightDecay }));
  for (const { name } of gradients) {
    const weight = tf.engine().registeredVariables[name]!;
    weight.assign(tf.sub(weight, tf.mul(weight, share!)));
  }
}
