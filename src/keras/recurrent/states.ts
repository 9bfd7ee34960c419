import type { Tensor, Variable, layers } from "@tensorflow/tfjs-node";
import { recurrentPrototype } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

/** A recurrent layer with the members that its type hides. */
interface Stateful extends Omit<layers.Layer, "resetStates"> {
  /** Each null before the first call. */
  states: (Tensor | null)[];
  resetStates(states?: Tensor | Tensor[], training?: boolean): void;
}

const reason = {
  name: "states in variables",
  why: "states are new tensors after each batch, and all the old ones stay",
};

/**
 * TensorFlow.js keeps the states of a stateful recurrent layer as tensors, new ones after each batch, and in training all
 * the old ones, too. As variables they take no more memory from batch to batch, and they are part of a recorded step.
 */
export function keepStatesInVariables(): void {
  const layer = recurrentPrototype<Stateful>();
  patch(layer, "resetStates", {
    ...reason,
    wrap: (resetStates) =>
      function (states, training) {
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
      },
  });
  patch(layer, "dispose", {
    ...reason,
    wrap: (dispose) =>
      function () {
        const result = dispose.call(this);
        if (result.refCountAfterDispose === 0) tf.dispose(this.states as Tensor[]);
        return result;
      },
  });
}

function areVariables(states: (Tensor | null)[]): states is Variable[] {
  return states.every((state) => state instanceof tf.Variable);
}
