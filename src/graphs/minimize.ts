import type { Optimizer, Variable } from "@tensorflow/tfjs-node";
import { gradientDepth, runsNatively, tf } from "../tfjs/native.js";
import { patch } from "../tfjs/patch.js";
import { isIntercepted, staysEager } from "./binding.js";
import type { SignatureReport } from "./compiled-step.js";
import { Deferral } from "./deferral.js";
import { record } from "./recorder.js";
import type { Recording } from "./recording.js";
import { Trace } from "./trace.js";

/** What an optimizer does otherwise than in so many ways stays eager: each has the weights and slots in a session of its own. */
const mostTraces = 8;
/** Recordings that may fail one after the other, because a variable is made in the first step, say. */
const mostObstacles = 3;
/** Where one step in three is not as one of the traces, nothing is gained. */
const fullTrust = 10;
const gain = 0.5;
const loss = 1;

/** The steps of one optimizer's `minimize`. */
class Minimizing {
  /** The latest first. */
  readonly #traces: Trace[] = [];
  readonly #variables = new Set<Variable>();
  #begun = false;
  #recordNext = true;
  #obstacles = 0;
  #trust = fullTrust;
  #reason: string | undefined;

  run<T>(step: () => T): T {
    if (this.#reason !== undefined) return step();
    if (!this.#begun) {
      // Makes the optimizer's slots. Who steps only once has no use of more.
      this.#begun = true;
      return step();
    }
    return this.#recordNext ? this.#record(step) : this.#replay(step);
  }

  #record<T>(step: () => T): T {
    let result: T;
    const { recording } = record(
      () => {
        result = step();
        return [];
      },
      [],
      true,
    );
    if (recording.obstacle === undefined) {
      this.#recordNext = false;
      this.#obstacles = 0;
      // The step that was not as recorded may have been one of its kind among many, such as the last batch.
      if (!this.#traces.some((trace) => trace.isLike(recording))) this.#add(recording);
    } else if (++this.#obstacles === mostObstacles) this.#stayEager(recording.obstacle);
    return result!;
  }

  #add(recording: Recording): void {
    this.#traces.unshift(new Trace(recording));
    for (const { variable } of recording.variables) this.#variables.add(variable);
  }

  #replay<T>(step: () => T): T {
    const hasRoom = this.#traces.length < mostTraces;
    const deferral = new Deferral(this.#traces, this.#variables, hasRoom);
    const result = deferral.run(step);
    if (deferral.outcome === "replayed") {
      this.#trust = Math.min(this.#trust + gain, fullTrust);
      const { trace } = deferral;
      if (trace !== this.#traces[0]) {
        this.#traces.splice(this.#traces.indexOf(trace), 1);
        this.#traces.unshift(trace);
      }
    } else {
      this.#trust -= loss;
      const { recording } = deferral;
      if (recording && recording.obstacle === undefined) this.#add(recording);
      else if (deferral.outcome === "differed") this.#recordNext = hasRoom && !recording;
      if (this.#trust <= 0) {
        this.#stayEager(
          deferral.outcome === "read"
            ? "the step reads a tensor's values in JavaScript (dataSync, data or print)"
            : "the step does not do the same operations each time",
        );
      }
    }
    return result;
  }

  #stayEager(reason: string): void {
    this.dispose();
    this.#reason = reason;
  }

  report(): SignatureReport[] {
    const traces = this.#traces.map((trace) => trace.report());
    return this.#reason === undefined ? traces : [{ inputs: "", state: "eager", reason: this.#reason }];
  }

  dispose(): void {
    for (const trace of this.#traces) trace.dispose();
    this.#traces.length = 0;
    this.#variables.clear();
    this.#recordNext = true;
  }
}

const steps = new WeakMap<Optimizer, Minimizing>();

function stepsOf(optimizer: Optimizer): Minimizing {
  let found = steps.get(optimizer);
  if (!found) {
    const made = new Minimizing();
    found = made;
    steps.set(optimizer, made);
    const { dispose } = optimizer;
    // Of this object: most classes of optimizers have a `dispose` of their own.
    Object.defineProperty(optimizer, "dispose", {
      configurable: true,
      writable: true,
      value(this: Optimizer) {
        made.dispose();
        dispose.call(this);
      },
    });
  }
  return found;
}

/**
 * Makes `optimizer.minimize(f)` run as a recorded graph. Unlike a compiled function, `f` is called in each step, with all that
 * it does besides: see `deferral.ts`.
 */
export function useCompiledMinimize(): void {
  patch(tf.Optimizer.prototype, "minimize", {
    name: "compiled minimize",
    why: "the steps of training loops run as single operations",
    wrap: (minimize) =>
      function (f, returnCost, varList) {
        const step = () => minimize.call(this, f, returnCost, varList);
        // Inside of a recording, or of a gradient, the single operations must be seen.
        if (!runsNatively() || isIntercepted() || staysEager() || gradientDepth() > 0) return step();
        return stepsOf(this).run(step);
      },
  });
}

/** What became of the steps of an optimizer's `minimize`. */
export function explainMinimize(optimizer: Optimizer): SignatureReport[] {
  return steps.get(optimizer)?.report() ?? [];
}
