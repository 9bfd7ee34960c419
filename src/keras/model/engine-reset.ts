import { abandonInterception } from "../../graphs/binding.js";
import { forgetStepListener } from "../optimizers/rule.js";
import { tf } from "../../tfjs/native.js";

/**
 * Closes what code that an interrupt ended has left open: recordings, scopes of `tf.tidy` with their tensors, tapes of gradients, kernel
 * calls. Otherwise every later tensor would count as theirs, and every later operation be recorded. Call it where no
 * operation can be under way: in a task of its own.
 */
export function resetEngine(): void {
  forgetStepListener();
  abandonInterception();
  const engine = tf.engine();
  const { state } = engine;
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
  while (state.scopeStack.length > 0) engine.endScope();
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0, activeTape: null, numDataMovesStack: [] });
}
