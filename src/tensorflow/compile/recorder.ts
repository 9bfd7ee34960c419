import type { Optimizer, Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import { withStepListener, type StepListener, type WeightChange } from "../optimizers/rule.js";
import { dataType, Graph, nodeOf, type AttributeValue, type TensorValue } from "./graph.js";
import {
  nativeBackend,
  registeredVariables,
  type Attribute,
  type Binding,
  type TensorMetadata,
} from "./binding.js";
import { typeAttributesOf } from "./op-types.js";
import { fieldsOf, fusedUpdateOf, type FusedUpdate } from "./optimizers.js";

/** A variable that a recorded step reads or writes. */
export interface RecordedVariable {
  variable: Variable;
  dtype: number;
  /** The VarHandleOp's tensor. */
  handle: string;
  /** The tensor with the variable's value, as it is at this point of the recording. */
  read: string;
  /** The newest operation that changes it. */
  update?: string;
}

/** A number that a step takes anew each time, such as the learning rate. */
export interface RecordedNumber {
  /** The placeholder. */
  tensor: string;
  value: () => number;
}

/** One eager run of a step, as a graph. */
export class Recording {
  readonly graph = new Graph();
  /** Placeholders, one for each input of the step. */
  readonly inputs: string[] = [];
  readonly numbers: RecordedNumber[] = [];
  outputs: string[] = [];
  readonly variables: RecordedVariable[] = [];
  /** By the name of an operation that changes variables: the tensors that hold their values before. */
  readonly reads = new Map<string, string[]>();
  /** The optimizers whose steps are part of this one. */
  readonly optimizers: Optimizer[] = [];
  /** Shape and type of every tensor in the graph. */
  readonly shapes = new Map<string, { shape: readonly number[]; dtype: number }>();
  /** Why the step cannot be replayed, if it cannot. */
  obstacle: string | undefined;
}

const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();

function attributeValue(binding: Binding, { name, type, value }: Attribute): AttributeValue {
  const many = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_STRING:
      return { s: value as string };
    case binding.TF_ATTR_INT:
      return many ? { list: { i: value as number[] } } : { i: value as number };
    case binding.TF_ATTR_FLOAT:
      return many ? { list: { f: value as number[] } } : { f: value as number };
    case binding.TF_ATTR_BOOL:
      return many ? { list: { b: value as boolean[] } } : { b: Boolean(value) };
    case binding.TF_ATTR_TYPE:
      return many ? { list: { type: value as number[] } } : { type: value as number };
    case binding.TF_ATTR_SHAPE:
      return { shape: value as number[] };
    default:
      throw new Error(`Attribute ${name} has the unknown type ${type}.`);
  }
}

let recording = false;

/** Whether a step is being recorded now. */
export function isRecording(): boolean {
  return recording;
}

/** Listens at the binding while a step runs eagerly, and writes down what it does. */
class Recorder implements StepListener {
  readonly recording = new Recording();
  readonly #backend = nativeBackend();
  readonly #native: Binding = this.#backend.binding;
  readonly #tensors = new Map<number, string>();
  readonly #constants = new Map<number, TensorValue>();
  /** Tensors by native handle, to know what a handle from outside the step is. */
  readonly #seen = new Map<number, Tensor>();
  readonly #variables = new Map<number, Variable>();
  readonly #numbers = new Map<Optimizer, (string | undefined)[]>();

  run(step: () => Tensor[], inputs: Tensor[]): Tensor[] {
    const backend = this.#backend;
    inputs.forEach((input, i) => {
      const id = this.#handle(input);
      const dtype = backend.getDTypeInteger(input.dtype);
      const tensor = this.recording.graph.placeholder(dtype, input.shape, `input${i}`);
      this.#define(id, tensor, input.shape, dtype);
      this.recording.inputs.push(tensor);
    });
    const before = new Map<Variable, object>();
    for (const variable of registeredVariables()) {
      before.set(variable, variable.dataId);
      this.#variables.set(this.#handle(variable), variable);
    }
    const getInputTensorIds = backend.getInputTensorIds;
    recording = true;
    backend.binding = this.#wrap();
    backend.getInputTensorIds = (tensors) => {
      const ids = getInputTensorIds.call(backend, tensors);
      tensors.forEach((tensor, i) => this.#seen.set(ids[i]!, tensor));
      return ids;
    };
    let outputs: Tensor[];
    try {
      outputs = withStepListener(this, step);
    } finally {
      recording = false;
      backend.binding = this.#native;
      backend.getInputTensorIds = getInputTensorIds;
    }
    this.recording.outputs = outputs.map((tensor) => this.#tensorOf(this.#handle(tensor), tensor));
    for (const variable of registeredVariables()) {
      const dataId = before.get(variable);
      if (dataId === variable.dataId) continue;
      if (dataId === undefined) this.#fail(`the step made the variable "${variable.name}"`);
      else this.#assign(variable);
    }
    return outputs;
  }

  /** A fused operation starts from what the variables hold, so what was assigned to them before must be there. */
  changing(variables: Variable[]): void {
    if (this.recording.obstacle === undefined) for (const variable of variables) this.#assign(variable);
  }

  /** Puts one fused operation in the place of what the optimizer did tensor by tensor. */
  changed(optimizer: Optimizer, { weight, gradient, slots }: WeightChange): void {
    const fused = fusedUpdateOf(optimizer);
    if (!fused || this.recording.obstacle !== undefined) return;
    const numbers = this.#numbersOf(optimizer, fused);
    const inputs = numbers.map((tensor) => tensor ?? this.#tensorOf(this.#handle(gradient), gradient));
    const changed = [weight, ...slots.slice(0, fused.slots)].map((variable) => this.#variable(variable));
    const attributes = { T: { type: dataType.float }, ...fused.attributes?.(fieldsOf(optimizer)) };
    this.#update(fused.op, changed, inputs, attributes);
  }

  stepped(optimizer: Optimizer): void {
    if (this.recording.optimizers.includes(optimizer))
      this.#fail("the same optimizer steps twice in one step");
    this.recording.optimizers.push(optimizer);
  }

  /** The placeholders of a fused operation's numbers, which all weights share; undefined stands for the gradient. */
  #numbersOf(optimizer: Optimizer, fused: FusedUpdate): (string | undefined)[] {
    let numbers = this.#numbers.get(optimizer);
    if (!numbers) {
      const fields = fieldsOf(optimizer);
      numbers = fused.inputs.map((input) =>
        input === "gradient" ? undefined : this.#number(() => input(fields)),
      );
      this.#numbers.set(optimizer, numbers);
    }
    return numbers;
  }

  #fail(reason: string): void {
    this.recording.obstacle ??= reason;
  }

  #handle(tensor: Tensor): number {
    return this.#backend.getInputTensorIds([tensor])[0]!;
  }

  #define(id: number, tensor: string, shape: readonly number[], dtype: number): void {
    this.#tensors.set(id, tensor);
    this.recording.shapes.set(tensor, { shape, dtype });
  }

  #variable(variable: Variable): RecordedVariable {
    const { graph, variables, shapes } = this.recording;
    let recorded = variables.find((one) => one.variable === variable);
    if (!recorded) {
      const dtype = this.#backend.getDTypeInteger(variable.dtype);
      const name = `variable${variables.length}`;
      const attributes = {
        dtype: { type: dtype },
        shape: { shape: variable.shape },
        shared_name: { s: name },
      };
      const handle = graph.add("VarHandleOp", [], attributes, name);
      const read = graph.add("ReadVariableOp", [handle], { dtype: { type: dtype } }, `${name}/read`);
      shapes.set(read, { shape: variable.shape, dtype });
      recorded = { variable, dtype, handle, read };
      variables.push(recorded);
    }
    return recorded;
  }

  /** A tensor that stands for a number which each run takes anew. */
  number(value: () => number): Scalar {
    const scalar = tf.scalar(value());
    this.#define(this.#handle(scalar), this.#number(value), [], dataType.float);
    return scalar;
  }

  #number(value: () => number): string {
    const tensor = this.recording.graph.placeholder(dataType.float, [], "number");
    this.recording.numbers.push({ tensor, value });
    return tensor;
  }

  /** Adds an operation that changes variables. */
  #update(
    op: string,
    changed: RecordedVariable[],
    inputs: string[],
    attributes: Record<string, AttributeValue>,
  ): void {
    const { graph, shapes } = this.recording;
    const earlier = changed.flatMap(({ update }) => (update ? [`^${nodeOf(update)}`] : []));
    const update = graph.add(
      op,
      [...changed.map((one) => one.handle), ...inputs, ...new Set(earlier)],
      attributes,
    );
    this.recording.reads.set(
      nodeOf(update),
      changed.map((one) => one.read),
    );
    for (const recorded of changed) {
      const dtype = { type: recorded.dtype };
      recorded.update = update;
      recorded.read = graph.add("ReadVariableOp", [recorded.handle, `^${nodeOf(update)}`], { dtype }, "read");
      shapes.set(recorded.read, { shape: recorded.variable.shape, dtype: recorded.dtype });
      this.#tensors.set(this.#handle(recorded.variable), recorded.read);
    }
  }

  #assign(variable: Variable): void {
    const recorded = this.#variable(variable);
    const value = this.#tensorOf(this.#handle(variable), variable);
    if (value === recorded.read) return;
    this.#update("AssignVariableOp", [recorded], [value], { dtype: { type: recorded.dtype } });
  }

  /** The graph's tensor for a native handle; what comes from outside the step becomes a variable or a constant. */
  #tensorOf(id: number, tensor = this.#seen.get(id)): string {
    const known = this.#tensors.get(id);
    if (known !== undefined) return known;
    const variable = this.#variables.get(id);
    if (variable) {
      const { read, dtype } = this.#variable(variable);
      this.#define(id, read, variable.shape, dtype);
      return read;
    }
    let constant = this.#constants.get(id);
    if (!constant) {
      if (!tensor) throw new Error(`Native tensor ${id} is of unknown origin.`);
      const dtype = this.#backend.tensorMap.get(tensor.dataId).dtype;
      constant = { dtype, shape: tensor.shape, bytes: bytesOf(this.#native.tensorDataSync(id)) };
    }
    const made = this.recording.graph.constant(constant);
    this.#define(id, made, constant.shape, constant.dtype);
    return made;
  }

  #wrap(): Binding {
    const native = this.#native;
    return Object.create(native, {
      createTensor: {
        value: (shape: number[], dtype: number, values: ArrayBufferView): number => {
          const id = native.createTensor(shape, dtype, values as unknown as ArrayLike<unknown>);
          if (!ArrayBuffer.isView(values)) this.#fail("the step makes a tensor of strings");
          else this.#constants.set(id, { dtype, shape: [...shape], bytes: bytesOf(values) });
          return id;
        },
      },
      tensorDataSync: {
        value: (id: number): ArrayBufferView => {
          this.#fail("the step reads a tensor's values in JavaScript (dataSync, data or print)");
          return native.tensorDataSync(id);
        },
      },
      runSavedModel: {
        value: (...args: Parameters<Binding["runSavedModel"]>): TensorMetadata[] => {
          this.#fail("the step calls a compiled function or a SavedModel");
          return native.runSavedModel(...args);
        },
      },
      executeOp: {
        value: (op: string, attributes: Attribute[], ids: number[], count: number): TensorMetadata[] => {
          const outputs = native.executeOp(op, attributes, ids, count);
          if (this.recording.obstacle === undefined) this.#record(op, attributes, ids, outputs);
          return outputs;
        },
      },
    }) as Binding;
  }

  #record(op: string, attributes: Attribute[], ids: number[], outputs: TensorMetadata[]): void {
    const inputs = ids.map((id) => this.#tensorOf(id));
    const values = Object.fromEntries(attributes.map((one) => [one.name, attributeValue(this.#native, one)]));
    for (const [attribute, input] of typeAttributesOf(op)) {
      values[attribute] = { type: this.recording.shapes.get(inputs[input]!)!.dtype };
    }
    const name = this.recording.graph.add(op, inputs, values);
    outputs.forEach((output, i) => {
      this.#define(output.id, `${name.slice(0, -1)}${i}`, output.shape, output.dtype);
    });
  }
}

/**
 * Runs a step eagerly and records it.
 *
 * @param step computes with tensors, and may assign variables; what it returns is the caller's to dispose
 * @param inputs the tensors that will differ from run to run
 */
export function record(step: () => Tensor[], inputs: Tensor[]): { outputs: Tensor[]; recording: Recording } {
  const recorder = new Recorder();
  return { outputs: recorder.run(step, inputs), recording: recorder.recording };
}
