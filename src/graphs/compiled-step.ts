import type { Tensor } from "@tensorflow/tfjs-node";
import { gradientDepth, runsNatively, tf } from "../tfjs/native.js";
import type { Steps } from "./program.js";
import { eagerly, isIntercepted } from "./binding.js";
import { keepTrack } from "./live-steps.js";
import { Signature } from "./signature.js";
import type { SignatureReport, StepFunction } from "./step-report.js";
import { UserTurns } from "./user-turns.js";

/** What is known about a step beforehand. */
export interface StepKind {
  /** The step's first input is the row numbers of a batch, so that several can run at once. */
  repeated?: boolean;
  /** Whether the step makes the same values in JavaScript each time; asked before a signature is recorded. */
  isSteady?: () => boolean;
  /**
   * Whether code of the user's takes part in the step. It may read what other code of the user's changes, so where that has
   * run, the step's JavaScript runs again and is compared with the recording.
   */
  isForeign?: () => boolean;
  /** Whether that is so rare that it is enough to look at the 4th, 8th, 16th, ... run. */
  isMostlyPure?: boolean;
  /** Whether to leave it eager. */
  isEager?: () => boolean;
}

/** A step with more signatures than this never settles: what is new then runs eagerly. */
const mostSignatures = 32;

/** A function of tensors that is recorded once per signature and then replayed as a TensorFlow graph. */
export class CompiledStep {
  readonly #signatures = new Map<string, Signature>();
  readonly #turns = new UserTurns();

  constructor(private readonly kind: StepKind = {}) {
    keepTrack(this);
  }

  /**
   * Runs the step.
   *
   * @param step what to do eagerly, or to record
   * @param context what else the step depends on, besides the shapes and types of `inputs`
   */
  run(step: StepFunction, inputs: Tensor[], context = ""): Tensor[] {
    // Inside of another recording, or of a gradient, the single operations must be seen.
    if (!runsNatively() || isIntercepted() || gradientDepth() > 0) return step(inputs);
    if (this.kind.isEager?.()) return eagerly(() => step(inputs));
    const shapes = inputs.map(shapeText).join(" ");
    const key = `${shapes} ${context}`;
    let signature = this.#signatures.get(key);
    if (!signature) {
      if (this.#signatures.size === mostSignatures) return eagerly(() => step(inputs));
      const { repeated = false, isSteady, isForeign } = this.kind;
      const [steady, foreign] = [isSteady?.() ?? false, isForeign?.() ?? false];
      signature = new Signature({ inputs: shapes, repeated, steady, foreign });
      this.#signatures.set(key, signature);
    }
    return signature.kind.foreign ? this.#runForeign(signature, step, inputs) : signature.run(step, inputs);
  }

  #runForeign(signature: Signature, step: StepFunction, inputs: Tensor[]): Tensor[] {
    if (this.kind.isMostlyPure) return signature.runMostlyPure(step, inputs);
    // Who calls for single steps has code between them.
    if (!signature.kind.repeated) return signature.follow(step, inputs);
    const turns = this.#turns;
    turns.step();
    if (turns.areShort || signature.isSeldom(turns.now)) return signature.follow(step, inputs);
    if (turns.areVerified(signature)) return signature.run(step, inputs, turns.now);
    const { verifiedAt } = signature;
    const { outputs, isSame } = signature.check(step, inputs, turns.now);
    if (isSame) turns.verified(verifiedAt);
    return outputs;
  }

  /**
   * Runs the step for several batches, or, while there is no program for that, for one.
   *
   * @param step as for `run`; takes the row numbers of a batch, then `data`
   * @returns for each batch its outputs, which must be scalars
   */
  runSteps(step: StepFunction, data: Tensor[], steps: Steps, batchSize: number, context: string): number[][] {
    const key = `${[`int32[${batchSize}]`, ...data.map(shapeText)].join(" ")} ${context}`;
    const signature = this.#signatures.get(key);
    const isKnown = !signature?.kind.foreign || this.#turns.areVerified(signature);
    if (signature?.repeats && isKnown && runsNatively()) {
      this.#turns.step(steps.count);
      return signature.runSteps(data, steps);
    }
    const rows = tf.slice(steps.rows, steps.first, batchSize);
    try {
      return [numbersOf(this.run(step, [rows, ...data], context))];
    } finally {
      rows.dispose();
    }
  }

  report(): SignatureReport[] {
    return [...this.#signatures.values()].map((signature) => signature.report());
  }

  /** Frees all programs. Variables keep their newest values; the step can be run again. */
  dispose(): void {
    for (const signature of this.#signatures.values()) signature.dispose();
    this.#signatures.clear();
  }
}

/** The values of scalars, which are then disposed. */
export function numbersOf(scalars: Tensor[]): number[] {
  const numbers = scalars.map((scalar) => scalar.dataSync()[0]!);
  tf.dispose(scalars);
  return numbers;
}

const shapeText = ({ dtype, shape }: Pick<Tensor, "dtype" | "shape">): string =>
  `${dtype}[${shape.join(",")}]`;
