import type { KernelFunc } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

/**
 * Puts a kernel in the place of one of the backend that computes.
 *
 * @param make gets the known one, to which the new one leaves what that does right
 */
export function replaceKernel(kernelName: string, make: (known: KernelFunc) => KernelFunc): void {
  const backendName = tf.getBackend();
  const known = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...known, kernelFunc: make(known.kernelFunc) });
}
