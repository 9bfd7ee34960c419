import type { Attribute } from "../../tfjs/backend.js";
import { isData } from "../data-inputs.js";
import type { Variable } from "@tensorflow/tfjs-node";
import type { DeferredCall } from "./deferred-calls.js";
import type { DeferredValue, DeferredValues } from "./deferred-values.js";
import { bytesOf } from "../graph.js";
import type { RecordedCall } from "../recording.js";
import type { Trace } from "./trace.js";

/** A step under way, compared with traces. */
export class Following {
  /** The values that the leaves of the trace have in this step. */
  readonly bound = new Map<string, DeferredValue>();
  /** Constants of the trace that have other values in this step. */
  readonly changed = new Set<string>();
  #trace: Trace;

  /**
   * @param traces the likeliest first
   * @param calls what the step has asked for
   * @param values all tensors that the step has met
   * @param begin what variables held before the step
   */
  constructor(
    private readonly traces: Trace[],
    private readonly calls: DeferredCall[],
    private readonly values: DeferredValues,
    private readonly begin: Map<Variable, DeferredValue>,
  ) {
    this.#trace = traces[0]!;
  }

  /** The trace that the step follows. */
  get trace(): Trace {
    return this.#trace;
  }

  /**
   * The trace's next call, if it is this. Else looks for another trace that has all up to this.
   *
   * @param isSettled whether it must be the trace that was followed until now
   */
  next(call: DeferredCall, isSettled: boolean): RecordedCall | undefined {
    const position = this.calls.length;
    if (this.#isNext(call, position)) return this.#trace.calls[position];
    if (isSettled) return undefined;
    for (const other of this.traces) {
      if (other !== this.#trace && this.#follow(other) && this.#isNext(call, position))
        return this.#trace.calls[position];
    }
    return undefined;
  }

  #follow(trace: Trace): boolean {
    this.#trace = trace;
    this.bound.clear();
    this.changed.clear();
    for (const value of this.values) value.tensor = undefined;
    return this.calls.every((call, position) => this.#isNext(call, position));
  }

  #isNext(call: DeferredCall, position: number): boolean {
    const recorded = this.#trace.calls[position];
    const isSame =
      recorded?.op === call.op &&
      recorded.inputs.length === call.inputs.length &&
      haveSame(recorded.subjects, call.subjects) &&
      haveSameAttributes(recorded.attributes, call.attributes) &&
      call.inputs.every((value, i) => this.#isInput(recorded, i, value));
    if (isSame) call.outputs.forEach((value, i) => (value.tensor = recorded.outputs[i]));
    return isSame;
  }

  /** Whether a value is what a recorded call takes, or can be. */
  #isInput(recorded: RecordedCall, i: number, value: DeferredValue): boolean {
    const tensor = recorded.inputs[i]!;
    if (value.tensor === tensor) return true;
    if (value.isResult) return false;
    const bound = this.bound.get(tensor);
    if (bound) return bound === value;
    const leaf = this.#trace.leaf(tensor);
    if (leaf?.kind === "variable") {
      if (this.begin.get(leaf.variable) !== value) return false;
    } else if (leaf?.kind === "input" || leaf?.kind === "constant") {
      const { shape, dtype } = this.#trace.shape(tensor);
      if (dtype !== value.dtype || !haveSame(shape, value.shape)) return false;
      if (leaf.kind === "constant" && value.values && haveSameBytes(leaf.values, value.values)) {
        // The user's own array may be another's tomorrow.
        value.values = leaf.values;
      } else {
        if (leaf.kind === "constant") {
          if (!isData(recorded.op, i, dtype)) return false;
          this.changed.add(tensor);
        }
        if (value.values) this.values.write(value);
      }
    } else return false;
    this.bound.set(tensor, value);
    value.tensor ??= tensor;
    return true;
  }
}

function haveSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function haveSameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return (
    a.byteLength === b.byteLength &&
    a.constructor === b.constructor &&
    Buffer.compare(bytesOf(a), bytesOf(b)) === 0
  );
}

function haveSameAttributes(a: Attribute[], b: Attribute[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i]!, b[i]!];
    const isSame =
      one.value === other.value ||
      (Array.isArray(one.value) && Array.isArray(other.value) && haveSame(one.value, other.value));
    if (one.name !== other.name || one.type !== other.type || !isSame) return false;
  }
  return true;
}
