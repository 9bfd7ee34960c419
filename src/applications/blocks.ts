import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";

/** A tensor of a model that is being built. */
export type Node = Tf.SymbolicTensor;

type ConvArgs = Omit<Parameters<typeof tf.layers.conv2d>[0], "filters" | "kernelSize">;
type DepthwiseArgs = Omit<Parameters<typeof tf.layers.depthwiseConv2d>[0], "kernelSize">;
type NormArgs = Parameters<typeof tf.layers.batchNormalization>[0];
type Size = number | [number, number];

export const conv = (x: Node, filters: number, kernelSize: Size, args: ConvArgs = {}): Node =>
  tf.layers.conv2d({ ...args, filters, kernelSize }).apply(x);

export const depthwise = (x: Node, kernelSize: number, args: DepthwiseArgs): Node =>
  tf.layers.depthwiseConv2d({ ...args, kernelSize }).apply(x);

export const norm = (x: Node, args: NormArgs = {}): Node => tf.layers.batchNormalization(args).apply(x);

export const activation = (x: Node, kind: string, name?: string): Node =>
  tf.layers.activation({ activation: kind as "relu", name }).apply(x);

/** An activation that is a layer of its own class in Keras; `maxValue` 6 for MobileNets. */
export const relu = (x: Node, args: { maxValue?: number; name?: string } = {}): Node =>
  tf.layers.reLU(args).apply(x);

export const add = (inputs: Node[], name?: string): Node => tf.layers.add({ name }).apply(inputs);

export const concatenate = (inputs: Node[], name?: string): Node =>
  tf.layers.concatenate({ name }).apply(inputs);

/** Zeros around a picture: `[[top, bottom], [left, right]]`, or the same number on all sides. */
export const pad = (x: Node, padding: number | Margins, name?: string): Node => {
  const sides: Margins =
    typeof padding === "number"
      ? [
          [padding, padding],
          [padding, padding],
        ]
      : padding;
  return tf.layers.zeroPadding2d({ padding: sides, name }).apply(x);
};

type Margins = [[number, number], [number, number]];

type PoolArgs = { name?: string; padding?: "same" | "valid" };

export const maxPool = (x: Node, poolSize: number, strides: number, args: PoolArgs = {}): Node =>
  tf.layers.maxPooling2d({ poolSize, strides, ...args }).apply(x);

export const averagePool = (x: Node, poolSize: number, strides: number, args: PoolArgs = {}): Node =>
  tf.layers.averagePooling2d({ poolSize, strides, ...args }).apply(x);

/** The mean or the largest value of each channel. */
export const globalPool = (x: Node, kind: "avg" | "max", name?: string): Node =>
  kind === "avg"
    ? tf.layers.globalAveragePooling2d({ name }).apply(x)
    : tf.layers.globalMaxPooling2d({ name }).apply(x);

export const dense = (
  x: Node,
  units: number,
  args: Omit<Parameters<typeof tf.layers.dense>[0], "units">,
): Node => tf.layers.dense({ ...args, units }).apply(x);

export const channelsOf = (x: Node): number => x.shape.at(-1)!;

/**
 * Zeros such that a convolution with stride 2 and padding "valid" places its windows as the first weights had them, made for
 * even sizes: one zero fewer above and to the left.
 */
export function padForStride2(x: Node, kernelSize: number, name: string): Node {
  const half = Math.floor(kernelSize / 2);
  const [, ...sides] = x.shape;
  // Where the height is not known, Keras takes both sides for even.
  const isKnown = sides[0] !== null;
  const before = (size: number | null): number => half - (isKnown ? 1 - (size! % 2) : 1);
  const margins: Margins = [
    [before(sides[0]!), half],
    [before(sides[1]!), half],
  ];
  return pad(x, margins, name);
}

/** `value` as a multiple of 8, at least 8, and not below 90 % of it. */
export function multipleOf8(value: number): number {
  const rounded = Math.max(8, Math.floor(Math.trunc(value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}
