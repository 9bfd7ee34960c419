import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { dataType, type Graph, type GraphNode, nodeOf, type AttributeValue } from "./graph.js";
import {
  nativeBackend,
  nativeBinding,
  noValue,
  type Backend,
  type Binding,
  type TensorInfo,
  type TensorMetadata,
} from "./binding.js";
import { loopOf, type Loop } from "./loop.js";
import { prune, rewrite } from "./rewrite.js";
import type { Recording, RecordedNumber, RecordedVariable } from "./recorder.js";
import { writeSavedModel } from "./saved-model.js";
import { writeSessionOptions } from "./session-options.js";

/** An optimizer with the method that its type hides. */
interface CountingOptimizer {
  incrementIterations(): void;
}

/** What the backend keeps for a variable whose newest value is in a session: the native tensor is made on demand. */
export class FetchedOnDemand implements TensorInfo {
  readonly values = null;
  /** Raised by each variable or tensor that takes this as its value. */
  refCount = 0;
  handle: number | undefined;

  constructor(
    readonly shape: number[],
    readonly dtype: number,
    readonly fetch: () => void,
  ) {}

  get id(): number {
    // Who frees it asks, too.
    if (this.handle === undefined && this.refCount > 0) this.fetch();
    return this.handle ?? -1;
  }
}

/** A variable's place in a session, and how it relates to the variable that JavaScript sees. */
class Resident {
  /** The `dataId` whose value the session holds; undefined before the first run. */
  dataId: object | undefined;
  /** Set once the session has changed the variable. */
  info: FetchedOnDemand | undefined;

  constructor(
    readonly recorded: RecordedVariable,
    readonly read: string,
    readonly value: string,
    readonly assigned: string,
  ) {}

  get variable(): Variable {
    return this.recorded.variable;
  }

  /** The session has a newer value than any native tensor. */
  get stale(): boolean {
    return this.info !== undefined && this.info.handle === undefined;
  }

  /**
   * Whether somebody needs the value that only the session has.
   *
   * @param others how many have it besides the variable that may lose it
   */
  isWanted(others = 0): boolean {
    return this.stale && this.info!.refCount > others + (this.variable.dataId === this.dataId ? 1 : 0);
  }
}

/** What a variable held when a step began. */
export interface Beginning {
  dataId: object;
  /** The native tensor. */
  handle(): number;
}

/** A recording as a complete graph. */
export interface ProgramGraph {
  recording: Recording;
  graph: Graph;
  residents: Resident[];
  /** A tensor that is there once all residents were assigned. */
  allAssigned: string;
  numbers: RecordedNumber[];
  /** The outputs, or a tensor that is there once all is done. */
  fetches: string[];
  /** Set if the graph repeats the step. */
  loop?: Loop;
}

/** The steps that one run of a loop does. */
export interface Steps {
  /** The row numbers of all batches, int32 `[rows]`. */
  rows: Tensor;
  /** Where in `rows` the first batch begins. */
  first: number;
  count: number;
}

/**
 * A recorded step as a TensorFlow session. The variables live in the session; JavaScript's side of a variable is
 * brought up to date when somebody looks at it, and what JavaScript assigns is carried in before the next run.
 */
export class Program {
  readonly graph: Graph;
  readonly #backend: Backend = nativeBackend();
  // Not what may listen in its place when a value is fetched.
  readonly #binding: Binding = nativeBinding();
  readonly #recording: Recording;
  readonly #session: number;
  readonly #residents: Resident[];
  readonly #allAssigned: string;
  readonly #numbers: RecordedNumber[];
  readonly #loop: Loop | undefined;
  readonly #smallTensors = new Map<string, { values: Int32Array | Float32Array; id: number }>();
  readonly #feedNames: string;
  readonly #fetchNames: string;
  #disposed = false;

  constructor({ recording, graph, residents, allAssigned, numbers, fetches, loop }: ProgramGraph) {
    this.graph = graph;
    this.#recording = recording;
    this.#residents = residents;
    this.#allAssigned = allAssigned;
    this.#numbers = numbers;
    this.#loop = loop;
    const feeds = loop
      ? [...recording.inputs.slice(1), loop.rows, loop.first, loop.steps, ...[loop.numbers ?? []].flat()]
      : [...recording.inputs, ...numbers.map((one) => one.tensor)];
    this.#feedNames = feeds.join(",");
    this.#fetchNames = fetches.join(",");
    const directory = mkdtempSync(join(tmpdir(), "manabi-program-"));
    try {
      writeSavedModel(graph, directory);
      writeSessionOptions(directory);
      this.#session = this.#binding.loadSavedModel(directory, "serve");
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /** Whether it takes several steps in one run. */
  get repeats(): boolean {
    return this.#loop !== undefined;
  }

  /** Runs the step once. The outputs are the caller's to dispose. */
  run(inputs: Tensor[]): Tensor[] {
    const numbers = this.#nextNumbers();
    return this.#run(
      inputs,
      numbers.map((value, i) => this.#small(`number ${i}`, Float32Array.of(value))),
    );
  }

  /** Runs the step several times. Returns the outputs of each step. */
  runSteps(data: Tensor[], { rows, first, count }: Steps): number[][] {
    const numbers = Array.from({ length: count }, () => this.#nextNumbers());
    const feeds = [
      this.#backend.getInputTensorIds([rows])[0]!,
      this.#small("first", Int32Array.of(first)),
      this.#small("steps", Int32Array.of(count)),
    ];
    if (this.#loop!.numbers !== undefined)
      feeds.push(this.#small("numbers", Float32Array.from(numbers.flat()), [count, this.#numbers.length]));
    const [all] = this.#run(data, feeds);
    const outputs = Array.from(all!.dataSync());
    all!.dispose();
    const width = outputs.length / count;
    return numbers.map((_, step) => outputs.slice(step * width, (step + 1) * width));
  }

  /**
   * Runs the step once for who has run its JavaScript and knows that it was the recorded one.
   *
   * @param inputs native tensors
   * @param numbers what `recording.numbers` were in this step
   * @param begin what variables held before it, which the caller holds, too
   * @returns the outputs, native; then call `adopt`
   */
  replay(
    inputs: number[],
    numbers: Map<RecordedNumber, number>,
    begin: (variable: Variable) => Beginning,
  ): TensorMetadata[] {
    const feeds = this.#numbers.map((number, i) =>
      this.#small(`number ${i}`, Float32Array.of(numbers.get(number)!)),
    );
    this.#carryIn(begin);
    // The caller is one of the holders.
    if (this.#residents.some((one) => one.isWanted(1))) this.#fetchStale();
    return this.#runSession([...inputs, ...feeds]);
  }

  /** Takes the session's values for those of the variables to which JavaScript has assigned tensors without values. */
  adopt(): void {
    for (const resident of this.#residents) if (resident.recorded.update !== undefined) this.#adopt(resident);
  }

  #run(inputs: Tensor[], others: number[]): Tensor[] {
    this.#carryIn((variable) => ({
      dataId: variable.dataId,
      handle: () => this.#backend.getInputTensorIds([variable])[0]!,
    }));
    // Who holds a clone of a variable must keep the value that it has now.
    if (this.#residents.some((one) => one.isWanted())) this.#fetchStale();
    const outputs = this.#runSession([...this.#backend.getInputTensorIds(inputs), ...others]);
    for (const resident of this.#residents)
      if (resident.recorded.update !== undefined) this.#markStale(resident);
    return outputs.map((output) => this.#backend.createOutputTensor(output));
  }

  #runSession(feeds: number[]): TensorMetadata[] {
    if (this.#disposed) throw new Error("This program was disposed.");
    const outputs = this.#binding.runSavedModel(this.#session, feeds, this.#feedNames, this.#fetchNames);
    if (this.#recording.outputs.length === 0) this.#binding.deleteTensor(outputs.pop()!.id);
    return outputs;
  }

  /** Ends the session. JavaScript's variables keep their newest values. */
  dispose(): void {
    if (this.#disposed) return;
    this.#fetchStale();
    this.#disposed = true;
    for (const { id } of this.#smallTensors.values()) this.#binding.deleteTensor(id);
    this.#binding.deleteSavedModel(this.#session);
  }

  /** The numbers of the coming step, which then counts as done. */
  #nextNumbers(): number[] {
    const values = this.#numbers.map((number) => number.value());
    for (const optimizer of this.#recording.optimizers as unknown as CountingOptimizer[])
      optimizer.incrementIterations();
    return values;
  }

  /** A native tensor of a few values. Most of them stay the same from run to run, and then so does the tensor. */
  #small(name: string, values: Int32Array | Float32Array, shape: number[] = []): number {
    const known = this.#smallTensors.get(name);
    // The same length is the same shape, for a name.
    if (known?.values.length === values.length && known.values.every((value, i) => value === values[i]))
      return known.id;
    const dtype = values instanceof Int32Array ? dataType.int32 : dataType.float;
    const id = this.#binding.createTensor(shape, dtype, values);
    this.#smallTensors.set(name, { values, id });
    // Last, because an interrupt may end this anywhere, and to free a tensor twice is an error.
    if (known) this.#binding.deleteTensor(known.id);
    return id;
  }

  /** Brings into the session what JavaScript assigned since the last run. */
  #carryIn(begin: (variable: Variable) => Beginning): void {
    const newer = this.#residents.flatMap((resident) => {
      const { dataId, handle } = begin(resident.variable);
      return dataId === resident.dataId ? [] : [{ resident, dataId, handle }];
    });
    if (newer.length === 0) return;
    if (newer.some(({ resident }) => resident.isWanted())) this.#fetchStale();
    const assigned =
      newer.length === this.#residents.length
        ? this.#allAssigned
        : newer.map(({ resident }) => resident.assigned).join(",");
    const done = this.#binding.runSavedModel(
      this.#session,
      newer.map(({ handle }) => handle()),
      newer.map(({ resident }) => resident.value).join(","),
      assigned,
    );
    for (const output of done) this.#binding.deleteTensor(output.id);
    for (const { resident, dataId } of newer) {
      resident.dataId = dataId;
      resident.info = undefined;
    }
  }

  #fetchStale(): void {
    const stale = this.#residents.filter((one) => one.stale && one.info!.refCount > 0);
    if (stale.length === 0) return;
    const names = stale.map((one) => one.read).join(",");
    const fetched = this.#binding.runSavedModel(this.#session, [], "", names);
    stale.forEach((one, i) => (one.info!.handle = fetched[i]!.id));
  }

  /** The session changed the variable: gives it a `dataId` whose value is fetched when JavaScript looks. */
  #markStale(resident: Resident): void {
    if (resident.stale) return;
    const { variable, recorded } = resident;
    const info = new FetchedOnDemand(variable.shape, recorded.dtype, () => this.#fetchStale());
    const dataId = {};
    this.#backend.tensorMap.set(dataId, info);
    // No real tensor, since to dispose of that would fetch the value.
    variable.assign({ dataId, shape: variable.shape, dtype: variable.dtype } as Variable);
    resident.dataId = dataId;
    resident.info = info;
  }

  /** The session changed the variable, and JavaScript has assigned a tensor without a value to it. */
  #adopt(resident: Resident): void {
    const { variable, recorded } = resident;
    const { tensorMap } = this.#backend;
    const given = tensorMap.get(variable.dataId);
    // Done before, by code that was ended later.
    if (given === resident.info && resident.stale) return;
    resident.dataId = undefined;
    resident.info = undefined;
    // Otherwise JavaScript has assigned something of its own in the end.
    if (given instanceof FetchedOnDemand || given.id > noValue) return;
    const info = new FetchedOnDemand(variable.shape, recorded.dtype, () => this.#fetchStale());
    info.refCount = given.refCount;
    resident.dataId = variable.dataId;
    resident.info = info;
    tensorMap.set(variable.dataId, info);
    // The map counts what is set.
    tensorMap.dataIdsCount--;
  }
}

const done = (graph: Graph, after: string[], name: string): string =>
  graph.add(
    "Const",
    after,
    {
      dtype: { type: dataType.bool },
      value: { tensor: { dtype: dataType.bool, shape: [], bytes: Uint8Array.of(1) } },
    },
    name,
  );

/**
 * The recording, rewritten, with what it takes to carry values in and out.
 *
 * @param repeated whether to repeat the step, whose first input is then the row numbers of a batch
 */
export function programGraph(recording: Recording, repeated: boolean): ProgramGraph {
  const { graph: rewritten, rename } = rewrite(recording.graph, recording.shapes);
  const updates = new Set(
    recording.variables.flatMap(({ update }) => (update ? [`^${nodeOf(update)}`] : [])),
  );
  const outputs = recording.outputs.map(rename);
  const step = prune(rewritten, [...outputs, ...updates, ...recording.inputs]);
  orderUpdates(step, recording.reads);
  const names = new Set(step.nodes.map((node) => node.name));
  const numbers = recording.numbers.filter(({ tensor }) => names.has(nodeOf(tensor)));
  const isNumber = (tensor: string) => {
    const { shape, dtype } = recording.shapes.get(tensor)!;
    return shape.length === 0 && dtype === dataType.float;
  };
  const loop =
    repeated && outputs.length > 0 && outputs.every(isNumber)
      ? loopOf({
          graph: step,
          rows: recording.inputs[0]!,
          batchSize: recording.shapes.get(recording.inputs[0]!)!.shape[0]!,
          numbers: numbers.map((one) => one.tensor),
          outputs,
          updates: [...updates],
        })
      : undefined;
  const graph = loop?.graph ?? step;
  const assignments: string[] = [];
  // Not the slots that an operation of ours has no use of.
  const used = recording.variables.filter(({ handle }) => names.has(nodeOf(handle)));
  const residents = used.map((recorded) => {
    const { handle, variable } = recorded;
    const name = nodeOf(handle);
    const dtype: AttributeValue = { type: recorded.dtype };
    const read = graph.add("ReadVariableOp", [handle], { dtype }, `${name}/fetch`);
    const value = graph.placeholder(recorded.dtype, variable.shape, `${name}/value`);
    const assign = graph.add("AssignVariableOp", [handle, value], { dtype }, `${name}/assign`);
    assignments.push(`^${nodeOf(assign)}`);
    return new Resident(recorded, read, value, done(graph, assignments.slice(-1), `${name}/assigned`));
  });
  // To fetch one tensor and not each prepares the run in half the time, which grows with what goes in and out.
  const allAssigned = done(graph, assignments, "allAssigned");
  const common = { recording, graph, residents, allAssigned, numbers };
  if (loop) return { ...common, fetches: [loop.outputs], loop };
  const fetches = outputs.map((output, i) => {
    const { dtype } = recording.shapes.get(output)!;
    return graph.add("Identity", [output, ...(i === 0 ? updates : [])], { T: { type: dtype } }, `output${i}`);
  });
  if (fetches.length === 0) fetches.push(done(graph, [...updates], "done"));
  return { ...common, fetches };
}

/**
 * An operation that changes variables must come after those that read their old values, and after who uses these,
 * because TensorFlow copies a variable before a change while its old value is in use. No more edges than needed: an
 * operation with one is not fused with others.
 */
function orderUpdates(graph: Graph, reads: Map<string, string[]>): void {
  const users = new Map<string, string[]>();
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  for (const node of graph.nodes) {
    const read = (reads.get(node.name) ?? []).filter((tensor) => byName.has(nodeOf(tensor)));
    const before = new Set(read.flatMap((tensor) => [nodeOf(tensor), ...(users.get(tensor) ?? [])]));
    if (before.size > 0) {
      const finished = ancestorsOf(node, byName);
      for (const user of before) if (!finished.has(user)) node.inputs.push(`^${user}`);
    }
    for (const input of node.inputs) {
      if (!input.startsWith("^")) users.set(input, [...(users.get(input) ?? []), node.name]);
    }
  }
}

/** The names of all nodes that are done when `node` begins. */
function ancestorsOf(node: GraphNode, byName: Map<string, GraphNode>): Set<string> {
  const found = new Set<string>();
  const pending = [...node.inputs];
  for (let input = pending.pop(); input !== undefined; input = pending.pop()) {
    const name = input.startsWith("^") ? input.slice(1) : nodeOf(input);
    if (found.has(name)) continue;
    found.add(name);
    pending.push(...byName.get(name)!.inputs);
  }
  return found;
}
