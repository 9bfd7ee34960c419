import type { Variable } from "@tensorflow/tfjs-node";
import type { Attribute, TensorInfo } from "./binding.js";
import { dataType } from "./graph.js";
import type { RecordedCall } from "./recorder.js";
import type { Trace } from "./trace.js";

/** A tensor of a step under way. */
export class Value {
  /** What the backend keeps for it, and by which key. */
  info: TensorInfo | undefined = undefined;
  dataId: object | undefined = undefined;
  /** The native tensor, where the backend does not keep it. */
  handle: number | undefined = undefined;

  /**
   * @param isResult whether an operation of the step makes it
   * @param tensor the tensor of the trace that it is
   * @param values what JavaScript made it of, if that is not native yet
   * @param isOutside whether it was there before the step
   */
  constructor(
    readonly isResult: boolean,
    public tensor: string | undefined,
    readonly shape: readonly number[],
    readonly dtype: number,
    public values: ArrayBufferView | undefined,
    readonly isOutside = false,
  ) {}
}

/** What JavaScript has asked for. Inputs and outputs are the numbers of values. */
export interface Call extends Omit<RecordedCall, "inputs" | "outputs"> {
  inputs: number[];
  outputs: number[];
  /** Does it after all, with native tensors. Returns those of the outputs. */
  compute(handles: number[]): (number | undefined)[];
}

/** A step under way, compared with traces. */
export class Following {
  readonly calls: Call[] = [];
  /** The values that the leaves of the trace have in this step. */
  readonly bound = new Map<string, number>();
  /** Constants of the trace that have other values in this step. */
  readonly changed = new Set<string>();
  #trace: Trace;

  /**
   * @param traces the likeliest first
   * @param values all tensors that the step has met
   * @param begin what variables held before the step
   * @param write makes a native tensor of a value that JavaScript made
   */
  constructor(
    private readonly traces: Trace[],
    private readonly values: Value[],
    private readonly begin: Map<Variable, number>,
    private readonly write: (value: Value) => void,
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
  next(call: Call, isSettled: boolean): RecordedCall | undefined {
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

  #isNext(call: Call, position: number): boolean {
    const recorded = this.#trace.calls[position];
    const isSame =
      recorded?.op === call.op &&
      recorded.inputs.length === call.inputs.length &&
      haveSame(recorded.subjects, call.subjects) &&
      haveSameAttributes(recorded.attributes, call.attributes) &&
      call.inputs.every((index, i) => this.#isInput(recorded, i, index));
    if (isSame) call.outputs.forEach((index, i) => (this.values[index]!.tensor = recorded.outputs[i]));
    return isSame;
  }

  /** Whether a value is what a recorded call takes, or can be. */
  #isInput(recorded: RecordedCall, i: number, index: number): boolean {
    const tensor = recorded.inputs[i]!;
    const value = this.values[index]!;
    if (value.tensor === tensor) return true;
    if (value.isResult) return false;
    const bound = this.bound.get(tensor);
    if (bound !== undefined) return bound === index;
    const leaf = this.#trace.leaf(tensor);
    if (leaf?.kind === "variable") {
      if (this.begin.get(leaf.variable) !== index) return false;
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
        if (value.values) this.write(value);
      }
    } else return false;
    this.bound.set(tensor, index);
    value.tensor ??= tensor;
    return true;
  }
}

function haveSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function haveSameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.byteLength === b.byteLength && a.constructor === b.constructor && bytesOf(a).equals(bytesOf(b));
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

/** Inputs of integers that are data. Others say what shape a result has, or along which axis. */
const integerData = new Set(
  (
    "OneHot:0 GatherV2:0 GatherV2:1 GatherNd:0 GatherNd:1 ScatterNd:0 ScatterNd:1 Reshape:0 ExpandDims:0 Transpose:0 " +
    "TensorScatterUpdate:0 TensorScatterUpdate:1 TensorScatterUpdate:2 UnsortedSegmentSum:0 UnsortedSegmentSum:1 " +
    "StatelessRandomUniform:1 StatelessRandomNormal:1 StatelessTruncatedNormal:1 ManabiDropout:1"
  ).split(" "),
);
const elementwise =
  /^(Cast|Add|AddV2|AddN|Sub|Mul|Div|RealDiv|FloorDiv|FloorMod|Mod|Pow|Maximum|Minimum|Equal|NotEqual|Greater|GreaterEqual|Less|LessEqual|Logical(And|Or|Not)|Select|SelectV2|Neg|Abs|Square)$/;

/** Whether the shapes of a result stay the same when the values of this input change. */
function isData(op: string, input: number, dtype: number): boolean {
  if (dtype === dataType.float) return op !== "Range" && op !== "LinSpace";
  return dtype !== dataType.int64 && (elementwise.test(op) || integerData.has(`${op}:${input}`));
}
