import { isBindingWaiting } from "./lazy-binding.js";
import { tf } from "./native.js";

export interface Threads {
  /** How many threads one operation uses. Default: what was set, else all processors. */
  intra?: number;
  /** How many operations run at once. Default: what was set, else all processors. */
  inter?: number;
}

/**
 * Sets how many threads TensorFlow computes with, as `tf.config.threading` in Python. It makes them at its first operation, so
 * this is for the first cell of a notebook; afterwards, restart the kernel. The variables `TF_NUM_INTRAOP_THREADS` and
 * `TF_NUM_INTEROP_THREADS`, set before the kernel starts, do the same.
 *
 * @throws RangeError for what is no whole number from 1 up; Error if TensorFlow has its threads already, or does not compute
 *
 * @example
 * try {
 *   setThreads({ intra: 1, inter: 1 });
 * } catch (error) {
 *   console.log((error as Error).message); // too late: an operation ran before
 * }
 */
export function setThreads({ intra, inter }: Threads): void {
  for (const [name, count] of Object.entries({ intra, inter }))
    if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 1024))
      throw new RangeError(`setThreads: ${name} is a whole number from 1 to 1024, but got ${String(count)}.`);
  if (tf.getBackend() !== "tensorflow")
    throw new Error(`setThreads is for native TensorFlow, but "${tf.getBackend()}" computes here.`);
  if (!isBindingWaiting())
    throw new Error(
      "setThreads is too late: TensorFlow has made its threads at its first operation. Restart the kernel, and call it " +
        "before anything that makes a tensor or a model.",
    );
  // Node sets the variables of the process itself, where TensorFlow reads them.
  if (intra !== undefined) process.env["TF_NUM_INTRAOP_THREADS"] = String(intra);
  if (inter !== undefined) process.env["TF_NUM_INTEROP_THREADS"] = String(inter);
}

let wasSaid = false;

function withoutEffect(what: string): void {
  if (!wasSaid)
    console.info(`${what} is without effect: TensorFlow computes on the processor here, there is no GPU.`);
  wasSaid = true;
}

/**
 * Whether TensorFlow takes the memory of a GPU as it needs it (`true`), as `tf.config.experimental.set_memory_growth` in Python.
 * Manabi's TensorFlow has no GPU: that is said once, and nothing else happens.
 *
 * @example
 * setMemoryGrowth(true);
 */
export function setMemoryGrowth(_isGrowing: boolean): void {
  withoutEffect("setMemoryGrowth");
}

/**
 * Which GPUs TensorFlow sees, by number, as `tf.config.set_visible_devices` in Python. Manabi's TensorFlow has no GPU: that is
 * said once, and nothing else happens.
 *
 * @throws RangeError for what is no number of a GPU
 *
 * @example
 * setVisibleDevices([0]);
 */
export function setVisibleDevices(devices: readonly number[]): void {
  const wrong = devices.find((device) => !Number.isInteger(device) || device < 0);
  if (wrong !== undefined) throw new RangeError(`GPUs are numbered 0, 1, 2, …, but got ${String(wrong)}.`);
  if (devices.length > 0) withoutEffect("setVisibleDevices");
}
