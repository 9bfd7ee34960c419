import { dataType } from "../tfjs/backend.js";
import { isDeepStrictEqual } from "node:util";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../tfjs/native.js";
import { isData } from "./data-inputs.js";
import { type GraphNode } from "./graph.js";
import type { Recording } from "./recording.js";

const dtypes = { [dataType.float]: "float32", [dataType.int32]: "int32", [dataType.bool]: "bool" } as const;

/**
 * The constants of a recording that turned out to be others when the step was recorded again: numbers, texts made into
 * numbers, and tensors that JavaScript has at hand. They become inputs, whose values are those of the newest recording.
 */
export class OpenedConstants {
  /** The nodes before any of them became an input. */
  readonly #nodes: GraphNode[];
  readonly #values = new Map<string, Tensor>();

  constructor(readonly recording: Recording) {
    this.#nodes = recording.graph.nodes.map((node) => ({ ...node }));
  }

  /** The values of the inputs that come after the step's own. */
  get values(): Tensor[] {
    return [...this.#values.values()];
  }

  /**
   * Takes the values of another recording of the step.
   *
   * @returns whether nothing was other than before, or only values were, or more constants must become inputs, or the step
   *   does something else
   */
  update(other: Recording): "same" | "values" | "inputs" | "different" {
    const names = this.#changed(other);
    if (!names) return "different";
    const opened = names.filter((name) => !this.#values.has(name));
    let isSame = opened.length === 0;
    for (const name of new Set([...this.#values.keys(), ...opened])) {
      const { shape, dtype } = other.shapes.get(name)!;
      const leaf = other.leaves.get(name);
      if (leaf?.kind !== "constant") return "different";
      const value = tf.keep(tf.tensor(leaf.values as Float32Array, [...shape], dtypes[dtype as never]));
      const before = this.#values.get(name);
      isSame &&= before !== undefined && isDeepStrictEqual(before.dataSync(), value.dataSync());
      before?.dispose();
      this.#values.set(name, value);
    }
    for (const name of opened) this.recording.open(name);
    return opened.length > 0 ? "inputs" : isSame ? "same" : "values";
  }

  /** The constants that are others than in the first recording; undefined if that is not all. */
  #changed({ graph, variables }: Recording): string[] | undefined {
    const known = this.recording.variables.map(({ variable }) => variable);
    const isAlike =
      graph.nodes.length === this.#nodes.length &&
      variables.every(({ variable }, i) => variable === known[i]);
    if (!isAlike) return undefined;
    const changed: string[] = [];
    for (const [i, node] of graph.nodes.entries()) {
      const before = this.#nodes[i]!;
      if (isDeepStrictEqual(node, before)) continue;
      const tensor = `${node.name}:0`;
      if (!isSameConstant(node, before) || !this.#isData(tensor)) return undefined;
      changed.push(tensor);
    }
    return changed;
  }

  #isData(tensor: string): boolean {
    const { dtype } = this.recording.shapes.get(tensor)!;
    if (!(dtype in dtypes)) return false;
    return this.#nodes.every(({ op, inputs }) =>
      inputs.every((input, i) => input !== tensor || isData(op, i, dtype)),
    );
  }

  dispose(): void {
    tf.dispose(this.values);
    this.#values.clear();
  }
}

/** Whether nodes are constants of one name, shape and type. */
function isSameConstant(a: GraphNode, b: GraphNode): boolean {
  const [one, other] = [a, b].map(({ attributes }) => attributes["value"]);
  if (!one || !other || !("tensor" in one) || !("tensor" in other)) return false;
  const isSame =
    one.tensor.dtype === other.tensor.dtype && isDeepStrictEqual(one.tensor.shape, other.tensor.shape);
  return a.op === "Const" && b.op === "Const" && a.name === b.name && isSame;
}
