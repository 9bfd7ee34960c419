import type { Tensor } from "@tensorflow/tfjs-node";
import { runsNatively, tf } from "../native.js";
import { replaceKernel } from "./replace-kernel.js";

/**
 * Two operations of tfjs-node 4.22 that go wrong with int32: `tf.exp` disposes its argument, which is the caller's
 * (kernels/Exp.ts), and `tf.round` gives zeros (TensorFlow's Round does nothing there).
 */
export function repairIntegers(): void {
  if (!runsNatively()) return;
  replaceKernel("Exp", (exp) => (given) => {
    const x = given.inputs["x"] as Tensor;
    return tf.tidy(() => exp({ ...given, inputs: { x: tf.cast(x, "float32") } }) as Tensor);
  });
  replaceKernel("Round", (round) => (given) => {
    const x = given.inputs["x"] as Tensor;
    return x.dtype === "int32" ? tf.clone(x) : round(given);
  });
}
