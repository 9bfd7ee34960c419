/** The shape and type of a tensor. */
export interface TensorSpec {
  readonly shape: readonly number[];
  /** TensorFlow's DataType number. */
  readonly dtype: number;
}

/** The contents of a constant: raw little-endian bytes. */
export interface TensorValue extends TensorSpec {
  bytes: Uint8Array;
}

/** The bytes of a typed array, which they share. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A typed array of its own with the same values. */
export const copyOf = (values: ArrayBufferView): ArrayBufferView => (values as Uint8Array).slice();

/** An attribute of several values, all of one type. */
export interface AttributeList {
  i?: number[];
  f?: number[];
  b?: boolean[];
  type?: number[];
}

/** The value of a node's attribute. */
export type AttributeValue =
  | { s: string }
  | { i: number }
  | { f: number }
  | { b: boolean }
  | { type: number }
  | { shape: readonly number[] }
  | { tensor: TensorValue }
  | { list: AttributeList };

/** One operation of a graph. */
export interface GraphNode {
  name: string;
  op: string;
  /** `name:index` for a tensor, `^name` for "run after". */
  inputs: string[];
  attributes: Record<string, AttributeValue>;
}

/** A recorded or hand-made TensorFlow graph: plain data. */
export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly #names = new Set<string>();

  /** Adds a node, under `name` or, if that is taken, `name_1`, `name_2`, …; returns its first output. */
  add(op: string, inputs: string[], attributes: Record<string, AttributeValue> = {}, name = op): string {
    let unique = name;
    for (let n = 1; this.#names.has(unique); n++) unique = `${name}_${n}`;
    this.#names.add(unique);
    this.nodes.push({ name: unique, op, inputs, attributes });
    return `${unique}:0`;
  }

  constant(value: TensorValue, name = "Const"): string {
    return this.add("Const", [], { dtype: { type: value.dtype }, value: { tensor: value } }, name);
  }

  placeholder(dtype: number, shape: readonly number[], name: string): string {
    return this.add("Placeholder", [], { dtype: { type: dtype }, shape: { shape } }, name);
  }
}

/** The name of the node that makes a tensor: `dense:1` -> `dense`. */
export function nodeOf(tensor: string): string {
  return tensor.slice(0, tensor.lastIndexOf(":"));
}
