import { dataType } from "../tfjs/backend.js";
import { Graph, nodeOf, type AttributeValue, type GraphNode, type TensorSpec } from "./graph.js";

/** A graph that is being rewritten, as the rules see it. */
export class RewrittenGraph {
  readonly graph = new Graph();
  readonly #producers = new Map<string, GraphNode>();
  readonly #clips = new Map<string, string>();
  #zero: string | undefined;

  constructor(readonly shapes: Map<string, TensorSpec>) {}

  /** The node that makes a tensor. */
  producer(tensor: string): GraphNode | undefined {
    return this.#producers.get(nodeOf(tensor));
  }

  /** The node that makes a tensor, if it is one of these operations. */
  made(tensor: string | undefined, ...ops: string[]): GraphNode | undefined {
    const node = tensor === undefined ? undefined : this.producer(tensor);
    return node && ops.includes(node.op) ? node : undefined;
  }

  shape(tensor: string): readonly number[] {
    return this.shapes.get(tensor)!.shape;
  }

  /** Adds a node whose only output has this shape. */
  add(op: string, inputs: string[], attributes: Record<string, AttributeValue>, like: string): string {
    const tensor = this.graph.add(op, inputs, attributes, `fused/${op}`);
    this.shapes.set(tensor, this.shapes.get(like)!);
    this.note(this.graph.nodes.at(-1)!);
    return tensor;
  }

  note(node: GraphNode): void {
    this.#producers.set(node.name, node);
    const smaller = node.op === "Maximum" ? this.made(node.inputs[0], "Minimum") : undefined;
    if (smaller) {
      const [low, high] = [this.filling(node.inputs[1]!), this.filling(smaller.inputs[1]!)];
      this.#clips.set(`${smaller.inputs[0]} ${low} ${high}`, `${node.name}:0`);
    }
  }

  dtype(tensor: string): number {
    return this.shapes.get(tensor)!.dtype;
  }

  /** A float scalar 0. */
  zero(): string {
    this.#zero ??= this.graph.constant(
      { dtype: dataType.float, shape: [], bytes: new Uint8Array(4) },
      "fused/zero",
    );
    return this.#zero;
  }

  /** What is taken from 1 to make a tensor, behind the operation `inner` if given: 1 - inner(y) -> y. */
  oneMinus(tensor: string, inner?: string): string | undefined {
    const [one, taken] = this.made(tensor, "Sub")?.inputs ?? [];
    if (one === undefined || this.filling(one) !== 1) return undefined;
    return inner === undefined ? taken : this.made(taken, inner)?.inputs[0];
  }

  /** The tensor that is `x` clipped to a range, if there is one. */
  clipped(x: string, low: number | undefined, high: number | undefined): string | undefined {
    return low === undefined || high === undefined ? undefined : this.#clips.get(`${x} ${low} ${high}`);
  }

  /** The number that fills a float tensor, if it is a constant with one. */
  filling(tensor: string): number | undefined {
    const fill = this.made(tensor, "Fill");
    if (fill) return this.filling(fill.inputs[1]!);
    const constant = this.made(tensor, "Const");
    const value = constant?.attributes["value"];
    if (!value || !("tensor" in value) || value.tensor.dtype !== dataType.float) return undefined;
    const { bytes } = value.tensor;
    const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    return numbers.length > 0 && numbers.every((n) => n === numbers[0]) ? numbers[0] : undefined;
  }
}
