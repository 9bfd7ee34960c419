import { dataType } from "../tfjs/backend.js";
import { type AttributeValue, type GraphNode } from "./graph.js";
import type { RewrittenGraph } from "./rewritten-graph.js";

/** Gives the tensor to use instead of the node's output, or undefined to leave the node. */
export type Rule = (node: GraphNode, view: RewrittenGraph) => string | undefined;

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
function matrix(tensor: string, view: RewrittenGraph): string | undefined {
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

/** In this order; the first that applies to a node is taken. */
export const rules: Rule[] = [
  dropCast,
  dropReshape,
  dropNeutral,
  plainMatMul,
  biasAdd,
  scaledMask,
  activationGradient,
  clipGradient,
];
