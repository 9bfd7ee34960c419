import type { Optimizer, Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import { withStepListener, type StepListener, type WeightChange } from "../optimizers/rule.js";
import { dataType, Graph, nodeOf, type AttributeValue } from "./graph.js";
import {
  intercept,
  nativeBackend,
  registeredVariables,
  type Attribute,
  type Binding,
  type TensorInfo,
  type TensorMetadata,
} from "./binding.js";
import { typeAttributesOf } from "./op-types.js";
import { optimizerSettingsOf } from "./settings.js";
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

/** A tensor that no operation of the step makes. */
export type Leaf =
  | { kind: "input" | "number" }
  | { kind: "variable"; variable: Variable }
  | { kind: "constant"; values: ArrayBufferView };

/** Something that JavaScript asked for in a step: an operation, or what an optimizer tells a `StepListener`. */
export interface RecordedCall {
  op: string;
  attributes: Attribute[];
  /** What else it is about: an optimizer, variables. */
  subjects: object[];
  inputs: string[];
  outputs: string[];
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
  readonly leaves = new Map<string, Leaf>();
  /** For who replays the step by comparing: all that it did, and what variables held in the end. */
  readonly calls: RecordedCall[] = [];
  readonly assigned: { variable: Variable; tensor: string }[] = [];
  /** Why the step cannot be replayed, if it cannot. */
  obstacle: string | undefined;
}

/** A tensor that JavaScript made. */
interface Constant {
  dtype: number;
  shape: readonly number[];
  values: ArrayBufferView;
}

type Described = { readonly shape: readonly number[]; readonly dtype: number };

const copyOf = (values: ArrayBufferView): ArrayBufferView => (values as unknown as Uint8Array).slice();

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

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

/** Operations whose results have other shapes for other values. */
const shapedByValues =
  /^(Where|Unique.*|NonMaxSuppression.*|Sparse(FillEmptyRows|Reshape)|StringSplit|Ragged.*|StringNGrams)$/;

/** The number of the next tensor that is made; those that are there have lower ones. */
export const nextTensorId = (): number =>
  (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId();

/** The optimizer's settings, in the form of an operation's attributes. */
export const stepAttributesOf = (optimizer: Optimizer): Attribute[] =>
  optimizerSettingsOf(optimizer).map(([name, value]) => ({ name, type: 0, value }));

/** Listens at the binding while a step runs eagerly, and writes down what it does. */
export class Recorder implements StepListener {
  readonly recording = new Recording();
  readonly #backend = nativeBackend();
  readonly #native: Binding = this.#backend.binding;
  readonly #tensors = new Map<number, string>();
  readonly #constants = new Map<number, Constant>();
  /** Tensors by native handle, to know what a handle from outside the step is. */
  readonly #seen = new Map<number, Described>();
  readonly #variables = new Map<number, Variable>();
  readonly #numbers = new Map<Optimizer, (string | undefined)[]>();
  /** What the backend keeps for the tensors that operations made. */
  readonly #made: TensorInfo[] = [];
  /** What variables held before the step. */
  readonly #before = new Map<Variable, object>();
  #changing = false;

  /**
   * @param compared whether a replay will run the step's JavaScript, too, and compare what it asks for with this
   * @param firstTensor tensors with a lower number were there before the step
   */
  constructor(
    private readonly compared: boolean,
    private readonly firstTensor = nextTensorId(),
  ) {}

  run(step: () => Tensor[], inputs: Tensor[]): Tensor[] {
    const backend = this.#backend;
    inputs.forEach((input) => {
      this.#input(this.#handle(input), input.shape, backend.getDTypeInteger(input.dtype));
    });
    const end = this.start();
    let outputs: Tensor[];
    try {
      outputs = withStepListener(this, step);
    } finally {
      end();
    }
    this.finish(outputs);
    return outputs;
  }

  /**
   * Begins to listen at the binding.
   *
   * @param abandoned what to do in case an interrupt ends the step
   * @returns what ends that
   */
  start(abandoned?: () => void): () => void {
    for (const variable of registeredVariables())
      this.begin(variable, variable.dataId, this.#handle(variable));
    const backend = this.#backend;
    const { getInputTensorIds, createOutputTensor } = backend;
    const methods = {
      binding: this.#wrap(),
      getInputTensorIds: (tensors: Tensor[]) => {
        const ids = getInputTensorIds.call(backend, tensors);
        tensors.forEach((tensor, i) => {
          if (this.#seen.has(ids[i]!) || !(tensor instanceof tf.Tensor)) return;
          this.#seen.set(ids[i]!, backend.tensorMap.get(tensor.dataId));
          // Made before, but not yet known to TensorFlow.
          if (this.compared && tensor.id < this.firstTensor) this.#constants.delete(ids[i]!);
        });
        return ids;
      },
      createOutputTensor: (metadata: TensorMetadata) => {
        const tensor = createOutputTensor.call(backend, metadata);
        this.made(backend.tensorMap.get(tensor.dataId));
        return tensor;
      },
    };
    return intercept(methods, abandoned);
  }

  /** Takes note of what a variable held before the step. */
  begin(variable: Variable, dataId: object, id: number): void {
    this.#before.set(variable, dataId);
    this.#variables.set(id, variable);
  }

  /** Takes note of a tensor from outside of the step. */
  seen(id: number, info: Described): void {
    this.#seen.set(id, info);
  }

  /** Takes note of what the backend keeps for the result of an operation. */
  made(info: TensorInfo): void {
    if (this.compared) this.#made.push(info);
  }

  /** Completes the recording, when the step is over. */
  finish(outputs: Tensor[]): void {
    this.recording.outputs = outputs.map((tensor) => this.#named(tensor));
    for (const variable of registeredVariables()) {
      const dataId = this.#before.get(variable);
      if (dataId === variable.dataId) continue;
      if (dataId === undefined) this.#fail(`the step made the variable "${variable.name}"`);
      else if (this.compared) this.#end(variable);
      else this.#assign(variable);
    }
    if (this.compared) this.#outputLiving();
  }

  /** What JavaScript assigned without computing it in the step, it will assign again. */
  #end(variable: Variable): void {
    const { id, values } = this.#backend.tensorMap.get(variable.dataId);
    const tensor = values === null ? this.#tensors.get(id) : undefined;
    if (tensor === undefined || this.recording.leaves.has(tensor)) return;
    this.recording.assigned.push({ variable, tensor });
    this.#assign(variable);
  }

  /** Takes for outputs what the step made and somebody else than a variable still has. */
  #outputLiving(): void {
    const holders = new Map<TensorInfo, number>();
    for (const { variable } of this.recording.assigned) {
      const info = this.#backend.tensorMap.get(variable.dataId);
      holders.set(info, (holders.get(info) ?? 0) + 1);
    }
    for (const info of this.#made) {
      if (info.refCount > (holders.get(info) ?? 0)) this.recording.outputs.push(this.#tensors.get(info.id)!);
    }
  }

  change(change: WeightChange): void {
    const { weight, slots, gradient } = change;
    const variables = [weight, ...slots];
    const named = (tensor: Tensor) => this.#named(tensor);
    const isWanted = this.compared && this.recording.obstacle === undefined;
    const inputs = isWanted ? [gradient, ...variables].map(named) : [];
    // A fused operation starts from what the variables hold, so what was assigned to them before must be there.
    if (this.recording.obstacle === undefined) for (const variable of variables) this.#assign(variable);
    this.#changing = true;
    change.make();
    this.#changing = false;
    this.#fuse(change);
    if (!isWanted || this.recording.obstacle !== undefined) return;
    this.#call("change", [], variables, inputs, variables.map(named));
  }

  /** Puts one fused operation in the place of what the optimizer did tensor by tensor. */
  #fuse({ optimizer, weight, gradient, slots }: WeightChange): void {
    const fused = fusedUpdateOf(optimizer);
    if (!fused || this.recording.obstacle !== undefined) return;
    const numbers = this.#numbersOf(optimizer, fused);
    const inputs = numbers.map((tensor) => tensor ?? this.#named(gradient));
    const changed = [weight, ...slots.slice(0, fused.slots)].map((variable) => this.#variable(variable));
    const attributes = { T: { type: dataType.float }, ...fused.attributes?.(fieldsOf(optimizer)) };
    this.#update(fused.op, changed, inputs, attributes);
  }

  stepped(optimizer: Optimizer): void {
    const { optimizers } = this.recording;
    if (optimizers.includes(optimizer)) this.#fail("the same optimizer steps twice in one step");
    else if (this.compared && optimizers.length > 0) this.#fail("two optimizers step in one step");
    optimizers.push(optimizer);
    this.#call("step", stepAttributesOf(optimizer), [optimizer], [], []);
  }

  /** Notes what a replay will compare. */
  #call(op: string, attributes: Attribute[], subjects: object[], inputs: string[], outputs: string[]): void {
    if (this.compared && !this.#changing) {
      this.recording.calls.push({ op, attributes, subjects, inputs, outputs });
    }
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

  /** The graph's tensor for a tensor. */
  #named(tensor: Tensor): string {
    return this.#tensorOf(this.#handle(tensor), this.#backend.tensorMap.get(tensor.dataId));
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
      this.recording.leaves.set(read, { kind: "variable", variable });
      recorded = { variable, dtype, handle, read };
      variables.push(recorded);
    }
    return recorded;
  }

  /** A tensor that stands for a number which each run takes anew. */
  number(value: () => number): Scalar {
    const scalar = tf.scalar(value());
    const tensor = this.#number(value);
    this.#define(this.#handle(scalar), tensor, [], dataType.float);
    this.#call("number", [], [], [], [tensor]);
    return scalar;
  }

  #number(value: () => number): string {
    const tensor = this.recording.graph.placeholder(dataType.float, [], "number");
    this.recording.numbers.push({ tensor, value });
    this.recording.leaves.set(tensor, { kind: "number" });
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
    const value = this.#named(variable);
    if (value === recorded.read) return;
    this.#update("AssignVariableOp", [recorded], [value], { dtype: { type: recorded.dtype } });
  }

  /** The graph's tensor for a native handle; what comes from outside the step becomes a variable or a constant. */
  #tensorOf(id: number, info = this.#seen.get(id)): string {
    const known = this.#tensors.get(id);
    if (known !== undefined) return known;
    const variable = this.#variables.get(id);
    if (variable) {
      const { read, dtype } = this.#variable(variable);
      this.#define(id, read, variable.shape, dtype);
      return read;
    }
    let constant: Constant | undefined = this.#constants.get(id);
    if (!constant) {
      if (!info) throw new Error(`Native tensor ${id} is of unknown origin.`);
      const { shape, dtype } = info;
      if (this.compared) return this.#input(id, shape, dtype);
      constant = { shape, dtype, values: copyOf(this.#native.tensorDataSync(id)) };
    }
    const { dtype, shape, values } = constant;
    const made = this.recording.graph.constant({ dtype, shape, bytes: bytesOf(values) });
    this.recording.leaves.set(made, { kind: "constant", values });
    this.#define(id, made, shape, dtype);
    return made;
  }

  #input(id: number, shape: readonly number[], dtype: number): string {
    if (dtype === dataType.string) this.#fail("the step works on strings");
    if (this.#changing) this.#fail("an optimizer's rule takes a tensor from elsewhere");
    const { graph, inputs, leaves } = this.recording;
    const tensor = graph.placeholder(dtype, shape, `input${inputs.length}`);
    this.#define(id, tensor, shape, dtype);
    inputs.push(tensor);
    leaves.set(tensor, { kind: "input" });
    return tensor;
  }

  #wrap(): Binding {
    const native = this.#native;
    return Object.create(native, {
      createTensor: {
        value: (shape: number[], dtype: number, values: ArrayBufferView): number => {
          const id = native.createTensor(shape, dtype, values as unknown as ArrayLike<unknown>);
          if (!ArrayBuffer.isView(values)) this.#fail("the step makes a tensor of strings");
          else this.#constants.set(id, { dtype, shape: [...shape], values: copyOf(values) });
          return id;
        },
      },
      tensorDataSync: {
        value: (id: number): ArrayBufferView => {
          // What was there before, JavaScript may read in each replay, too.
          const known = this.#tensors.get(id);
          const isOutside = known === undefined || this.recording.leaves.has(known);
          if (!this.compared || !isOutside)
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
    const tensors = outputs.map((_, i) => `${name.slice(0, -1)}${i}`);
    outputs.forEach((output, i) => this.#define(output.id, tensors[i]!, output.shape, output.dtype));
    if (this.compared && shapedByValues.test(op)) this.#fail(`values decide the shape of what ${op} gives`);
    this.#call(op, attributes, [], inputs, tensors);
  }
}

/**
 * Runs a step eagerly and records it.
 *
 * @param step computes with tensors, and may assign variables; what it returns is the caller's to dispose
 * @param inputs the tensors that will differ from run to run
 * @param compared whether each replay will run the step's JavaScript, too, and compare what it asks for with the recording:
 *   then any tensor from outside may differ from run to run, and what is still in use after the step is an output
 */
export function record(
  step: () => Tensor[],
  inputs: Tensor[],
  compared = false,
): { outputs: Tensor[]; recording: Recording } {
  const recorder = new Recorder(compared);
  return { outputs: recorder.run(step, inputs), recording: recorder.recording };
}
