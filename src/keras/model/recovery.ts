import { nativeBackend } from "../../tfjs/backend.js";
import { abandonInterception } from "../../graphs/index.js";
import { notebookHost } from "../../host/notebook-host.js";
import { engine, type Engine } from "../../tfjs/internals.js";
import { runsNatively, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { forgetActivityPenalties } from "../layers/activity-regularizer.js";

const reason = {
  name: "recovery from interrupts",
  why: "code that an interrupt ends in the middle of an operation leaves scopes, tapes and half-freed tensors",
};

const watched = new WeakSet<AbortSignal>();

/** Puts TensorFlow.js in order after an interrupt has ended code in the middle of an operation, in fit or elsewhere. */
export function recoverFromInterrupts(): void {
  assignBeforeFreeing();
  if (runsNatively()) forgetBeforeFreeing();
  patch(engine(), "startScope", {
    ...reason,
    wrap: (startScope) =>
      function (name) {
        const signal = this.state.scopeStack.length === 0 ? notebookHost()?.interruptSignal() : undefined;
        if (signal && !watched.has(signal)) {
          watched.add(signal);
          // Not at once: disposing thousands of tensors takes longer than the kernel waits for an answer.
          signal.addEventListener("abort", () => queueMicrotask(resetEngine), { once: true });
        }
        return startScope.call(this, name);
      },
  });
}

/**
 * Closes what code that an interrupt ended has left open: recordings, scopes of `tf.tidy` with their tensors, tapes of gradients, kernel
 * calls. Otherwise every later tensor would count as theirs, and every later operation be recorded. Call it where no
 * operation can be under way: in a task of its own.
 */
export function resetEngine(): void {
  forgetActivityPenalties();
  abandonInterception();
  const { state } = engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
  while (state.scopeStack.length > 0) engine().endScope();
  const closed: Partial<Engine["state"]> = {
    gradientDepth: 0,
    kernelDepth: 0,
    activeTape: null,
    numDataMovesStack: [],
  };
  Object.assign(state, closed);
}

/** tfjs-node frees a tensor and then forgets it. Code that is ended in between would free it again, which is an error. */
function forgetBeforeFreeing(): void {
  patch(nativeBackend(), "disposeData", {
    ...reason,
    replace(dataId, force = false) {
      if (!this.tensorMap.has(dataId)) return true;
      const data = this.tensorMap.get(dataId);
      if (--data.refCount > 0 && !force) return false;
      const { id } = data;
      this.tensorMap.delete(dataId);
      if (id !== null && id >= 0) this.binding.deleteTensor(id);
      return true;
    },
  });
}

/** TensorFlow.js frees a variable's old value and then gives it the new one. Code that is ended in between would leave none. */
function assignBeforeFreeing(): void {
  patch(tf.Variable.prototype, "assign", {
    ...reason,
    wrap: (assign) =>
      function (value) {
        // Says so.
        if (value.dtype !== this.dtype || !tf.util.arraysEqual(value.shape, this.shape))
          assign.call(this, value);
        const before = Object.assign(Object.create(this) as typeof this, { dataId: this.dataId });
        const after = Object.assign(Object.create(this) as typeof this, { dataId: value.dataId });
        engine().incRef(after, null);
        this.dataId = value.dataId;
        engine().disposeTensor(before);
      },
  });
}
