import type { Tensor, TensorLike } from "@tensorflow/tfjs-node";
import { core, runNative, runsNatively, tf } from "../native.js";
import { patch } from "../patch.js";
import { replaceGradient, setGradient } from "../registries.js";

const reason = {
  name: "first gradients",
  why: "where values tie, a function has a corner or a divisor is 0 they are not TensorFlow's; three operations have none",
};

/**
 * Gradients of tfjs-core 4.22 that are others than TensorFlow's where values tie or a function has a corner: each of several
 * greatest values got the whole gradient of `tf.max` (`tf.min`), the gradient of `tf.abs` at 0 was -1 (so an L1 penalty moved
 * weights of 0), that of `tf.divNoNan` by 0 was NaN, `tf.selu` at 0 that of its negative side.
 * `tf.mirrorPad` had none of what it mirrors, and `tf.topk` and `tf.einsum` none at all. Where nothing depends on a square
 * root, as behind `tf.where(x > 0, sqrt(x), 0)`, its gradient is 0 in TensorFlow (`scalar_sqrt_gradient_op` in
 * tensorflow/core/kernels/cwise_ops.h), here 0 times infinity; likewise for `tf.rsqrt` and `tf.reciprocal`. `tf.acosh` had
 * one where it has no value.
 */
export function repairFirstGradients(): void {
  shareAmongTies("Max", "reductionIndices");
  shareAmongTies("Min", "axis");
  fromOutput("Sqrt", (dy, y) => tf.div(tf.mul(dy, 0.5), whereUsed(dy, y, 1)));
  fromOutput("Rsqrt", (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.pow(whereUsed(dy, y, 0), 3)));
  fromOutput("Reciprocal", (dy, y) => tf.neg(tf.mul(dy, tf.square(whereUsed(dy, y, 0)))));
  fromOutput("Acosh", (dy, y) => tf.div(dy, tf.sinh(y)));
  replaceGradient("Abs", reason, () => (dy, [x]) => ({ x: () => tf.mul(dy as Tensor, tf.sign(x!)) }));
  replaceGradient("Selu", reason, (known) => (dy, [x]) => {
    // What is 0 belongs to the positive side.
    const moved = tf.where(tf.equal(x!, 0), tf.onesLike(x!), x!);
    return known(dy, [moved], {});
  });
  replaceGradient("MirrorPad", reason, (known) => (dy, saved, attributes) => {
    if (!runsNatively()) return known(dy, saved, attributes);
    const { paddings, mode } = attributes as unknown as { paddings: [number, number][]; mode: "reflect" };
    const types = { T: "float32", Tpaddings: "int32", mode: mode.toUpperCase() };
    const margins = tf.tensor2d(paddings, undefined, "int32");
    // It is linear: the gradient of its gradient is it itself.
    const backwards = tf.customGrad((...[gradient]) => ({
      value: runNative("MirrorPadGrad", types, [gradient as Tensor, margins], 1)[0]!,
      gradFunc: (upper: Tensor) => tf.mirrorPad(upper, paddings, mode),
    }));
    return { x: () => backwards(dy as Tensor) };
  });
  setGradient(reason, {
    kernelName: "Einsum",
    saveAllInputs: true,
    gradFunc: (dy, operands, attributes) =>
      gradientsOfEinsum(dy as Tensor, operands, attributes["equation"] as string),
  });
  setGradient(reason, {
    kernelName: "TopK",
    inputsToSave: ["x"],
    outputsToSave: [false, true],
    gradFunc: (dy, [x, indices]) => {
      const chosen = tf.oneHot(tf.cast(indices!, "int32"), x!.shape.at(-1)!);
      return { x: () => tf.sum(tf.mul(chosen, tf.expandDims((dy as Tensor[])[0]!, -1)), -2) };
    },
  });
  const divNoNan = (a: Tensor | TensorLike, b: Tensor | TensorLike): Tensor =>
    tf.tidy(() => {
      const isZero = tf.equal(b, 0);
      const quotient = tf.div(a, tf.where(isZero, tf.onesLike(b), b));
      return tf.where(isZero, tf.zerosLike(quotient), quotient);
    });
  patch(core, "divNoNan", { ...reason, replace: divNoNan });
}

/** For kernels whose gradient follows from their result. */
function fromOutput(kernelName: string, gradient: (dy: Tensor, y: Tensor) => Tensor): void {
  setGradient(reason, {
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => gradient(dy as Tensor, y!) }),
  });
}

/** `y` where something depends on it, else a number that makes no infinity. */
const whereUsed = (dy: Tensor, y: Tensor, other: number): Tensor =>
  tf.where(tf.equal(dy, 0), tf.fill(y.shape, other), y);

/** A greatest value that is there several times: each gets its share of the gradient. */
function shareAmongTies(kernelName: string, axisAttribute: string): void {
  replaceGradient(kernelName, reason, () => (dy, saved, attributes) => {
    const [x, y] = saved as [Tensor, Tensor];
    const axes = tf.util.parseAxisParam(attributes[axisAttribute] as number[], x.shape);
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const isChosen = tf.cast(tf.equal(x, tf.reshape(y, kept)), "float32");
    const shares = tf.div(isChosen, tf.sum(isChosen, axes, true));
    return { x: () => tf.mul(shares, tf.reshape(dy as Tensor, kept)) };
  });
}

/** Each operand's is the same sum with the result in its place. */
function gradientsOfEinsum(dy: Tensor, operands: Tensor[], equation: string): Record<string, () => Tensor> {
  const [inputs, result] = equation.replaceAll(/\s/g, "").split("->") as [string, string];
  const labels = inputs.split(",");
  const gradients = operands.map((operand, i) => () => {
    const own = labels[i]!.split("");
    const others = labels.filter((_, j) => j !== i);
    const known = own.filter((label) => [result, ...others].some((one) => one.includes(label)));
    const tensors = [dy, ...operands.filter((_, j) => j !== i)];
    const sum = tf.einsum(`${[result, ...others].join()}->${known.join("")}`, ...tensors);
    // What only this operand has was added up.
    const kept = operand.shape.map((size, axis) => (known.includes(own[axis]!) ? size : 1));
    return tf.broadcastTo(tf.reshape(sum, kept), operand.shape);
  });
  return Object.fromEntries(gradients.entries());
}
