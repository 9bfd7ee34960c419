import type { Tensor } from "@tensorflow/tfjs-node";
import { runsNatively, tf } from "../native.js";
import { replaceKernel } from "../registries.js";

const reason = {
  name: "integers",
  why: "tf.exp of int32 disposes its argument, and tf.round of int32 gives zeros",
};

/**
 * Two operations of tfjs-node 4.22 that go wrong with int32: `tf.exp` disposes its argument, which is the caller's
 * (kernels/Exp.ts), and `tf.round` gives zeros (TensorFlow's Round does nothing there).
 */
export function repairIntegers(): void {
  if (!runsNatively()) return;
  replaceKernel("Exp", reason, (exp) => (given) => {
    const x = given.inputs["x"] as Tensor;
    return tf.tidy(() => exp({ ...given, inputs: { x: tf.cast(x, "float32") } }) as Tensor);
  });
  replaceKernel("Round", reason, (round) => (given) => {
    const x = given.inputs["x"] as Tensor;
    return x.dtype === "int32" ? tf.clone(x) : round(given);
  });
}
