import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../tfjs/native.js";
import type { SignatureReport } from "./step-report.js";
import { CompiledStep } from "./compiled-step.js";

/** A function of tensors that runs as a TensorFlow graph. */
export interface CompiledFunction<Inputs extends Tensor[], Output extends Tensor | Tensor[] | void> {
  (...inputs: Inputs): Output;
  /** What became of each signature that the function was called with. */
  explain(): SignatureReport[];
  /** Frees the graphs. Variables keep their values, and the function can be called again. */
  dispose(): void;
}

/**
 * Records a function of tensors, once for each combination of shapes and types, and from then on runs it as one TensorFlow
 * graph, as Python's `tf.function` does. It may compute gradients, step optimizers and assign variables. The first two
 * calls run eagerly; what differs between them, and is neither an input nor a variable, cannot be recorded: the function
 * then stays eager, and `explain()` says why. Pass what changes as an input: numbers and tensors that the function takes from
 * outside are fixed by the recording, until it is noticed that they have changed (the function itself runs again in the 4th,
 * 6th, 10th, 18th, ... call); from then on it runs in each call, and only its operations as a graph. Where a gradient is taken *of* the function, it runs eagerly.
 *
 * @param fn takes tensors, and gives a tensor, tensors, or nothing
 * @example
 * const weights = tf.variable(tf.zeros([4, 1]));
 * const optimizer = tf.train.sgd(0.1);
 * const step = compiled((x: tf.Tensor, y: tf.Tensor) => {
 *   const loss = () => tf.losses.meanSquaredError(y, tf.matMul(x, weights)) as tf.Scalar;
 *   return optimizer.minimize(loss, true)!;
 * });
 * const [x, y] = [tf.randomNormal([32, 4]), tf.ones([32, 1])];
 * for (let i = 0; i < 100; i++) step(x, y).dispose();
 */
export function compiled<Inputs extends Tensor[], Output extends Tensor | Tensor[] | void>(
  fn: (...inputs: Inputs) => Output,
): CompiledFunction<Inputs, Output> {
  const step = new CompiledStep({ isForeign: () => true, isMostlyPure: true });
  let form: "tensor" | "list" | "nothing" = "nothing";
  const run = (inputs: Tensor[]): Tensor[] => {
    const outputs: Tensor[] = [];
    tf.tidy(() => {
      const result = fn(...(inputs as Inputs)) as Tensor | Tensor[] | null | undefined;
      form = result == null ? "nothing" : Array.isArray(result) ? "list" : "tensor";
      for (const tensor of [result ?? []].flat()) outputs.push(tf.keep(tensor));
    });
    return outputs;
  };
  const call = (...inputs: Inputs): Output => {
    const outputs = step.run(run, inputs);
    return (form === "list" ? outputs : form === "tensor" ? outputs[0] : undefined) as Output;
  };
  return Object.assign(call, { explain: () => step.report(), dispose: () => step.dispose() });
}
