import type { Optimizer, Scalar, Tensor, TensorContainer, Variable } from "@tensorflow/tfjs-node";
import { withStepListener, type StepListener, type WeightChange } from "../optimizers/rule.js";
import { tf } from "../native.js";
import { namingOperation } from "../repairs/operation-errors.js";
import {
  intercept,
  nativeBackend,
  noValue,
  registeredVariables,
  type Attribute,
  type Binding,
  type TensorInfo,
  type TensorMetadata,
} from "./binding.js";
import { dataType } from "./graph.js";
import { Following, Value, type Call } from "./following.js";
import type { Beginning } from "./program.js";
import {
  nextTensorId,
  Recorder,
  stepAttributesOf,
  type RecordedCall,
  type RecordedNumber,
  type Recording,
} from "./recorder.js";
import type { Trace } from "./trace.js";

/** How a step went: as one of the traces, up to where a value was read, or otherwise. */
export type Outcome = "replayed" | "read" | "differed";

/**
 * One run of a step whose tensors have no values until it is over. While it asks for what a trace has, nothing is computed;
 * if that holds to its end, the trace's program computes all at once. Otherwise all is computed one after the other, as soon
 * as something else is asked for or a value is read, and the step goes on eagerly.
 */
export class Deferral implements StepListener {
  outcome: Outcome = "replayed";
  readonly #backend = nativeBackend();
  readonly #native: Binding = this.#backend.binding;
  /** What operations that are computed after all go through: native TensorFlow, or a recorder. */
  #below = this.#native;
  readonly #firstTensor = nextTensorId();
  #recorder: Recorder | undefined;
  readonly #values: Value[] = [];
  readonly #indexes = new Map<object, number>();
  /** What variables held before the step. */
  readonly #begin = new Map<Variable, number>();
  readonly #following: Following;
  /** What must not be freed before the end. */
  readonly #held: object[] = [];
  readonly #temporary: number[] = [];
  readonly #numbers = new Map<RecordedNumber, number>();
  #end: (() => void) | undefined;
  #state: "deferring" | "running" | "computing" | "over" = "deferring";
  #computed = 0;

  /**
   * @param traces the likeliest first
   * @param variables those of all traces
   * @param records whether to record the step if it is none of them
   */
  constructor(
    traces: Trace[],
    variables: Iterable<Variable>,
    private readonly records: boolean,
  ) {
    this.#following = new Following(traces, this.#values, this.#begin, (value) => this.#write(value));
    const { tensorInfo } = tf.engine().state;
    for (const variable of variables) {
      if (tensorInfo.has(variable.dataId)) this.#begin.set(variable, this.#indexOf(variable));
    }
  }

  /** The trace that the step followed. */
  get trace(): Trace {
    return this.#following.trace;
  }

  /** The step, if it differed and could be recorded from where it did. */
  get recording(): Recording | undefined {
    return this.#recorder?.recording;
  }

  run<T>(step: () => T): T {
    const { getInputTensorIds, createOutputTensor } = this.#backend;
    const end = (this.#end = intercept(
      {
        binding: this.#wrap(),
        getInputTensorIds: (tensors) =>
          this.#state !== "deferring"
            ? getInputTensorIds.call(this.#backend, tensors)
            : tensors.map((tensor) => this.#idOf(tensor)),
        createOutputTensor: (metadata) => {
          const tensor = createOutputTensor.call(this.#backend, metadata);
          const { dataId } = tensor;
          if (metadata.id <= noValue) {
            this.#keep(noValue - metadata.id, dataId, this.#backend.tensorMap.get(dataId));
          }
          return tensor;
        },
      },
      () => this.#abandon(),
    ));
    let result: T | undefined;
    try {
      result = withStepListener(this, step);
      this.#finish();
      end();
      this.#recorder?.finish([]);
      return result;
    } catch (error) {
      // Nobody gets it.
      tf.dispose(result as TensorContainer);
      this.#compute();
      throw error;
    } finally {
      end();
      this.#free();
    }
  }

  number(value: () => number): Scalar {
    if (this.#recorder) return this.#recorder.number(value);
    const scalar = tf.scalar(value());
    if (this.#state !== "deferring") return scalar;
    const outputs = [this.#indexOf(scalar)];
    const call = { op: "number", attributes: [], subjects: [], inputs: [], outputs, compute: () => [] };
    return this.#ask(call) ? scalar : this.number(value);
  }

  change(change: WeightChange): void {
    if (this.#recorder) return this.#recorder.change(change);
    if (this.#state !== "deferring") return change.make();
    const subjects = [change.weight, ...change.slots];
    const inputs = [change.gradient, ...subjects].map((tensor) => this.#indexOf(tensor));
    const call: Call = {
      op: "change",
      attributes: [],
      subjects,
      inputs,
      outputs: [],
      compute: (handles) => this.#computeChange(change, handles, call),
    };
    const recorded = this.#ask(call);
    if (!recorded) return this.change(change);
    subjects.forEach((variable, i) => {
      const tensor = recorded.outputs[i]!;
      if (tensor === recorded.inputs[i + 1]) {
        call.outputs.push(inputs[i + 1]!);
        return;
      }
      const index = this.#addResult(tensor);
      call.outputs.push(index);
      const dataId = {};
      const { shape, dtype } = variable;
      const info = {
        id: noValue - index,
        shape,
        dtype: this.#values[index]!.dtype,
        values: null,
        refCount: 0,
      };
      this.#backend.tensorMap.set(dataId, info);
      this.#keep(index, dataId, info);
      variable.assign({ dataId, shape, dtype } as Variable);
    });
  }

  stepped(optimizer: Optimizer): void {
    this.#recorder?.stepped(optimizer);
    if (this.#state !== "deferring") return;
    const attributes = stepAttributesOf(optimizer);
    const call = {
      op: "step",
      attributes,
      subjects: [optimizer],
      inputs: [],
      outputs: [],
      compute: () => [],
    };
    if (!this.#ask(call)) return this.#recorder?.stepped(optimizer);
    for (const number of this.trace.recording.numbers) this.#numbers.set(number, number.value());
  }

  #wrap(): Binding {
    const native = this.#native;
    const real = (id: number): number => (id <= noValue ? this.#handleOf(this.#values[noValue - id]!) : id);
    return Object.create(native, {
      createTensor: {
        value: (shape: number[], dtype: number, values: ArrayBufferView): number => {
          if (this.#state === "deferring" && ArrayBuffer.isView(values)) {
            const copy = (values as Uint8Array).slice();
            return noValue - this.#add(new Value(false, undefined, shape, dtype, copy));
          }
          return this.#below.createTensor(shape, dtype, values as unknown as ArrayLike<unknown>);
        },
      },
      deleteTensor: {
        // What has no value yet needs no freeing; what has got one is freed in the end.
        value: (id: number): void => void (id > noValue && this.#below.deleteTensor(id)),
      },
      tensorDataSync: {
        value: (id: number): ArrayBufferView => {
          if (id <= noValue) this.#leave("read");
          return this.#below.tensorDataSync(real(id));
        },
      },
      runSavedModel: {
        value: (session: number, ids: number[], ...names: [string, string]): TensorMetadata[] => {
          this.#leave("differed");
          return this.#below.runSavedModel(session, ids.map(real), ...names);
        },
      },
      executeOp: {
        value: (op: string, attributes: Attribute[], ids: number[], count: number): TensorMetadata[] => {
          if (this.#state !== "deferring") {
            return this.#below.executeOp(op, attributes, ids.map(real), count);
          }
          const call: Call = {
            op,
            attributes,
            subjects: [],
            inputs: ids.map((id) => noValue - id),
            outputs: [],
            compute: (handles) =>
              namingOperation(op, () =>
                this.#below.executeOp(op, attributes, handles, count).map(({ id }) => id),
              ),
          };
          const recorded = this.#ask(call);
          if (!recorded) return this.#below.executeOp(op, attributes, ids.map(real), count);
          return recorded.outputs.map((tensor) => {
            const index = this.#addResult(tensor);
            call.outputs.push(index);
            const { shape, dtype } = this.#values[index]!;
            return { id: noValue - index, shape: shape as number[], dtype };
          });
        },
      },
    }) as Binding;
  }

  /** Takes note of what is asked for, if a trace has it next. Otherwise the step goes on eagerly. */
  #ask(call: Call): RecordedCall | undefined {
    // The numbers of an optimizer's step are known only before it counts itself as done.
    const recorded = this.#following.next(call, this.#numbers.size > 0);
    if (recorded) this.#following.calls.push(call);
    else this.#leave("differed");
    return recorded;
  }

  #add(value: Value): number {
    return this.#values.push(value) - 1;
  }

  #addResult(tensor: string): number {
    const { shape, dtype } = this.trace.shape(tensor);
    return this.#add(new Value(true, tensor, shape, dtype, undefined));
  }

  #keep(index: number, dataId: object, info: TensorInfo): void {
    const value = this.#values[index]!;
    value.info = info;
    value.dataId = dataId;
    this.#indexes.set(dataId, index);
  }

  #indexOf({ dataId, id }: Tensor): number {
    const known = this.#indexes.get(dataId);
    if (known !== undefined) return known;
    const info = this.#backend.tensorMap.get(dataId);
    const { shape, dtype } = info;
    const values = (info.values ?? undefined) as ArrayBufferView | undefined;
    const isOutside = id < this.#firstTensor;
    const index = this.#add(new Value(false, undefined, shape, dtype, values, isOutside));
    this.#keep(index, dataId, info);
    if (!values) this.#hold(this.#values[index]!);
    return index;
  }

  #idOf(tensor: Tensor): number {
    // tfjs-node's Int64Scalar, which is no tensor.
    const { valueArray } = tensor as unknown as { valueArray?: Int32Array };
    if (!valueArray) return noValue - this.#indexOf(tensor);
    return noValue - this.#add(new Value(false, undefined, [], dataType.int64, valueArray));
  }

  #hold({ info, dataId }: Value): void {
    info!.refCount++;
    this.#held.push(dataId!);
  }

  /** Makes a native tensor of what JavaScript made. */
  #write(value: Value): void {
    const { info, shape, dtype, values } = value;
    const id = this.#below.createTensor(shape as number[], dtype, values as Uint8Array);
    value.values = undefined;
    if (info && info.refCount > 0) {
      info.id = id;
      info.values = null;
      this.#hold(value);
    } else {
      value.handle = id;
      this.#temporary.push(id);
    }
  }

  #handleOf(value: Value): number {
    if (value.values) this.#write(value);
    return value.handle ?? value.info!.id;
  }

  #leave(outcome: Outcome): void {
    if (this.#state !== "deferring" && this.#state !== "running") return;
    this.outcome = outcome;
    if (outcome === "differed" && this.records) this.#record();
    this.#compute();
  }

  /** Has a recorder listen to what will be computed, and to the rest of the step. */
  #record(): void {
    const isUnknown = (variable: Variable) =>
      !this.#begin.has(variable) && this.#indexes.has(variable.dataId);
    if (this.#following.calls.some(({ op }) => listened.has(op)) || registeredVariables().some(isUnknown))
      return;
    this.#end!();
    const recorder = new Recorder(true, this.#firstTensor);
    recorder.start(() => this.#abandon());
    const variables = new Set<Value>();
    for (const [variable, index] of this.#begin) {
      const value = this.#values[index]!;
      variables.add(value);
      recorder.begin(variable, value.dataId!, this.#handleOf(value));
    }
    for (const value of this.#values) {
      if (value.isResult) {
        if (value.info) recorder.made(value.info);
      } else if (!variables.has(value) && (value.isOutside || !value.values)) {
        recorder.seen(this.#handleOf(value), value);
      }
    }
    this.#below = this.#backend.binding;
    this.#recorder = recorder;
  }

  /** Computes all that was asked for, one after the other. */
  #compute(): void {
    if (this.#state === "over") return;
    this.#state = "computing";
    try {
      for (const call of this.#following.calls.slice(this.#computed)) {
        const handles = call.inputs.map((index) => this.#handleOf(this.#values[index]!));
        call.compute(handles).forEach((id, i) => {
          // An interrupt may have come before it was known what becomes of the result.
          const output = this.#values[call.outputs[i] ?? -1];
          if (id !== undefined && output) output.handle = id;
        });
        this.#computed++;
      }
    } catch (error) {
      this.#restore();
      throw error;
    } finally {
      this.#settle();
    }
  }

  #computeChange({ compute, slots }: WeightChange, handles: number[], call: Call): (number | undefined)[] {
    const copyOf = (id: number, dtype: number): TensorMetadata => {
      const T = { name: "T", type: this.#native.TF_ATTR_TYPE, value: dtype };
      return this.#native.executeOp("Identity", [T], [id], 1)[0]!;
    };
    return tf.tidy(() => {
      const tensors = handles.map((id, i) =>
        this.#backend.createOutputTensor(copyOf(id, this.#values[call.inputs[i]!]!.dtype)),
      );
      const [gradient, weight] = tensors as [Tensor, Tensor];
      const updated = compute({ gradient, weight, slots: tensors.slice(2, 2 + slots.length) });
      return updated.map((tensor, i) => {
        const output = call.outputs[i];
        if (output === undefined || output === call.inputs[i + 1]) return undefined;
        const [id] = this.#backend.getInputTensorIds([tensor]);
        return copyOf(id!, this.#values[output]!.dtype).id;
      });
    });
  }

  /** Takes back what could not be computed: variables have the values that they had, and optimizers' steps do not count. */
  #restore(): void {
    for (const [variable, begin] of this.#begin) {
      const value = this.#values[this.#indexes.get(variable.dataId) ?? begin]!;
      if (!value.isResult || value.handle !== undefined) continue;
      const { dataId } = this.#values[begin]!;
      variable.assign({ dataId, shape: variable.shape, dtype: variable.dtype } as Variable);
    }
    for (const { op, subjects } of this.#following.calls.slice(this.#computed)) {
      // oxlint-disable-next-line no-underscore-dangle -- the optimizer's own name for it
      if (op === "step") (subjects[0] as { iterations_: number }).iterations_--;
    }
  }

  /** Runs the program, if all was as in the trace. */
  #finish(): void {
    if (this.#state !== "deferring") return;
    const living = this.#living();
    const inputs = this.trace.recording.inputs.concat([...this.#following.changed]);
    if (!living || !inputs.every((tensor) => this.#following.bound.has(tensor)))
      return this.#leave("differed");
    for (const tensor of this.#following.changed) this.trace.open(tensor);
    for (const { tensor } of living) {
      if (!this.trace.recording.outputs.includes(tensor!)) this.trace.output(tensor!);
    }
    const { recording } = this.trace;
    const handles = inputs.map((tensor) => this.#handleOf(this.#values[this.#following.bound.get(tensor)!]!));
    const begin = (variable: Variable): Beginning => {
      const value = this.#values[this.#begin.get(variable)!]!;
      return { dataId: value.dataId!, handle: () => this.#handleOf(value) };
    };
    this.#state = "running";
    let outputs: TensorMetadata[];
    try {
      outputs = this.trace.program.replay(handles, this.#numbers, begin);
    } catch {
      // Says which operation fails; it may also be the graph that TensorFlow does not take.
      return this.#leave("differed");
    }
    this.trace.program.adopt();
    const byTensor = new Map(living.map((value) => [value.tensor, value]));
    recording.outputs.forEach((tensor, i) => {
      const value = byTensor.get(tensor);
      const isKept = value && this.#backend.tensorMap.get(value.dataId!) === value.info;
      if (isKept) value.info!.id = outputs[i]!.id;
      else this.#native.deleteTensor(outputs[i]!.id);
    });
    this.#settle();
  }

  /** The results that somebody needs after the step; undefined if variables did not become what they did in the trace. */
  #living(): Value[] | undefined {
    if (this.#following.calls.length !== this.trace.calls.length) return undefined;
    const holders = new Map<Value, number>();
    for (const { variable, tensor } of this.trace.recording.assigned) {
      const value = this.#values[this.#indexes.get(variable.dataId) ?? -1];
      if (value?.tensor !== tensor) return undefined;
      holders.set(value, (holders.get(value) ?? 0) + 1);
    }
    return this.#values.filter(
      (value) => value.isResult && value.info && value.info.refCount > (holders.get(value) ?? 0),
    );
  }

  /** An interrupt has ended the step, anywhere. What outlives it gets its value even so. */
  #abandon(): void {
    this.#below = this.#native;
    if (this.#state === "running") {
      // If TensorFlow has run the program or not, the session has values for the variables.
      this.trace.program.adopt();
      this.#settle();
    } else this.#compute();
    this.#free();
  }

  /** Gives what lives on its native tensor, and frees the rest. May be ended anywhere and called again. */
  #settle(): void {
    for (const value of this.#values) {
      const { isResult, info, handle } = value;
      const lives = info && info.refCount > 0;
      if (isResult) {
        if (handle === undefined) continue;
        value.handle = undefined;
        if (lives) info.id = handle;
        else this.#native.deleteTensor(handle);
      } else if (lives && value.values) this.#write(value);
    }
    const engine = tf.engine() as unknown as { removeDataId(dataId: object, backend: object): void };
    const backend = this.#backend as unknown as { disposeData(dataId: object): boolean };
    for (let dataId = this.#held.pop(); dataId; dataId = this.#held.pop()) {
      if (backend.disposeData(dataId)) engine.removeDataId(dataId, backend);
    }
    this.#state = "over";
  }

  #free(): void {
    for (const id of this.#temporary.splice(0)) this.#native.deleteTensor(id);
  }
}

/** What is asked for by a `StepListener`'s methods. */
const listened = new Set(["number", "change", "step"]);
