import type { Optimizer } from "@tensorflow/tfjs-node";
import { gradientDepth, runsNatively, tf } from "../tfjs/native.js";
import { patch } from "../tfjs/patch.js";
import { isIntercepted, staysEager } from "./binding.js";
import type { SignatureReport } from "./step-report.js";
import { keepTrack } from "./live-steps.js";
import { FollowedStep } from "./following/followed-step.js";

const steps = new WeakMap<Optimizer, FollowedStep>();

function stepsOf(optimizer: Optimizer): FollowedStep {
  let found = steps.get(optimizer);
  if (!found) {
    const made = new FollowedStep();
    found = made;
    keepTrack(made);
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
