import type { Tensor } from "@tensorflow/tfjs-node";
import { offTape, tf } from "../../tfjs/native.js";

/** `start:stop:step`, each null if left out. */
export interface Slice {
  start: number | null;
  stop: number | null;
  step: number | null;
}

/** An argument of an operation: one of its inputs, by number, or what is the same in each call. */
export type Argument =
  { input: number } | { values: number[]; dtype: string } | Slice | number | string | null | Argument[];

/** Arguments that have names, as Keras's files have them. */
export type OperationSettings = Record<string, unknown>;

/** What an operation takes: tensors, numbers, lists of them, slices. */
type Given = Tensor | number | null | Slice | Given[];
type Run = (args: Given[], settings: OperationSettings) => Tensor | Tensor[];
type Operation = { module: "core" | "linalg" | "math" | "nn" | "numpy"; run: Run };

const tensorOf = (given: Given): Tensor => {
  if (given instanceof tf.Tensor) return given;
  return Array.isArray(given) ? tf.tensor(given as number[]) : tf.scalar(given as number);
};
const unary = (run: (x: Tensor) => Tensor): Run => {
  return ([x]) => run(tensorOf(x!));
};
const binary = (run: (a: Tensor, b: Tensor) => Tensor): Run => {
  return ([a, b]) => run(tensorOf(a!), tensorOf(b!));
};
/** Of two numbers of one type, the wider one of theirs. */
const compared = (run: (a: Tensor, b: Tensor) => Tensor): Run =>
  binary((a, b) => (a.dtype === b.dtype ? run(a, b) : run(tf.cast(a, "float32"), tf.cast(b, "float32"))));

const truth = (x: Tensor): Tensor => tf.cast(x, "bool");

type Reduction = (x: Tensor, axis: number[] | undefined, keepDims: boolean) => Tensor;
const reduction = (run: Reduction): Run => {
  return ([x], { axis, keepdims }) =>
    run(tensorOf(x!), axis == null ? undefined : [axis as number | number[]].flat(), Boolean(keepdims));
};
const along = (run: (x: Tensor, axis: number) => Tensor): Run => {
  return ([x], { axis }) => run(tensorOf(x!), (axis as number | undefined) ?? -1);
};
/** Along an axis that must be given: without one, Keras takes all samples of a batch for one row. */
const alongGiven = (run: (x: Tensor, axis: number, settings: OperationSettings) => Tensor): Run => {
  return ([x], settings) => {
    const input = tensorOf(x!);
    if (settings["axis"] == null)
      throw new Error(
        "an operation without an axis, which mixes the samples of a batch, where an axis is expected",
      );
    return run(input, normalAxis(settings["axis"] as number, input.rank), settings);
  };
};
const best = (run: (x: Tensor, axis: number) => Tensor): Run =>
  alongGiven((x, axis, { keepdims }) => (keepdims ? tf.expandDims(run(x, axis), axis) : run(x, axis)));

const ofNumpy = (
  runs: Record<string, Run>,
  module: Operation["module"] = "numpy",
): Record<string, Operation> =>
  Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, { module, run }]));

const variance: Reduction = (x, axis, keepDims) => tf.moments(x, axis, keepDims).variance;
const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Of Keras 3, which is another than TensorFlow.js's. */
const hardSigmoid = (x: Tensor): Tensor => tf.div(tf.relu6(tf.add(x, 3)), 6);

/** Operations of `keras.ops`, by the names of Keras's classes. */
export const operations: Record<string, Operation> = {
  ...ofNumpy({
    Add: binary(tf.add),
    Subtract: binary(tf.sub),
    Multiply: binary(tf.mul),
    Divide: binary(tf.div),
    TrueDivide: binary(tf.div),
    FloorDivide: binary((a, b) => tf.floor(tf.div(a, b))),
    Mod: binary((a, b) => tf.sub(a, tf.mul(tf.floor(tf.div(a, b)), b))),
    Power: binary(tf.pow),
    Maximum: binary(tf.maximum),
    Minimum: binary(tf.minimum),
    Greater: compared(tf.greater),
    GreaterEqual: compared(tf.greaterEqual),
    Less: compared(tf.less),
    LessEqual: compared(tf.lessEqual),
    Equal: compared(tf.equal),
    NotEqual: compared(tf.notEqual),
    LogicalAnd: binary((a, b) => tf.logicalAnd(truth(a), truth(b))),
    LogicalOr: binary((a, b) => tf.logicalOr(truth(a), truth(b))),
    LogicalNot: unary((x) => tf.logicalNot(truth(x))),
    Where: ([condition, a, b]) => tf.where(truth(tensorOf(condition!)), tensorOf(a!), tensorOf(b!)),
    Negative: unary(tf.neg),
    Absolute: unary(tf.abs),
    Square: unary(tf.square),
    Sqrt: unary(tf.sqrt),
    Exp: unary(tf.exp),
    Expm1: unary(tf.expm1),
    Log: unary(tf.log),
    Log1p: unary(tf.log1p),
    Sin: unary(tf.sin),
    Cos: unary(tf.cos),
    Tan: unary(tf.tan),
    Tanh: unary(tf.tanh),
    Sinh: unary(tf.sinh),
    Cosh: unary(tf.cosh),
    Arctan: unary(tf.atan),
    Sign: unary(tf.sign),
    Floor: unary(tf.floor),
    Ceil: unary(tf.ceil),
    Reciprocal: unary(tf.reciprocal),
    ZerosLike: unary(tf.zerosLike),
    OnesLike: unary(tf.onesLike),
    Clip: ([x], { x_min: least, x_max: most }) =>
      tf.clipByValue(tensorOf(x!), least as number, most as number),
    Sum: reduction(tf.sum),
    Mean: reduction(tf.mean),
    Max: reduction(tf.max),
    Min: reduction(tf.min),
    Prod: reduction(tf.prod),
    Any: reduction((x, axis, keepDims) => tf.any(truth(x), axis, keepDims)),
    All: reduction((x, axis, keepDims) => tf.all(truth(x), axis, keepDims)),
    Var: reduction(variance),
    Std: reduction((x, axis, keepDims) => tf.sqrt(variance(x, axis, keepDims))),
    Argmax: best(tf.argMax),
    Argmin: best(tf.argMin),
    Cumsum: alongGiven((x, axis) => tf.cumsum(x, axis)),
    ExpandDims: along((x, axis) => tf.expandDims(x, axis)),
    Squeeze: ([x], { axis }) => {
      const input = tensorOf(x!);
      const axes = axis == null ? undefined : [axis as number | number[]].flat();
      return tf.squeeze(
        input,
        axes?.map((one) => normalAxis(one, input.rank)),
      );
    },
    Flip: ([x], { axis }) => tf.reverse(tensorOf(x!), axis as number | undefined),
    Transpose: ([x], { axes }) => tf.transpose(tensorOf(x!), axes as number[] | undefined),
    Swapaxes: ([x], { axis1, axis2 }) => {
      const input = tensorOf(x!);
      const order = Array.from(input.shape.keys());
      const [a, b] = [axis1, axis2].map((axis) => normalAxis(axis as number, input.rank)) as [number, number];
      [order[a], order[b]] = [order[b]!, order[a]!];
      return tf.transpose(input, order);
    },
    Reshape: ([x], { newshape }) => tf.reshape(tensorOf(x!), [newshape as number | number[]].flat()),
    Tile: ([x], { repeats }) => tf.tile(tensorOf(x!), repeats as number[]),
    Concatenate: ([list], { axis }) => tf.concat(list as Tensor[], axis as number | undefined),
    Stack: ([list], { axis }) => tf.stack(list as Tensor[], axis as number | undefined),
    Split: ([x], { indices_or_sections: parts, axis = 0 }) => {
      const input = tensorOf(x!);
      const at = normalAxis(axis as number, input.rank);
      if (typeof parts === "number") return tf.split(input, parts, at);
      const ends = [...(parts as number[]), input.shape[at]!];
      return tf.split(
        input,
        ends.map((end, i) => end - (ends[i - 1] ?? 0)),
        at,
      );
    },
    Pad: ([x, more], { pad_width: widths, mode, constant_values: fill }) => {
      const pairs = widths as [number, number][];
      if (mode !== "constant") return tf.mirrorPad(tensorOf(x!), pairs, mode as "reflect" | "symmetric");
      return tf.pad(tensorOf(x!), pairs, (fill ?? more ?? 0) as number);
    },
    Average: ([x], { axis, weights }) => {
      if (weights != null) throw new Error("Average with weights is not there; multiply and divide instead.");
      return tf.mean(tensorOf(x!), axis as number | undefined);
    },
    Matmul: binary(tf.matMul),
    Einsum: (list, { subscripts }) => tf.einsum(subscripts as string, ...list.map(tensorOf)),
    Take: ([x, rows], settings) =>
      alongGiven((input, axis) => tf.gather(input, tf.cast(tensorOf(rows!), "int32"), axis))([x!], settings),
    BroadcastTo: ([x], { shape }) => {
      const input = tensorOf(x!);
      const sizes = (shape as (number | null)[]).map((size, axis) => size ?? input.shape[axis]!);
      return tf.broadcastTo(input, sizes);
    },
    Dot: binary(tf.dot),
    Round: unary(tf.round),
    Log2: unary((x) => tf.div(tf.log(x), Math.LN2)),
    Log10: unary((x) => tf.div(tf.log(x), Math.LN10)),
    Moveaxis: ([x], { source, destination }) => {
      const input = tensorOf(x!);
      const [from, to] = [source, destination].map((axis) => normalAxis(axis as number, input.rank));
      const order = Array.from(input.shape.keys()).filter((axis) => axis !== from);
      return tf.transpose(input, order.toSpliced(to!, 0, from!));
    },
    Repeat: alongGiven((x, axis, { repeats }) =>
      taken(x, axis, (size) =>
        Array.from({ length: size * (repeats as number) }, (_, i) => Math.floor(i / (repeats as number))),
      ),
    ),
    Roll: alongGiven((x, axis, { shift }) =>
      taken(x, axis, (size) =>
        Array.from({ length: size }, (_, i) => (((i - (shift as number)) % size) + size) % size),
      ),
    ),
    GetItem: ([x, key]) => item(tensorOf(x!), key!),
  }),
  ...ofNumpy({ Rsqrt: unary(tf.rsqrt), Erf: unary(tf.erf), Logsumexp: reduction(tf.logSumExp) }, "math"),
  ...ofNumpy({ Norm: reduction((x, axis, keepDims) => tf.norm(x, 2, axis, keepDims)) }, "linalg"),
  ...ofNumpy(
    {
      Cast: ([x], { dtype }) => tf.cast(tensorOf(x!), dataType(dtype)),
      ConvertToTensor: unary(tf.clone),
      StopGradient: unary((x) => offTape(() => tf.clone(x))),
    },
    "core",
  ),
  ...ofNumpy(
    {
      Relu: unary(tf.relu),
      Relu6: unary(tf.relu6),
      Elu: unary(tf.elu),
      Selu: unary(tf.selu),
      Sigmoid: unary(tf.sigmoid),
      Silu: unary((x) => tf.mul(x, tf.sigmoid(x))),
      Softplus: unary(tf.softplus),
      Softsign: unary((x) => tf.div(x, tf.add(tf.abs(x), 1))),
      Gelu: ([x], { approximate }) => gelu(tensorOf(x!), Boolean(approximate)),
      HardSigmoid: unary(hardSigmoid),
      HardSilu: unary((x) => tf.mul(x, hardSigmoid(x))),
      Celu: ([x], { alpha }) => celu(tensorOf(x!), alpha as number),
      LogSigmoid: unary((x) => tf.neg(tf.softplus(tf.neg(x)))),
      Normalize: ([x], { axis, epsilon }) => {
        const input = tensorOf(x!);
        const squares = tf.sum(tf.square(input), axis as number | undefined, true);
        return tf.mul(input, tf.rsqrt(tf.maximum(squares, ((epsilon as number | null) ?? 1e-7) ** 2)));
      },
      LeakyRelu: ([x], { negative_slope: slope }) => tf.leakyRelu(tensorOf(x!), slope as number),
      Softmax: along(tf.softmax),
      LogSoftmax: along(tf.logSoftmax),
      OneHot: ([x], { num_classes: classes }) =>
        tf.oneHot(tf.cast(tensorOf(x!), "int32"), classes as number, 1, 0, "float32"),
    },
    "nn",
  ),
};

const celu = (x: Tensor, alpha: number): Tensor =>
  tf.add(tf.maximum(x, 0), tf.minimum(0, tf.mul(alpha, tf.expm1(tf.div(x, alpha)))));

function gelu(x: Tensor, isApproximate: boolean): Tensor {
  const cubed = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))));
  const share = isApproximate ? tf.tanh(cubed) : tf.erf(tf.div(x, Math.SQRT2));
  return tf.mul(tf.mul(0.5, x), tf.add(1, share));
}

function dataType(name: unknown): "float32" | "int32" | "bool" {
  const text = String(name);
  return text.startsWith("bool") ? "bool" : /^u?int/.test(text) ? "int32" : "float32";
}

/** Settings that have one meaning here, and the values that have it. */
const onlyValues: Record<string, Record<string, unknown[]>> = {
  Norm: { ord: [null, 2] },
  Normalize: { order: [2] },
  OneHot: { axis: [-1, null] },
  Pad: { mode: ["constant", "reflect", "symmetric"] },
};

/** The setting of an operation that is not there, and those that are. */
export function unknownSetting(
  operation: string,
  settings: OperationSettings,
): { name: string; values: unknown[] } | undefined {
  const entry = Object.entries(onlyValues[operation] ?? {}).find(
    ([name, values]) => name in settings && !values.includes(settings[name]),
  );
  return entry && { name: entry[0], values: entry[1] };
}

/** `x[key]`, as NumPy has it: whole numbers, slices, new axes, an ellipsis. */
function item(x: Tensor, key: Given): Tensor {
  const keys = (Array.isArray(key) ? key : [key]) as (number | null | Slice | "...")[];
  const axes = keys.filter((one) => one !== null && one !== "...").length;
  const whole = Array.from({ length: x.rank - axes }, (): Slice => ({ start: null, stop: null, step: null }));
  const all = keys.includes("...")
    ? keys.flatMap((one) => (one === "..." ? whole : [one]))
    : [...keys, ...whole];
  let axis = 0;
  return (all as (number | null | Slice)[]).reduce<Tensor>((part, one) => {
    if (one === null) return tf.expandDims(part, axis++);
    if (typeof one === "number") {
      return tf.squeeze(slice(part, axis, normalAxis(one, part.shape[axis]!), 1), [axis]);
    }
    return sliced(part, axis++, one);
  }, x);
}

function slice(x: Tensor, axis: number, first: number, size: number): Tensor {
  const at = (value: number, other: (i: number) => number): number[] =>
    x.shape.map((_, i) => (i === axis ? value : other(i)));
  return tf.slice(
    x,
    at(first, () => 0),
    at(size, (i) => x.shape[i]!),
  );
}

function sliced(x: Tensor, axis: number, { start, stop, step }: Slice): Tensor {
  const size = x.shape[axis]!;
  const by = step ?? 1;
  const bound = (given: number | null, other: number): number =>
    given === null
      ? other
      : Math.min(Math.max(normalAxis(given, size), by > 0 ? 0 : -1), by > 0 ? size : size - 1);
  const [first, end] =
    by > 0 ? [bound(start, 0), bound(stop, size)] : [bound(start, size - 1), bound(stop, -1)];
  const count = Math.max(0, Math.ceil((end - first) / by));
  if (by === 1) return count === size ? x : slice(x, axis, first, count);
  return taken(x, axis, () => Array.from({ length: count }, (_, i) => first + i * by));
}

/** What stands along an axis at these places. */
function taken(x: Tensor, axis: number, places: (size: number) => number[]): Tensor {
  const at = normalAxis(axis, x.rank);
  return tf.gather(x, tf.tensor1d(places(x.shape[at]!), "int32"), at);
}

/** What stands for an argument of an operation, with its tensors. */
export function givenOf(argument: Argument, inputs: Tensor[]): Given {
  if (Array.isArray(argument)) return argument.map((one) => givenOf(one, inputs));
  if (typeof argument !== "object" || argument === null) return argument as Given;
  if ("input" in argument) return inputs[argument.input]!;
  if ("values" in argument) return tf.tensor(argument.values, undefined, dataType(argument.dtype));
  return argument;
}
