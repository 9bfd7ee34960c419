import { type Attribute, dataType } from "../tfjs/backend.js";
import type { Optimizer, Variable } from "@tensorflow/tfjs-node";
import { bytesOf, Graph, nodeOf, type AttributeValue, type TensorSpec } from "./graph.js";
import type { Settings } from "./step-listener.js";

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

/** The optimizer's settings, in the form of an operation's attributes. */
export const attributesOf = (settings: Settings): Attribute[] =>
  settings.map(([name, value]) => ({ name, type: 0, value }));

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
  readonly shapes = new Map<string, TensorSpec>();
  readonly leaves = new Map<string, Leaf>();
  /** For who replays the step by comparing: all that it did, and what variables held in the end. */
  readonly calls: RecordedCall[] = [];
  readonly assigned: { variable: Variable; tensor: string }[] = [];
  /** Why the step cannot be replayed, if it cannot. */
  obstacle: string | undefined;

  addInput({ shape, dtype }: TensorSpec): string {
    const tensor = this.graph.placeholder(dtype, shape, `input${this.inputs.length}`);
    this.inputs.push(tensor);
    return this.#leaf(tensor, { shape, dtype }, { kind: "input" });
  }

  addNumber(value: () => number): string {
    const tensor = this.graph.placeholder(dataType.float, [], "number");
    this.numbers.push({ tensor, value });
    return this.#leaf(tensor, { shape: [], dtype: dataType.float }, { kind: "number" });
  }

  addConstant({ shape, dtype }: TensorSpec, values: ArrayBufferView): string {
    const tensor = this.graph.constant({ dtype, shape, bytes: bytesOf(values) });
    return this.#leaf(tensor, { shape, dtype }, { kind: "constant", values });
  }

  /** Makes an input of a constant. */
  open(tensor: string): void {
    const node = this.graph.nodes.find(({ name }) => `${name}:0` === tensor)!;
    const { shape, dtype } = this.shapes.get(tensor)!;
    const attributes: Record<string, AttributeValue> = { dtype: { type: dtype }, shape: { shape } };
    Object.assign(node, { op: "Placeholder", attributes });
    this.inputs.push(tensor);
    this.leaves.set(tensor, { kind: "input" });
  }

  /** The variable in the graph, added if it is not there. */
  variable(variable: Variable, dtype: number): RecordedVariable {
    const known = this.variables.find((one) => one.variable === variable);
    if (known) return known;
    const { shape } = variable;
    const name = `variable${this.variables.length}`;
    const attributes = { dtype: { type: dtype }, shape: { shape }, shared_name: { s: name } };
    const handle = this.graph.add("VarHandleOp", [], attributes, name);
    const read = this.graph.add("ReadVariableOp", [handle], { dtype: { type: dtype } }, `${name}/read`);
    this.#leaf(read, { shape, dtype }, { kind: "variable", variable });
    const recorded = { variable, dtype, handle, read };
    this.variables.push(recorded);
    return recorded;
  }

  /** Adds an operation that changes variables. */
  update(
    op: string,
    changed: RecordedVariable[],
    inputs: string[],
    attributes: Record<string, AttributeValue>,
  ): void {
    const earlier = changed.flatMap(({ update }) => (update ? [`^${nodeOf(update)}`] : []));
    const handles = changed.map((one) => one.handle);
    const update = this.graph.add(op, [...handles, ...inputs, ...new Set(earlier)], attributes);
    this.reads.set(
      nodeOf(update),
      changed.map((one) => one.read),
    );
    for (const recorded of changed) {
      const { variable, dtype, handle } = recorded;
      const type = { dtype: { type: dtype } };
      recorded.update = update;
      recorded.read = this.graph.add("ReadVariableOp", [handle, `^${nodeOf(update)}`], type, "read");
      this.shapes.set(recorded.read, { shape: variable.shape, dtype });
    }
  }

  #leaf(tensor: string, spec: TensorSpec, leaf: Leaf): string {
    this.shapes.set(tensor, spec);
    this.leaves.set(tensor, leaf);
    return tensor;
  }
}
