import { dataType, Graph, nodeOf, type GraphNode, type AttributeValue, type TensorSpec } from "./graph.js";

/** A graph that is being rewritten, as the rules see it. */
class View {
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

/** Gives the tensor to use instead of the node's output, or undefined to leave the node. */
type Rule = (node: GraphNode, view: View) => string | undefined;

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

const float: AttributeValue = { type: dataType.float };

const dropCast: Rule = ({ op, inputs, attributes }) => {
  if (op !== "Cast") return undefined;
  const [source, target] = [attributes["SrcT"], attributes["DstT"]] as { type: number }[];
  return source!.type === target!.type ? inputs[0] : undefined;
};

/** Reshape of a reshape reads the original; to the shape that it has already, nothing. */
const dropReshape: Rule = ({ name, op, inputs, attributes }, view) => {
  if (op !== "Reshape") return undefined;
  const output = `${name}:0`;
  let source = inputs[0]!;
  for (let inner = view.made(source, "Reshape"); inner; inner = view.made(source, "Reshape"))
    source = inner.inputs[0]!;
  if (sameShape(view.shape(source), view.shape(output))) return source;
  return source === inputs[0] ? undefined : view.add("Reshape", [source, inputs[1]!], attributes, output);
};

/** A matrix behind a reshape that only adds a batch axis of 1, or the tensor itself if it is a matrix. */
function matrix(tensor: string, view: View): string | undefined {
  if (view.shape(tensor).length === 2) return tensor;
  const [one, ...rest] = view.shape(tensor);
  const source = view.made(tensor, "Reshape")?.inputs[0];
  return one === 1 && source !== undefined && sameShape(view.shape(source), rest) ? source : undefined;
}

const plainMatMul: Rule = ({ name, op, inputs, attributes }, view) => {
  if (op !== "BatchMatMulV2") return undefined;
  const [a, b] = inputs.map((input) => matrix(input, view));
  if (a === undefined || b === undefined) return undefined;
  const transposed = { transpose_a: attributes["adj_x"]!, transpose_b: attributes["adj_y"]! };
  const output = `${name}:0`;
  const shape = view.shape(output);
  if (shape.length === 2) return view.add("MatMul", [a, b], { T: float, ...transposed }, output);
  const product = view.graph.add("MatMul", [a, b], { T: float, ...transposed }, "fused/MatMul");
  view.shapes.set(product, { shape: shape.slice(1), dtype: dataType.float });
  view.note(view.graph.nodes.at(-1)!);
  const target = view.graph.constant(
    {
      dtype: dataType.int32,
      shape: [shape.length],
      bytes: new Uint8Array(Int32Array.from(shape).buffer),
    },
    "fused/shape",
  );
  return view.add("Reshape", [product, target], { T: float, Tshape: { type: dataType.int32 } }, output);
};

/** TensorFlow fuses BiasAdd, not Add, into the product before it and the Relu after it. */
const biasAdd: Rule = ({ name, op, inputs }, view) => {
  if (op !== "Add" && op !== "AddV2") return undefined;
  const [product, bias] = inputs as [string, string];
  if (!view.made(product, "MatMul", "Conv2D")) return undefined;
  const biasShape = view.shape(bias);
  const matrixBias = biasShape.length > 1 ? view.made(bias, "Reshape")?.inputs[0] : bias;
  if (matrixBias === undefined || view.shape(matrixBias).length !== 1) return undefined;
  if (view.shape(matrixBias)[0] !== view.shape(product).at(-1)) return undefined;
  return view.add("BiasAdd", [product, matrixBias], { T: float, data_format: { s: "NHWC" } }, `${name}:0`);
};

/** x * 1 and x + 0, which random numbers between 0 and 1 and other defaults leave behind. */
const dropNeutral: Rule = ({ name, op, inputs }, view) => {
  const neutral = op === "Mul" ? 1 : op === "Add" || op === "AddV2" ? 0 : undefined;
  if (neutral === undefined) return undefined;
  const shape = view.shape(`${name}:0`);
  const isNeutral = (input: string) => view.shape(input).length === 0 && view.filling(input) === neutral;
  return inputs.find((input, i) => sameShape(view.shape(input), shape) && isNeutral(inputs[1 - i]!));
};

/** cast(condition) * scale, as in the mask of a dropout. */
const scaledMask: Rule = ({ name, op, inputs }, view) => {
  if (op !== "Mul") return undefined;
  const [cast, scale] = inputs as [string, string];
  const condition = view.made(cast, "Cast")?.inputs[0];
  if (condition === undefined || view.dtype(condition) !== dataType.bool) return undefined;
  if (view.filling(scale) === undefined || view.shape(scale).length > 0) return undefined;
  return view.add("SelectV2", [condition, scale, view.zero()], { T: float }, `${name}:0`);
};

/** The gradients of tanh, dy * (1 - y * y), and sigmoid, dy * (y * (1 - y)). */
const activationGradient: Rule = ({ name, op, inputs }, view) => {
  if (op !== "Mul") return undefined;
  for (const [factor, dy] of [inputs, inputs.toReversed()] as [string, string][]) {
    const y = view.oneMinus(factor, "Square");
    if (view.made(y, "Tanh")) return view.add("TanhGrad", [y!, dy], { T: float }, `${name}:0`);
    const [z, rest] = view.made(factor, "Mul")?.inputs ?? [];
    if (view.made(z, "Sigmoid") && view.oneMinus(rest!) === z) {
      return view.add("SigmoidGrad", [z!, dy], { T: float }, `${name}:0`);
    }
  }
  return undefined;
};

/** The gradient of clipping passes where a <= x <= b: just there the clipped x is x. */
const clipGradient: Rule = ({ name, op, inputs }, view) => {
  if (op !== "Select" && op !== "SelectV2") return undefined;
  const [condition, dy, otherwise] = inputs as [string, string, string];
  const both = view.made(condition, "LogicalAnd");
  const [above, below] = [
    view.made(both?.inputs[0], "GreaterEqual"),
    view.made(both?.inputs[1], "LessEqual"),
  ];
  const x = above?.inputs[0];
  if (x === undefined || x !== below?.inputs[0] || !view.made(otherwise, "ZerosLike")) return undefined;
  const clipped = view.clipped(x, view.filling(above!.inputs[1]!), view.filling(below.inputs[1]!));
  if (clipped === undefined) return undefined;
  const inside = view.add("Equal", [x, clipped], { T: float }, condition);
  return view.add("SelectV2", [inside, dy, view.zero()], { T: float }, `${name}:0`);
};

const rules: Rule[] = [
  dropCast,
  dropReshape,
  dropNeutral,
  plainMatMul,
  biasAdd,
  scaledMask,
  activationGradient,
  clipGradient,
];

/**
 * Rewrites a recorded graph into one that computes the same with fewer operations, and with those that TensorFlow's
 * own optimizer can fuse.
 *
 * @param shapes shape and type of every tensor; those of new tensors are added
 * @returns the new graph, and a function from old tensors to new
 */
export function rewrite(
  graph: Graph,
  shapes: Map<string, TensorSpec>,
): { graph: Graph; rename: (tensor: string) => string } {
  const view = new View(shapes);
  const renamed = new Map<string, string>();
  const rename = (tensor: string): string => renamed.get(tensor) ?? tensor;
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map(rename) };
    const output = `${node.name}:0`;
    let replacement: string | undefined;
    for (const rule of rules) {
      replacement = rule(node, view);
      if (replacement !== undefined) break;
    }
    if (replacement !== undefined) {
      renamed.set(output, replacement);
      continue;
    }
    view.graph.add(node.op, node.inputs, node.attributes, node.name);
    view.note(view.graph.nodes.at(-1)!);
  }
  return { graph: view.graph, rename };
}

/** Leaves out the nodes that none of `wanted` (tensors, or nodes as `^name`) needs. */
export function prune(graph: Graph, wanted: string[]): Graph {
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const pending = [...wanted];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const name = next.startsWith("^") ? next.slice(1) : nodeOf(next);
    if (needed.has(name)) continue;
    needed.add(name);
    pending.push(...byName.get(name)!.inputs);
  }
  const pruned = new Graph();
  for (const node of graph.nodes)
    if (needed.has(node.name)) pruned.add(node.op, node.inputs, node.attributes, node.name);
  return pruned;
}
