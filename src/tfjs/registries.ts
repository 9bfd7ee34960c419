import type { GradConfig, KernelFunc } from "@tensorflow/tfjs-node";
import { classMap, type FromConfig } from "./internals.js";
import { tf } from "./native.js";
import { note, type Reason } from "./patch.js";

type Gradient = GradConfig["gradFunc"];

/**
 * Puts a gradient in the place of the one that a kernel has.
 *
 * @param make gets the known one, to which the new one leaves what that does right
 */
export function replaceGradient(
  kernelName: string,
  reason: Reason,
  make: (known: Gradient) => Gradient,
): void {
  const known: GradConfig = tf.getGradient(kernelName);
  note("gradients", kernelName, "replaced", reason);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ ...known, gradFunc: make(known.gradFunc) });
}

/** Gives a kernel a gradient, in the place of the one that it has, if any. */
export function setGradient(reason: Reason, gradient: GradConfig): void {
  const { kernelName } = gradient;
  const isKnown = tf.getGradient(kernelName) !== undefined;
  note("gradients", kernelName, isKnown ? "replaced" : "added", reason);
  if (isKnown) tf.unregisterGradient(kernelName);
  tf.registerGradient(gradient);
}

/**
 * Puts a kernel in the place of one of the backend that computes.
 *
 * @param make gets the known one, to which the new one leaves what that does right
 */
export function replaceKernel(
  kernelName: string,
  reason: Reason,
  make: (known: KernelFunc) => KernelFunc,
): void {
  const backendName = tf.getBackend();
  const known = tf.getKernel(kernelName, backendName);
  note("kernels", kernelName, "replaced", reason);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...known, kernelFunc: make(known.kernelFunc) });
}

/** Gives the native backend a kernel that it has not. */
export function addKernel(kernelName: string, reason: Reason, kernelFunc: KernelFunc): void {
  note("kernels", kernelName, "added", reason);
  tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc });
}

const addition = { name: "classes of Keras", why: "TensorFlow.js does not have it" };

/** The classes of TensorFlow.js and ours. */
const ownClasses = new Set<unknown>(Object.values(classMap()).map(([cls]) => cls));

/** Whether a class is none of somebody else's. */
export function isOwnClass(cls: unknown): boolean {
  return ownClasses.has(cls);
}

/** Makes a class of ours known, so that it can be made from a configuration. */
export function addClass(cls: { className: string }): void {
  note("classes", cls.className, "added", addition);
  tf.serialization.registerClass(cls as never);
  ownClasses.add(cls);
}

/**
 * Changes how a class is made from a configuration, as files have it.
 *
 * @param make gets how it was made
 */
export function replaceFromConfig(
  className: string,
  reason: Reason,
  make: (known: FromConfig) => FromConfig,
): void {
  note("classes", className, "wrapped", reason);
  const registered = classMap()[className]!;
  registered[1] = make(registered[1]);
}
