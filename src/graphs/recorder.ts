import {
  nativeBackend,
  nextTensorId,
  registeredVariables,
  type Attribute,
  type Binding,
  type TensorInfo,
  type TensorMetadata,
  dataType,
} from "../tfjs/backend.js";
import type { Optimizer, Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../tfjs/native.js";
import { withStepListener, type Settings, type StepListener, type WeightChange } from "./step-listener.js";
import { intercept, type Interception } from "./binding.js";
import { copyOf, nodeOf, type AttributeValue, type TensorSpec } from "./graph.js";
import { nodeAttributes } from "./node-attributes.js";
import { fieldsOf, fusedUpdateOf, type FusedUpdate } from "./optimizers.js";
import { attributesOf, Recording, type RecordedVariable } from "./recording.js";

/** A tensor that JavaScript made. */
interface Constant extends TensorSpec {
  values: ArrayBufferView;
}

/** Operations whose results have other shapes for other values. */
const shapedByValues =
  /^(Where|Unique.*|NonMaxSuppression.*|Sparse(FillEmptyRows|Reshape)|StringSplit|Ragged.*|StringNGrams)$/;

/** Listens at the binding while a step runs eagerly, and writes down what it does. */
export class Recorder implements StepListener {
  readonly recording = new Recording();
  readonly #backend = nativeBackend();
  readonly #native: Binding = this.#backend.binding;
  // By native handle: the graph's tensors, what JavaScript made, tensors that the step has met, variables before it.
  readonly #tensors = new Map<number, string>();
  readonly #constants = new Map<number, Constant>();
  readonly #seen = new Map<number, TensorSpec>();
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
    for (const input of inputs) {
      const spec = { shape: input.shape, dtype: this.#dtypeOf(input) };
      this.#tensors.set(this.#handle(input), this.#input(spec));
    }
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
    return intercept(this.#interception(), abandoned);
  }

  /** Takes note of what a variable held before the step. */
  begin(variable: Variable, dataId: object, id: number): void {
    this.#before.set(variable, dataId);
    this.#variables.set(id, variable);
  }

  /** Takes note of a tensor from outside of the step. */
  seen(id: number, info: TensorSpec): void {
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

  stepped(optimizer: Optimizer, settings: Settings): void {
    const { optimizers } = this.recording;
    if (optimizers.includes(optimizer)) this.#fail("the same optimizer steps twice in one step");
    else if (this.compared && optimizers.length > 0) this.#fail("two optimizers step in one step");
    optimizers.push(optimizer);
    this.#call("step", attributesOf(settings), [optimizer], [], []);
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
        input === "gradient" ? undefined : this.recording.addNumber(() => input(fields)),
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

  #dtypeOf({ dtype }: Tensor): number {
    return this.#backend.getDTypeInteger(dtype);
  }

  #variable(variable: Variable): RecordedVariable {
    return this.recording.variable(variable, this.#dtypeOf(variable));
  }

  /** A tensor that stands for a number which each run takes anew. */
  number(value: () => number): Scalar {
    const scalar = tf.scalar(value());
    const tensor = this.recording.addNumber(value);
    this.#tensors.set(this.#handle(scalar), tensor);
    this.#call("number", [], [], [], [tensor]);
    return scalar;
  }

  /** Adds an operation that changes variables. */
  #update(
    op: string,
    changed: RecordedVariable[],
    inputs: string[],
    attributes: Record<string, AttributeValue>,
  ): void {
    this.recording.update(op, changed, inputs, attributes);
    for (const { variable, read } of changed) this.#tensors.set(this.#handle(variable), read);
  }

  #assign(variable: Variable): void {
    const recorded = this.#variable(variable);
    const value = this.#named(variable);
    if (value === recorded.read) return;
    this.#update("AssignVariableOp", [recorded], [value], { dtype: { type: recorded.dtype } });
  }

  /** The graph's tensor for a native handle; what comes from outside the step becomes a variable, an input or a constant. */
  #tensorOf(id: number, spec = this.#seen.get(id)): string {
    const known = this.#tensors.get(id);
    if (known !== undefined) return known;
    const tensor = this.#leaf(id, spec);
    this.#tensors.set(id, tensor);
    return tensor;
  }

  #leaf(id: number, spec: TensorSpec | undefined): string {
    const variable = this.#variables.get(id);
    if (variable) return this.#variable(variable).read;
    const constant = this.#constants.get(id);
    if (constant) return this.recording.addConstant(constant, constant.values);
    if (!spec) throw new Error(`Native tensor ${id} is of unknown origin.`);
    if (this.compared) return this.#input(spec);
    return this.recording.addConstant(spec, copyOf(this.#native.tensorDataSync(id)));
  }

  #input(spec: TensorSpec): string {
    if (spec.dtype === dataType.string) this.#fail("the step works on strings");
    if (this.#changing) this.#fail("an optimizer's rule takes a tensor from elsewhere");
    return this.recording.addInput(spec);
  }

  #interception(): Interception {
    const backend = this.#backend;
    const { getInputTensorIds, createOutputTensor } = backend;
    return {
      binding: this.#functions(),
      getInputTensorIds: (tensors) => {
        const ids = getInputTensorIds.call(backend, tensors);
        tensors.forEach((tensor, i) => {
          if (this.#seen.has(ids[i]!) || !(tensor instanceof tf.Tensor)) return;
          this.#seen.set(ids[i]!, backend.tensorMap.get(tensor.dataId));
          // Made before, but not yet known to TensorFlow.
          if (this.compared && tensor.id < this.firstTensor) this.#constants.delete(ids[i]!);
        });
        return ids;
      },
      createOutputTensor: (metadata) => {
        const tensor = createOutputTensor.call(backend, metadata);
        this.made(backend.tensorMap.get(tensor.dataId));
        return tensor;
      },
    };
  }

  /** What TensorFlow.js calls in the place of native TensorFlow. */
  #functions(): Partial<Binding> {
    const native = this.#native;
    return {
      createTensor: (shape, dtype, values) => {
        const id = native.createTensor(shape, dtype, values);
        if (!ArrayBuffer.isView(values)) this.#fail("the step makes a tensor of strings");
        else this.#constants.set(id, { dtype, shape: [...shape], values: copyOf(values) });
        return id;
      },
      tensorDataSync: (id) => {
        // What was there before, JavaScript may read in each replay, too.
        const known = this.#tensors.get(id);
        const isOutside = known === undefined || this.recording.leaves.has(known);
        if (!this.compared || !isOutside)
          this.#fail("the step reads a tensor's values in JavaScript (dataSync, data or print)");
        return native.tensorDataSync(id);
      },
      runSavedModel: (...given) => {
        this.#fail("the step calls a compiled function or a SavedModel");
        return native.runSavedModel(...given);
      },
      executeOp: (op, attributes, ids, count) => {
        const outputs = native.executeOp(op, attributes, ids, count);
        if (this.recording.obstacle === undefined) this.#record(op, attributes, ids, outputs);
        return outputs;
      },
    };
  }

  #record(op: string, attributes: Attribute[], ids: number[], outputs: TensorMetadata[]): void {
    const { graph, shapes } = this.recording;
    const inputs = ids.map((id) => this.#tensorOf(id));
    const inputTypes = inputs.map((input) => shapes.get(input)!.dtype);
    const name = nodeOf(graph.add(op, inputs, nodeAttributes(op, attributes, inputTypes)));
    const tensors = outputs.map(({ id, shape, dtype }, i) => {
      const tensor = `${name}:${i}`;
      this.#tensors.set(id, tensor);
      shapes.set(tensor, { shape, dtype });
      return tensor;
    });
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
