import type { Variable } from "@tensorflow/tfjs-node";
import type { SignatureReport } from "../step-report.js";
import { Deferral } from "./deferral.js";
import { recordingWatched } from "../changing-values.js";
import { record } from "../recorder.js";
import type { Recording } from "../recording.js";
import { Trace } from "./trace.js";

/** What a step does otherwise than in so many ways stays eager: each has its variables in a session of its own. */
const mostTraces = 8;
/** Recordings that may fail one after the other, because a variable is made in the first step, say. */
const mostObstacles = 3;
/** Where one step in three is not as one of the traces, nothing is gained. */
const fullTrust = 10;
const gain = 0.5;
const loss = 1;

/**
 * A step whose JavaScript runs each time, and is compared with what it did before: what it does otherwise is noticed, values
 * that it makes anew are fed to the graph. See `deferral.ts`.
 */
export class FollowedStep {
  /** The latest first. */
  readonly #traces: Trace[] = [];
  readonly #variables = new Set<Variable>();
  #begun: boolean;
  #recordNext = true;
  #obstacles = 0;
  #trust = fullTrust;
  #reason: string | undefined;

  /**
   * @param isFunction whether it is left to recordings to run the step: then it makes nothing in its first run, such as an
   *   optimizer's slots, and stays eager if it takes random numbers or times of JavaScript
   */
  constructor(private readonly isFunction = false) {
    this.#begun = isFunction;
  }

  /** Why it runs eagerly, if it does. */
  get reason(): string | undefined {
    return this.#reason;
  }

  run<T>(step: () => T): T {
    if (this.#reason !== undefined) return step();
    if (!this.#begun) {
      // Who steps only once has no use of more.
      this.#begun = true;
      return step();
    }
    return this.#recordNext ? this.#record(step) : this.#replay(step);
  }

  #record<T>(step: () => T): T {
    let result: T;
    const run = () => {
      result = step();
      return [];
    };
    const recorded = (): Recording => record(run, [], true).recording;
    const recording = this.isFunction ? recordingWatched(recorded) : recorded();
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
