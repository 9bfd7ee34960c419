import { nativeBackend, type Backend, type Binding } from "../tfjs/backend.js";
import { abandonWatching } from "./changing-values.js";
import { forgetStepListener } from "./step-listener.js";

/** The greatest handle of a tensor whose value is not computed yet. TensorFlow.js has -1 for what it has not yet written. */
export const noValue = -2;

/** Who listens now: what it listens to, and how to end that. */
let interception: { native: Binding; abandon: () => void } | undefined;

/** The functions of native TensorFlow, whoever listens. */
export function nativeBinding(): Binding {
  return interception?.native ?? nativeBackend().binding;
}

/** Whether somebody listens between TensorFlow.js and native TensorFlow now. */
export function isIntercepted(): boolean {
  return interception !== undefined;
}

/** Methods in the place of the backend's, and functions in the place of native TensorFlow's. */
export interface Interception extends Pick<Backend, "getInputTensorIds" | "createOutputTensor"> {
  binding: Partial<Binding>;
}

/**
 * Puts other methods in the place of the backend's.
 *
 * @param abandoned what to do in case that code was ended in between, by an interrupt
 * @returns puts the backend's own back
 */
export function intercept(
  { binding: functions, ...methods }: Interception,
  abandoned = (): void => {},
): () => void {
  const backend = nativeBackend();
  const { binding, getInputTensorIds, createOutputTensor } = backend;
  const end = () => {
    Object.assign(backend, { binding, getInputTensorIds, createOutputTensor });
    interception = undefined;
  };
  const abandon = () => {
    abandoned();
    end();
  };
  interception = { native: binding, abandon };
  // Native TensorFlow's functions are read-only: what inherits from them can define its own, but not assign.
  const listening = Object.create(binding, Object.getOwnPropertyDescriptors(functions)) as Binding;
  Object.assign(backend, { binding: listening, ...methods });
  return end;
}

let eager = false;

/** Whether what runs now is to be left eager. */
export function staysEager(): boolean {
  return eager;
}

/** Leaves what `run` does eager. */
export function eagerly<T>(run: () => T): T {
  const before = eager;
  eager = true;
  try {
    return run();
  } finally {
    eager = before;
  }
}

/** Ends what the code that began it cannot end any more, because an interrupt has ended that. */
export function abandonInterception(): void {
  abandonWatching();
  forgetStepListener();
  eager = false;
  interception?.abandon();
}
