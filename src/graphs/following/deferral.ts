import {
  assignData,
  nativeBackend,
  nextTensorId,
  registeredVariables,
  type Binding,
  type TensorMetadata,
} from "../../tfjs/backend.js";
import type { Optimizer, Scalar, TensorContainer, Variable } from "@tensorflow/tfjs-node";
import { withStepListener, type Settings, type StepListener, type WeightChange } from "../step-listener.js";
import { tf } from "../../tfjs/native.js";
import { namingOperation } from "../../tfjs/native.js";
import { intercept, noValue, type Interception } from "../binding.js";
import { computeChange, DeferredCalls, type DeferredCall } from "./deferred-calls.js";
import { DeferredValues, type DeferredValue } from "./deferred-values.js";
import { Following } from "./following.js";
import { copyOf } from "../graph.js";
import { Recorder } from "../recorder.js";
import { attributesOf, type RecordedCall, type RecordedNumber, type Recording } from "../recording.js";
import type { Beginning } from "../residents.js";
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
  readonly #values = new DeferredValues(this.#firstTensor, (...given) => this.#below.createTensor(...given));
  /** What variables held before the step. */
  readonly #begin = new Map<Variable, DeferredValue>();
  readonly #calls = new DeferredCalls(this.#values, this.#begin);
  readonly #following: Following;
  readonly #numbers = new Map<RecordedNumber, number>();
  #end: (() => void) | undefined;
  #state: "deferring" | "running" | "computing" | "over" = "deferring";

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
    this.#following = new Following(traces, this.#calls.all, this.#values, this.#begin);
    const { tensorInfo } = tf.engine().state;
    for (const variable of variables) {
      if (tensorInfo.has(variable.dataId)) this.#begin.set(variable, this.#values.of(variable));
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
    const end = (this.#end = intercept(this.#interception(), () => this.#abandon()));
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
      this.#values.free();
    }
  }

  number(value: () => number): Scalar {
    if (this.#recorder) return this.#recorder.number(value);
    const scalar = tf.scalar(value());
    if (this.#state !== "deferring") return scalar;
    const outputs = [this.#values.of(scalar)];
    const call = { op: "number", attributes: [], subjects: [], inputs: [], outputs, compute: () => [] };
    return this.#ask(call) ? scalar : this.number(value);
  }

  change(change: WeightChange): void {
    if (this.#recorder) return this.#recorder.change(change);
    if (this.#state !== "deferring") return change.make();
    const subjects = [change.weight, ...change.slots];
    const inputs = [change.gradient, ...subjects].map((tensor) => this.#values.of(tensor));
    const call: DeferredCall = {
      op: "change",
      attributes: [],
      subjects,
      inputs,
      outputs: [],
      compute: (handles) => computeChange(change, call, handles),
    };
    const recorded = this.#ask(call);
    if (!recorded) return this.change(change);
    subjects.forEach((variable, i) => {
      const tensor = recorded.outputs[i]!;
      if (tensor === recorded.inputs[i + 1]) {
        call.outputs.push(inputs[i + 1]!);
        return;
      }
      const value = this.#addResult(tensor);
      call.outputs.push(value);
      const { id, dtype } = value;
      const dataId = {};
      const info = { id, shape: variable.shape, dtype, values: null, refCount: 0 };
      this.#backend.tensorMap.set(dataId, info);
      this.#values.keep(value, dataId, info);
      assignData(variable, dataId);
    });
  }

  stepped(optimizer: Optimizer, settings: Settings): void {
    this.#recorder?.stepped(optimizer, settings);
    if (this.#state !== "deferring") return;
    const attributes = attributesOf(settings);
    const call = {
      op: "step",
      attributes,
      subjects: [optimizer],
      inputs: [],
      outputs: [],
      compute: () => [],
    };
    if (!this.#ask(call)) return this.#recorder?.stepped(optimizer, settings);
    for (const number of this.trace.recording.numbers) this.#numbers.set(number, number.value());
  }

  #interception(): Interception {
    const { getInputTensorIds, createOutputTensor } = this.#backend;
    return {
      binding: this.#functions(),
      getInputTensorIds: (tensors) =>
        this.#state !== "deferring"
          ? getInputTensorIds.call(this.#backend, tensors)
          : tensors.map((tensor) => this.#values.ofInput(tensor).id),
      createOutputTensor: (metadata) => {
        const tensor = createOutputTensor.call(this.#backend, metadata);
        const { dataId } = tensor;
        if (metadata.id <= noValue) {
          this.#values.keep(this.#values.withId(metadata.id), dataId, this.#backend.tensorMap.get(dataId));
        }
        return tensor;
      },
    };
  }

  /** What TensorFlow.js calls in the place of native TensorFlow. */
  #functions(): Partial<Binding> {
    const nativeOf = (id: number): number =>
      id <= noValue ? this.#values.handleOf(this.#values.withId(id)) : id;
    return {
      createTensor: (shape, dtype, values) => {
        if (this.#state !== "deferring" || !ArrayBuffer.isView(values)) {
          return this.#below.createTensor(shape, dtype, values);
        }
        return this.#values.add("JavaScript", { shape, dtype }, copyOf(values)).id;
      },
      deleteTensor: (id) => {
        // What has no value yet needs no freeing; what has got one is freed in the end.
        if (id > noValue) this.#below.deleteTensor(id);
      },
      tensorDataSync: (id) => {
        if (id <= noValue) this.#leave("read");
        return this.#below.tensorDataSync(nativeOf(id));
      },
      runSavedModel: (session, ids, ...names) => {
        this.#leave("differed");
        return this.#below.runSavedModel(session, ids.map(nativeOf), ...names);
      },
      executeOp: (op, attributes, ids, count) => {
        const execute = (handles: number[]) => this.#below.executeOp(op, attributes, handles, count);
        if (this.#state !== "deferring") return execute(ids.map(nativeOf));
        const call: DeferredCall = {
          op,
          attributes,
          subjects: [],
          inputs: ids.map((id) => this.#values.withId(id)),
          outputs: [],
          compute: (handles) => namingOperation(op, () => execute(handles).map(({ id }) => id)),
        };
        const recorded = this.#ask(call);
        if (!recorded) return execute(ids.map(nativeOf));
        return recorded.outputs.map((tensor) => {
          const value = this.#addResult(tensor);
          call.outputs.push(value);
          const { id, shape, dtype } = value;
          return { id, shape: shape as number[], dtype };
        });
      },
    };
  }

  /** Takes note of what is asked for, if a trace has it next. Otherwise the step goes on eagerly. */
  #ask(call: DeferredCall): RecordedCall | undefined {
    // The numbers of an optimizer's step are known only before it counts itself as done.
    const recorded = this.#following.next(call, this.#numbers.size > 0);
    if (recorded) this.#calls.all.push(call);
    else this.#leave("differed");
    return recorded;
  }

  #addResult(tensor: string): DeferredValue {
    const value = this.#values.add("operation", this.trace.shape(tensor));
    value.tensor = tensor;
    return value;
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
      !this.#begin.has(variable) && this.#values.withDataId(variable.dataId);
    if (this.#calls.all.some(({ op }) => listened.has(op)) || registeredVariables().some(isUnknown)) return;
    this.#end!();
    const recorder = new Recorder(true, this.#firstTensor);
    recorder.start(() => this.#abandon());
    const variables = new Set<DeferredValue>();
    for (const [variable, value] of this.#begin) {
      variables.add(value);
      recorder.begin(variable, value.dataId!, this.#values.handleOf(value));
    }
    for (const value of this.#values) {
      if (value.isResult) {
        if (value.info) recorder.made(value.info);
      } else if (!variables.has(value) && (value.origin === "outside" || !value.values)) {
        recorder.seen(this.#values.handleOf(value), value);
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
      this.#calls.compute();
    } finally {
      this.#settle();
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
    const handles = inputs.map((tensor) => this.#values.handleOf(this.#following.bound.get(tensor)!));
    const begin = (variable: Variable): Beginning => {
      const value = this.#begin.get(variable)!;
      return { dataId: value.dataId!, handle: () => this.#values.handleOf(value) };
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
  #living(): DeferredValue[] | undefined {
    if (this.#calls.all.length !== this.trace.calls.length) return undefined;
    const holders = new Map<DeferredValue, number>();
    for (const { variable, tensor } of this.trace.recording.assigned) {
      const value = this.#values.withDataId(variable.dataId);
      if (value?.tensor !== tensor) return undefined;
      holders.set(value, (holders.get(value) ?? 0) + 1);
    }
    return [...this.#values].filter(
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
    this.#values.free();
  }

  #settle(): void {
    this.#values.settle();
    this.#state = "over";
  }
}

/** What is asked for by a `StepListener`'s methods. */
const listened = new Set(["number", "change", "step"]);
