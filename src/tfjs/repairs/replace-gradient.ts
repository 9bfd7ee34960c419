import type { GradConfig } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

type Gradient = GradConfig["gradFunc"];

/**
 * Puts a gradient in the place of the one that a kernel has.
 *
 * @param make gets the known one, to which the new one leaves what that does right
 */
export function replaceGradient(kernelName: string, make: (known: Gradient) => Gradient): void {
  const known: GradConfig = tf.getGradient(kernelName);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ ...known, gradFunc: make(known.gradFunc) });
}
