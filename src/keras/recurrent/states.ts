import type { Tensor, Variable, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

/** A recurrent layer with the members that its type hides. */
interface Stateful extends Omit<layers.Layer, "resetStates"> {
  /** Each null before the first call. */
  states: (Tensor | null)[];
  resetStates(states?: Tensor | Tensor[], training?: boolean): void;
}

/**
 * TensorFlow.js keeps the states of a stateful recurrent layer as tensors, new ones after each batch, and in training all
 * the old ones, too. As variables they take no more memory from batch to batch, and they are part of a recorded step.
 */
export function keepStatesInVariables(): void {
  const layer = Object.getPrototypeOf(tf.layers.lstm({ units: 1 })) as Stateful;
  const prototype = Object.getPrototypeOf(layer) as Stateful;
  const { resetStates, dispose } = prototype;
  prototype.resetStates = function (this: Stateful, states, training) {
    const known = this.states;
    const next = states && [states].flat();
    if (areVariables(known) && (!next || next.length === known.length)) {
      tf.tidy(() => known.forEach((state, i) => state.assign(next ? next[i]! : tf.zerosLike(state))));
      return;
    }
    // The first states, or what is wrong with the call.
    resetStates.call(this, states, training);
    this.states = (this.states as Tensor[]).map((state) => {
      const variable = tf.variable(state, false);
      state.dispose();
      return variable;
    });
  };
  prototype.dispose = function (this: Stateful) {
    const result = dispose.call(this);
    if (result.refCountAfterDispose === 0) tf.dispose(this.states as Tensor[]);
    return result;
  };
}

function areVariables(states: (Tensor | null)[]): states is Variable[] {
  return states.every((state) => state instanceof tf.Variable);
}
