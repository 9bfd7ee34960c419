import type * as Tf from "@tensorflow/tfjs";
import { Operation } from "../../../keras/layers/operation.js";
import type { Argument } from "../../../keras/layers/operations.js";
import { tf } from "../../../keras/load.js";
import { caffeShape, type CaffeLayer } from "../caffe-layer.js";

function withEqualShapes(layer: CaffeLayer): readonly Tf.SymbolicTensor[] {
  const shapes = layer.inputs.map(({ shape }) => `[${caffeShape(shape).join(", ")}]`);
  if (shapes.length < 2) layer.refuse(`has ${shapes.length} bottoms`, "two or more");
  if (new Set(shapes).size > 1) layer.refuse(`gets ${shapes.join(" and ")}`, "bottoms of one shape");
  return layer.inputs;
}

/** Bottoms added, multiplied, or the largest of them: https://caffe.berkeleyvision.org/tutorial/layers/eltwise.html */
export function eltwise(layer: CaffeLayer): Tf.SymbolicTensor {
  const settings = layer.settings("eltwise_param");
  const operation = settings.word("operation", ["PROD", "SUM", "MAX"], "SUM");
  const inputs = withEqualShapes(layer);
  const coefficients = settings.numbers("coeff", undefined, false);
  if (coefficients.length > 0 && operation !== "SUM") layer.refuse("has coeff", `no coeff for ${operation}`);
  if (coefficients.length > 0 && coefficients.length !== inputs.length) {
    layer.refuse(`has ${coefficients.length} coeff for ${inputs.length} bottoms`, "one for each");
  }
  if (operation === "PROD") return layer.apply(({ name }) => tf.layers.multiply({ name }), inputs);
  if (operation === "MAX") return layer.apply(({ name }) => tf.layers.maximum({ name }), inputs);
  const scaled = inputs.map((input, i) =>
    (coefficients[i] ?? 1) === 1
      ? input
      : layer.apply(
          ({ name }) => tf.layers.rescaling({ name, scale: coefficients[i]!, offset: 0 }),
          input,
          `_${i}`,
        ),
  );
  return layer.apply(({ name }) => tf.layers.add({ name }), scaled);
}

/** https://caffe.berkeleyvision.org/tutorial/layers/concat.html */
export function concat(layer: CaffeLayer): Tf.SymbolicTensor {
  const settings = layer.settings("concat_param");
  const [first, ...more] = layer.inputs;
  if (!first) layer.refuse("has no bottoms", "one or more");
  const rank = first.shape.length;
  const axis = layer.axis(settings.whole("axis", settings.whole("concat_dim", 1), -rank), rank);
  const fits = more.every(
    ({ shape }) => shape.length === rank && shape.every((size, i) => i === axis || size === first.shape[i]),
  );
  if (!fits) {
    const shapes = layer.inputs.map(({ shape }) => `[${caffeShape(shape).join(", ")}]`);
    layer.refuse(`gets ${shapes.join(" and ")}`, "shapes that differ only along the axis");
  }
  if (more.length === 0) return first;
  return layer.apply(({ name }) => tf.layers.concatenate({ name, axis }), layer.inputs);
}

/** Parts of a bottom: https://caffe.berkeleyvision.org/tutorial/layers/slice.html */
export function slice(layer: CaffeLayer): Tf.SymbolicTensor[] {
  const settings = layer.settings("slice_param");
  const { input, topCount } = layer;
  const rank = input.shape.length;
  const axis = layer.axis(settings.whole("axis", settings.whole("slice_dim", 1), -rank), rank);
  const size = input.shape[axis]!;
  const points = settings.numbers("slice_point", 1);
  if (points.length > 0 ? points.length !== topCount - 1 : size % topCount !== 0) {
    layer.refuse(
      `cuts ${size} at ${points.length} points for ${topCount} tops`,
      "a point between each of them, or a size that they divide",
    );
  }
  const starts =
    points.length > 0 ? [0, ...points] : Array.from({ length: topCount }, (_, i) => (i * size) / topCount);
  const bounds = [...starts, size];
  if (starts.some((start, i) => start >= bounds[i + 1]!)) {
    layer.refuse(`cuts ${size} at ${points.join(", ")}`, "points that grow, within the size");
  }
  return starts.map((start, i) =>
    cut(layer, input, new Map([[axis, [start, bounds[i + 1]!]]]), topCount > 1 ? `_${i}` : ""),
  );
}

/** The part of the first bottom that has the size of the second: https://caffe.berkeleyvision.org/tutorial/layers/crop.html */
export function crop(layer: CaffeLayer): Tf.SymbolicTensor {
  const settings = layer.settings("crop_param");
  const [input, like] = layer.inputs;
  if (!input || layer.inputs.length !== 2) layer.refuse(`has ${layer.inputs.length} bottoms`, "two");
  const rank = input.shape.length;
  if (like!.shape.length !== rank) layer.refuse("has bottoms with other numbers of axes", "one number");
  const given = settings.whole("axis", 2, -rank);
  const first = given < 0 ? given + rank : given;
  const offsets = settings.numbers("offset", 0);
  if (offsets.length > 1 && offsets.length !== rank - first) {
    layer.refuse(`has ${offsets.length} offsets for ${rank - first} axes`, "one for each, or one");
  }
  const parts = new Map<number, [number, number]>();
  for (let number = first; number < rank; number++) {
    const axis = layer.axis(number, rank);
    const start = offsets[number - first] ?? offsets[0] ?? 0;
    const end = start + like!.shape[axis]!;
    if (end > input.shape[axis]!)
      layer.refuse(`crops to ${end} of ${input.shape[axis]!} along axis ${number}`, "a part of it");
    parts.set(axis, [start, end]);
  }
  return cut(layer, input, parts);
}

function cut(
  layer: CaffeLayer,
  input: Tf.SymbolicTensor,
  parts: ReadonlyMap<number, readonly [number, number]>,
  ending = "",
): Tf.SymbolicTensor {
  const slices = input.shape.map((_, axis): Argument => {
    const [start = null, stop = null] = parts.get(axis) ?? [];
    return { start, stop, step: null };
  });
  return layer.apply(
    ({ name }) =>
      new Operation({ name, operation: "GetItem", arguments: [{ input: 0 }, slices], settings: "{}" }),
    input,
    ending,
  );
}
