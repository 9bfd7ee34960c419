import { isDeepStrictEqual } from "node:util";
import type { Tensor } from "@tensorflow/tfjs-node";
import { eagerly } from "./binding.js";
import { recordingWatched } from "./changing-values.js";
import { operationsOf, type SignatureReport, type StepFunction } from "./step-report.js";
import { FollowedStep } from "./following/followed-step.js";
import type { GraphNode } from "./graph.js";
import { OpenedConstants } from "./opened-constants.js";
import { programGraph, type ProgramGraph } from "./program-graph.js";
import { Program, type Steps } from "./program.js";
import { record } from "./recorder.js";
import type { Recording } from "./recording.js";

/** A step may make its variables (an optimizer's slots, say) in its first runs; later they must all be there. */
const attempts = 3;
/** A step that was recorded anew so often, because it did something else, will do so again. */
const mostRenewals = 4;

/** The first run of a compiled function, after those that were recorded, that is looked at again. */
const firstLook = 2;

/** What is known of a signature when it is first met. */
export interface SignatureKind {
  /** The types and shapes of the inputs. */
  inputs: string;
  /** Whether several steps can run at once. */
  repeated: boolean;
  /** Whether one recording tells all. */
  steady: boolean;
  /** Whether code of the user's takes part in the step. */
  foreign: boolean;
}

/**
 * One signature: recorded, then compiled. It is recorded twice, because what differs between two runs cannot be a constant,
 * unless the step is known to be steady.
 */
export class Signature {
  /** When the program was last known to be what the step does; see `UserTurns`. */
  verifiedAt = -1;
  #runs = 0;
  #isImpure = false;
  #attempts = 0;
  #renewals = 0;
  #first: { built: ProgramGraph; turn: number } | undefined;
  #constants: OpenedConstants | undefined;
  #program: Program | undefined;
  #followed: FollowedStep | undefined;
  #reason: string | undefined;

  constructor(readonly kind: SignatureKind) {}

  /** Whether the program takes several steps in a run. */
  get repeats(): boolean {
    return this.#program?.repeats ?? false;
  }

  /** Whether the step, which was recorded once, has run only once in its turn. */
  isSeldom(turn: number): boolean {
    return this.#first !== undefined && this.#first.turn !== turn;
  }

  runSteps(data: Tensor[], steps: Steps): number[][] {
    return this.#program!.runSteps(this.#withConstants(data), steps);
  }

  /** @param turn when this is; see `UserTurns` */
  run(step: StepFunction, inputs: Tensor[], turn = 0): Tensor[] {
    if (this.#program) return this.#program.run(this.#withConstants(inputs));
    if (this.#reason !== undefined) return eagerly(() => step(inputs));
    const { outputs, recording } = this.#record(step, inputs);
    this.#learn(recording, turn);
    return outputs;
  }

  /** Runs the step's JavaScript, too, so that what it does otherwise than before is noticed. */
  follow(step: StepFunction, inputs: Tensor[]): Tensor[] {
    this.#followed ??= new FollowedStep(true);
    const reason = this.#reason ?? this.#followed.reason;
    return reason === undefined ? this.#followed.run(() => step(inputs)) : eagerly(() => step(inputs));
  }

  /** Runs the step as `run` until it does something else than before, and from then on as `follow`; looks ever more seldom. */
  runMostlyPure(step: StepFunction, inputs: Tensor[]): Tensor[] {
    if (this.#isImpure) return this.follow(step, inputs);
    const isDue = this.#program && ++this.#runs >= firstLook && Number.isInteger(Math.log2(this.#runs));
    if (!isDue) return this.run(step, inputs);
    const { outputs, isSame } = this.check(step, inputs, 0);
    this.#isImpure = !isSame;
    return outputs;
  }

  /** Runs the step as `run`, and records it again to see whether it is what it was. Returns whether it is, too. */
  check(step: StepFunction, inputs: Tensor[], turn: number): { outputs: Tensor[]; isSame: boolean } {
    if (!this.#program) return { outputs: this.run(step, inputs, turn), isSame: false };
    const { outputs, recording } = this.#record(step, inputs);
    const change = recording.obstacle === undefined ? this.#constants!.update(recording) : "different";
    if (change === "inputs") this.#build(programGraph(this.#constants!.recording, this.kind.repeated));
    if (change === "different") this.#renew(recording, turn);
    else this.verifiedAt = turn;
    return { outputs, isSame: change === "same" };
  }

  #record(step: StepFunction, inputs: Tensor[]): { outputs: Tensor[]; recording: Recording } {
    let outputs: Tensor[] = [];
    const recorded = (): Recording => {
      const result = record(() => step(inputs), inputs);
      ({ outputs } = result);
      return result.recording;
    };
    const recording = this.kind.foreign ? recordingWatched(recorded) : recorded();
    return { outputs, recording };
  }

  #learn(recording: Recording, turn: number): void {
    this.#attempts++;
    let reason = recording.obstacle;
    if (reason === undefined) {
      const built = programGraph(recording, this.kind.repeated);
      // What code of the user's has changed in between is not what changes from run to run.
      if (this.#first && this.#first.turn !== turn) this.#first = undefined;
      if (!this.#first && !this.kind.steady) {
        this.#first = { built, turn };
        return;
      }
      reason = (this.#first && difference(this.#first.built, built)) ?? this.#compile(built, turn);
    }
    this.#first = undefined;
    if (this.#attempts >= attempts) this.#reason = reason;
  }

  /** Returns why it failed, if it did. */
  #compile(built: ProgramGraph, turn: number): string | undefined {
    const failure = this.#build(built);
    if (failure === undefined) {
      if (this.kind.foreign) this.#constants = new OpenedConstants(built.recording);
      this.verifiedAt = turn;
    }
    return failure;
  }

  #build(built: ProgramGraph): string | undefined {
    this.#program?.dispose();
    this.#program = undefined;
    try {
      this.#program = new Program(built);
      return undefined;
    } catch (error) {
      return `TensorFlow does not take the graph: ${String(error)}`;
    }
  }

  /** Begins anew with what the step does now. */
  #renew(recording: Recording, turn: number): void {
    this.dispose();
    this.#attempts = 0;
    if (recording.obstacle !== undefined) this.#reason = recording.obstacle;
    else if (++this.#renewals > mostRenewals)
      this.#reason = "the step does not do the same operations each time";
    else this.#learn(recording, turn);
  }

  #withConstants(inputs: Tensor[]): Tensor[] {
    return this.#constants ? [...inputs, ...this.#constants.values] : inputs;
  }

  report(): SignatureReport {
    const { inputs } = this.kind;
    const reason = this.#reason ?? (this.#program ? undefined : this.#followed?.reason);
    if (reason !== undefined) return { inputs, state: "eager", reason };
    if (this.#program) return { inputs, state: "compiled", operations: operationsOf(this.#program) };
    const followed = this.#followed?.report().find(({ state }) => state === "compiled");
    return followed ? { ...followed, inputs } : { inputs, state: "recording" };
  }

  dispose(): void {
    this.#program?.dispose();
    this.#program = undefined;
    this.#constants?.dispose();
    this.#constants = undefined;
    this.#followed?.dispose();
    this.#followed = undefined;
  }
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
