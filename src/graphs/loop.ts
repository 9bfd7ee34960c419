import { dataType } from "../tfjs/backend.js";
import { Graph, nodeOf, type AttributeValue, type TensorValue } from "./graph.js";

const float: AttributeValue = { type: dataType.float };
const int32: AttributeValue = { type: dataType.int32 };

const scalar = (value: number): TensorValue => ({
  dtype: dataType.int32,
  shape: [],
  bytes: new Uint8Array(Int32Array.of(value).buffer),
});

/** What to repeat. */
export interface Step {
  graph: Graph;
  /** The placeholder of the batch's row numbers, shape `[batchSize]`. */
  rows: string;
  batchSize: number;
  /** Placeholders of numbers that are others in each step. */
  numbers: string[];
  /** Float scalars, one at least. */
  outputs: string[];
  /** Operations (`^name`) that a step ends with. */
  updates: string[];
}

/** A graph that runs a step several times. */
export interface Loop {
  graph: Graph;
  /** Placeholder of the row numbers of all batches. */
  rows: string;
  /** Placeholder of where in `rows` the first batch begins. */
  first: string;
  /** Placeholder of how many steps to run. */
  steps: string;
  /** Placeholder of the steps' numbers, shape `[steps, numbers]`, if there are any. */
  numbers: string | undefined;
  /** The outputs of all steps, one step after the other. */
  outputs: string;
}

/** The nodes of one loop. Names begin with `loop/`, so that those of the step stay free. */
class LoopFrame {
  readonly graph = new Graph();
  /** What an operation without other inputs must wait for, or it would run once too often. */
  #pivot: string | undefined;

  add(op: string, inputs: string[], attributes: Record<string, AttributeValue> = {}): string {
    return this.graph.add(op, inputs, attributes, `loop/${op}`);
  }

  placeholder(name: string, dtype: number, shape: number[]): string {
    return this.graph.placeholder(dtype, shape, `loop/${name}`);
  }

  constant(value: TensorValue): string {
    const tensor = this.graph.constant(value, "loop/Const");
    if (this.#pivot) this.graph.nodes.at(-1)!.inputs.push(this.#pivot);
    return tensor;
  }

  /** A tensor from outside, as the loop sees it. */
  enter(tensor: string, T: AttributeValue, constant: boolean): string {
    // Two at a time: the next step picks its batch while this one ends.
    const frame = { frame_name: { s: "steps" }, parallel_iterations: { i: 2 } };
    return this.add("Enter", [tensor], { T, is_constant: { b: constant }, ...frame });
  }

  /** A value that goes around. `set` gives it its next value, once the operations `after` are done. */
  variable(begin: TensorValue): Variable {
    const T = { type: begin.dtype };
    const entered = this.enter(this.constant(begin), T, false);
    const merge = this.add("Merge", [entered, entered], { T, N: { i: 2 } });
    const { inputs } = this.graph.nodes.at(-1)!;
    const set = (tensor: string, after: string[]) => {
      inputs[1] = this.add("NextIteration", [this.add("Identity", [tensor, ...after], { T })], { T });
    };
    return { T, merge, set };
  }

  /** Goes on while `condition` holds: for each variable, its value in the loop and after it. */
  whileHolds(condition: string, variables: Variable[]): { inside: string; after: string }[] {
    const goOn = this.add("LoopCond", [condition]);
    const values = variables.map(({ T, merge }) => {
      const branches = nodeOf(this.add("Switch", [merge, goOn], { T }));
      const inside = this.add("Identity", [`${branches}:1`], { T });
      return { inside, after: this.add("Exit", [`${branches}:0`], { T }) };
    });
    this.#pivot = `^${nodeOf(values[0]!.inside)}`;
    return values;
  }

  /**
   * Takes a step's nodes over.
   *
   * @param renamed what stands for which of its tensors
   * @param updated the tensor that is there once the step before has changed the variables
   */
  include(step: Graph, renamed: Map<string, string>, updated: string): void {
    const entered = new Set<string>();
    const handles = new Set<string>();
    for (const { name, op, inputs, attributes } of step.nodes) {
      const output = `${name}:0`;
      if (renamed.has(output)) continue;
      if (op === "Placeholder" || op === "VarHandleOp") {
        const T = op === "Placeholder" ? attributes["dtype"]! : { type: dataType.resource };
        const tensor = this.enter(this.graph.add(op, inputs, attributes, name), T, true);
        renamed.set(output, tensor);
        entered.add(tensor);
        if (op === "VarHandleOp") handles.add(tensor);
        continue;
      }
      const sources = inputs.map((input) => renamed.get(input) ?? input);
      if (sources.some((input) => handles.has(input))) sources.push(`^${nodeOf(updated)}`);
      else if (sources.every((input) => entered.has(input))) sources.push(this.#pivot!);
      this.graph.add(op, sources, attributes, name);
    }
  }
}

interface Variable {
  T: AttributeValue;
  merge: string;
  set(tensor: string, after: string[]): void;
}

/**
 * Puts a step into a loop of TensorFlow's, where the next step costs microseconds; another run of the session costs hundreds.
 * It is a loop of the first kind (Enter, Merge, Switch, NextIteration, Exit), because in that the step's nodes can stay as
 * they are; the newer `While` wants them in a function.
 */
export function loopOf({ graph: step, rows: batch, batchSize, numbers, outputs, updates }: Step): Loop {
  const loop = new LoopFrame();
  const rows = loop.placeholder("rows", dataType.int32, [-1]);
  const first = loop.placeholder("first", dataType.int32, []);
  const steps = loop.placeholder("steps", dataType.int32, []);
  const counter = loop.variable(scalar(0));
  const collected = loop.variable({ dtype: dataType.float, shape: [0], bytes: new Uint8Array() });
  const more = loop.add("Less", [counter.merge, loop.enter(steps, int32, true)], { T: int32 });
  const [index, results] = loop.whileHolds(more, [counter, collected]);
  const [zero, one] = [loop.constant(scalar(0)), loop.constant(scalar(1))];
  const renamed = new Map<string, string>();

  const done = loop.add("Mul", [index!.inside, loop.constant(scalar(batchSize))], { T: int32 });
  const begin = loop.add("AddV2", [loop.enter(first, int32, true), done], { T: int32 });
  const from = loop.add("ExpandDims", [begin, zero], { T: int32, Tdim: int32 });
  const size = loop.constant({ ...scalar(batchSize), shape: [1] });
  const slice = [loop.enter(rows, int32, true), from, size];
  renamed.set(batch, loop.add("Slice", slice, { T: int32, Index: int32 }));

  let table: string | undefined;
  if (numbers.length > 0) {
    table = loop.placeholder("numbers", dataType.float, [-1, numbers.length]);
    const types = { Tparams: float, Tindices: int32, Taxis: int32, batch_dims: { i: 0 } };
    const row = loop.add("GatherV2", [loop.enter(table, float, true), index!.inside, zero], types);
    const num = { i: numbers.length };
    const unpacked = nodeOf(loop.add("Unpack", [row], { T: float, num, axis: { i: 0 } }));
    numbers.forEach((number, i) => renamed.set(number, `${unpacked}:${i}`));
  }

  loop.include(step, renamed, results!.inside);
  const packed = loop.add(
    "Pack",
    outputs.map((output) => renamed.get(output) ?? output),
    { T: float, N: { i: outputs.length }, axis: { i: 0 } },
  );
  const all = loop.add("ConcatV2", [results!.inside, packed, zero], {
    T: float,
    Tidx: int32,
    N: { i: 2 },
  });
  collected.set(all, updates);
  counter.set(loop.add("AddV2", [index!.inside, one], { T: int32 }), []);
  return { graph: loop.graph, rows, first, steps, numbers: table, outputs: results!.after };
}
