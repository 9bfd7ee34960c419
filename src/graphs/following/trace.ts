import { dataType } from "../../tfjs/backend.js";
import { isDeepStrictEqual } from "node:util";
import { operationsOf, type SignatureReport } from "../step-report.js";
import { type TensorSpec } from "../graph.js";
import { programGraph } from "../program-graph.js";
import { Program } from "../program.js";
import type { Leaf, RecordedCall, Recording } from "../recording.js";

const dtypeNames: Record<number, string> = {
  [dataType.float]: "float32",
  [dataType.int32]: "int32",
  [dataType.bool]: "bool",
};

/** A recording to compare a step with, and its program. */
export class Trace {
  #program: Program | undefined;

  constructor(readonly recording: Recording) {}

  get calls(): RecordedCall[] {
    return this.recording.calls;
  }

  /** Made when it is needed, because a step may show first what must become an input or an output of it. */
  get program(): Program {
    return (this.#program ??= new Program(programGraph(this.recording, false)));
  }

  leaf(tensor: string): Leaf | undefined {
    return this.recording.leaves.get(tensor);
  }

  shape(tensor: string): TensorSpec {
    return this.recording.shapes.get(tensor)!;
  }

  /** Whether another recording says nothing new. */
  isLike({ calls, shapes }: Recording): boolean {
    const mine = this.recording;
    return (
      isDeepStrictEqual(mine.calls, calls) &&
      calls.every(({ outputs }) =>
        outputs.every((tensor) => isDeepStrictEqual(mine.shapes.get(tensor), shapes.get(tensor))),
      )
    );
  }

  /** Makes an input of a constant. */
  open(tensor: string): void {
    this.recording.open(tensor);
    this.dispose();
  }

  /** Makes an output of a tensor. */
  output(tensor: string): void {
    this.recording.outputs.push(tensor);
    this.dispose();
  }

  report(): SignatureReport {
    const inputs = this.recording.inputs.map((tensor) => {
      const { shape, dtype } = this.shape(tensor);
      return `${dtypeNames[dtype] ?? dtype}[${shape.join(",")}]`;
    });
    if (!this.#program) return { inputs: inputs.join(" "), state: "recording" };
    return { inputs: inputs.join(" "), state: "compiled", operations: operationsOf(this.#program) };
  }

  dispose(): void {
    this.#program?.dispose();
    this.#program = undefined;
  }
}
