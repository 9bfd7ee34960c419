import { isDeepStrictEqual } from "node:util";
import type { Tensor } from "@tensorflow/tfjs-node";
import { gradientDepth, runsNatively, tf } from "../tfjs/native.js";
import type { GraphNode } from "./graph.js";
import { programGraph, type ProgramGraph } from "./program-graph.js";
import { Program, type Steps } from "./program.js";
import { eagerly, isIntercepted } from "./binding.js";
import { record } from "./recorder.js";
import type { Recording } from "./recording.js";

/** What is recorded: takes tensors, and gives tensors that are the caller's to dispose. */
export type StepFunction = (inputs: Tensor[]) => Tensor[];

/** What became of one signature of a step. */
export interface SignatureReport {
  /** The types and shapes of the inputs. */
  inputs: string;
  state: "recording" | "compiled" | "eager";
  /** Why it runs eagerly. */
  reason?: string;
  /** How many operations of each kind its graph has. */
  operations?: Record<string, number>;
}

/** A step may make its variables (an optimizer's slots, say) in its first runs; later they must all be there. */
const attempts = 3;

/** What is known about a step beforehand. */
export interface StepKind {
  /** The step's first input is the row numbers of a batch, so that several can run at once. */
  repeated?: boolean;
  /** Whether the step makes the same values in JavaScript each time; asked before a signature is recorded. */
  isSteady?: () => boolean;
  /** Whether to leave it eager. */
  isEager?: () => boolean;
}

/**
 * One signature: recorded, then compiled. It is recorded twice, because what differs between two runs cannot be a constant,
 * unless the step is known to be steady.
 */
class Signature {
  #attempts = 0;
  #first: ProgramGraph | undefined;
  #program: Program | undefined;
  #reason: string | undefined;

  constructor(
    private readonly inputs: string,
    private readonly repeated: boolean,
    private readonly steady: boolean,
  ) {}

  /** The program, if there is one that takes several steps in a run. */
  get loop(): Program | undefined {
    return this.#program?.repeats ? this.#program : undefined;
  }

  run(step: StepFunction, inputs: Tensor[]): Tensor[] {
    if (this.#program) return this.#program.run(inputs);
    if (this.#reason !== undefined) return eagerly(() => step(inputs));
    const { outputs, recording } = record(() => step(inputs), inputs);
    this.#learn(recording);
    return outputs;
  }

  #learn(recording: Recording): void {
    this.#attempts++;
    let reason = recording.obstacle;
    if (reason === undefined) {
      const built = programGraph(recording, this.repeated);
      if (!this.#first && !this.steady) {
        this.#first = built;
        return;
      }
      reason = (this.#first && difference(this.#first, built)) ?? this.#compile(built);
    }
    this.#first = undefined;
    if (this.#attempts >= attempts) this.#reason = reason;
  }

  /** Returns why it failed, if it did. */
  #compile(built: ProgramGraph): string | undefined {
    try {
      this.#program = new Program(built);
      return undefined;
    } catch (error) {
      return `TensorFlow does not take the graph: ${String(error)}`;
    }
  }

  report(): SignatureReport {
    const { inputs } = this;
    if (this.#reason !== undefined) return { inputs, state: "eager", reason: this.#reason };
    if (!this.#program) return { inputs, state: "recording" };
    return { inputs, state: "compiled", operations: operationsOf(this.#program) };
  }

  dispose(): void {
    this.#program?.dispose();
  }
}

/** How many operations of each kind a program's graph has. */
export function operationsOf({ graph }: Program): Record<string, number> {
  const operations: Record<string, number> = {};
  for (const { op } of graph.nodes) operations[op] = (operations[op] ?? 0) + 1;
  return operations;
}

/** Why two recordings of a step are not one program; undefined if they are. */
function difference(a: ProgramGraph, b: ProgramGraph): string | undefined {
  const { nodes } = b.graph;
  const index = nodes.findIndex((node, i) => !isDeepStrictEqual(node, a.graph.nodes[i]));
  const variables = (built: ProgramGraph) => built.variables.map(({ recorded }) => recorded.variable);
  if (index < 0 && nodes.length === a.graph.nodes.length && isDeepStrictEqual(variables(a), variables(b))) {
    return undefined;
  }
  const node: GraphNode | undefined = nodes[index];
  if (node?.op !== "Const" || a.graph.nodes[index]?.op !== "Const") {
    return "the step does not do the same operations each time";
  }
  const user = nodes.find(({ inputs }) => inputs.includes(`${node.name}:0`));
  return `a value that JavaScript makes in the step (an input of ${user?.op ?? "the result"}) changes from run to run`;
}

/** A step with more signatures than this never settles: what is new then runs eagerly. */
const mostSignatures = 32;

/** A function of tensors that is recorded once per signature and then replayed as a TensorFlow graph. */
export class CompiledStep {
  readonly #signatures = new Map<string, Signature>();

  constructor(private readonly kind: StepKind = {}) {}

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
      const { repeated = false, isSteady } = this.kind;
      signature = new Signature(shapes, repeated, isSteady?.() ?? false);
      this.#signatures.set(key, signature);
    }
    return signature.run(step, inputs);
  }

  /**
   * Runs the step for several batches, or, while there is no program for that, for one.
   *
   * @param step as for `run`; takes the row numbers of a batch, then `data`
   * @returns for each batch its outputs, which must be scalars
   */
  runSteps(step: StepFunction, data: Tensor[], steps: Steps, batchSize: number, context: string): number[][] {
    const key = `${[`int32[${batchSize}]`, ...data.map(shapeText)].join(" ")} ${context}`;
    const loop = this.#signatures.get(key)?.loop;
    if (loop && runsNatively()) return loop.runSteps(data, steps);
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
