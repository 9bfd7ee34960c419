import { openOptimizer } from "../tfjs/internals.js";
import { nativeBackend, type TensorMetadata, dataType } from "../tfjs/backend.js";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { nativeBinding } from "./binding.js";
import { type Graph } from "./graph.js";
import type { Loop } from "./loop.js";
import type { ProgramGraph } from "./program-graph.js";
import type { RecordedNumber, Recording } from "./recording.js";
import { Residents, type Beginning } from "./residents.js";
import { writeSavedModel } from "./saved-model.js";
import { writeSessionOptions } from "./session-options.js";

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
  readonly #backend = nativeBackend();
  // Not what may listen in its place when a value is fetched.
  readonly #binding = nativeBinding();
  readonly #recording: Recording;
  readonly #session: number;
  readonly #residents: Residents;
  readonly #numbers: RecordedNumber[];
  readonly #loop: Loop | undefined;
  readonly #smallTensors = new Map<string, { values: Int32Array | Float32Array; id: number }>();
  readonly #feedNames: string;
  readonly #fetchNames: string;
  #disposed = false;

  constructor({ recording, graph, variables, allAssigned, numbers, fetches, loop }: ProgramGraph) {
    this.graph = graph;
    this.#recording = recording;
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
    this.#residents = new Residents(this.#session, variables, allAssigned);
  }

  /** Whether it takes several steps in one run. */
  get repeats(): boolean {
    return this.#loop !== undefined;
  }

  /** Runs the step once. The outputs are the caller's to dispose. */
  run(inputs: Tensor[]): Tensor[] {
    return this.#run(inputs, this.#numberFeeds(this.#nextNumbers()));
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
    const feeds = this.#numberFeeds(this.#numbers.map((number) => numbers.get(number)!));
    // The caller is one of the holders.
    this.#residents.carryIn(begin, 1);
    return this.#runSession([...inputs, ...feeds]);
  }

  /** Takes the session's values for those of the variables to which JavaScript has assigned tensors without values. */
  adopt(): void {
    this.#residents.adopt();
  }

  #run(inputs: Tensor[], others: number[]): Tensor[] {
    this.#residents.carryIn((variable) => ({
      dataId: variable.dataId,
      handle: () => this.#backend.getInputTensorIds([variable])[0]!,
    }));
    const outputs = this.#runSession([...this.#backend.getInputTensorIds(inputs), ...others]);
    this.#residents.markStale();
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
    this.#residents.fetch();
    this.#disposed = true;
    for (const { id } of this.#smallTensors.values()) this.#binding.deleteTensor(id);
    this.#binding.deleteSavedModel(this.#session);
  }

  /** The numbers of the coming step, which then counts as done. */
  #nextNumbers(): number[] {
    const values = this.#numbers.map((number) => number.value());
    for (const optimizer of this.#recording.optimizers) openOptimizer(optimizer).incrementIterations();
    return values;
  }

  #numberFeeds(values: number[]): number[] {
    return values.map((value, i) => this.#small(`number ${i}`, Float32Array.of(value)));
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
}
