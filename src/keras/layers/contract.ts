import type { Shape, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

/** `...ab,bc->...ac` for an input of 4 axes -> the labels of input, kernel and output: `["ABab", "bc", "ABac"]`. */
export function contractionLabels(equation: string, inputRank: number): [string, string, string] {
  const match = /^(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?$/.exec(
    equation.replace(/\s/g, ""),
  );
  const [, before, input, after, kernel, outBefore, output, outAfter] = match ?? [];
  if (!match || (before && after) || before !== outBefore || after !== outAfter) {
    throw new Error(
      `The equation is ${JSON.stringify(equation)}. Expected the form "ab,bc->ac", "...ab,bc->...ac" or "ab...,bc->ac...". Mend it.`,
    );
  }
  const elided = Array.from({ length: inputRank - input!.length }, (_, i) =>
    String.fromCodePoint(0x100 + i),
  ).join("");
  const place = (labels: string): string => `${before ? elided : ""}${labels}${after ? elided : ""}`;
  return [place(input!), kernel!, place(output!)];
}

/**
 * The sum of products that Einstein's notation names, of two tensors. Unlike `tf.einsum` it has gradients of any order, being
 * made of transpositions and one product of matrices.
 */
export function contract(labels: readonly [string, string, string], a: Tensor, b: Tensor): Tensor {
  const [inA, inB, out] = labels.map((text) => Array.from(text)) as [string[], string[], string[]];
  const both = inA.filter((label) => inB.includes(label));
  const batch = both.filter((label) => out.includes(label));
  const summed = both.filter((label) => !out.includes(label));
  const freeA = inA.filter((label) => !both.includes(label));
  const freeB = inB.filter((label) => !both.includes(label));
  const sizes = new Map([
    ...inA.map((label, i) => [label, a.shape[i]!] as const),
    ...inB.map((label, i) => [label, b.shape[i]!] as const),
  ]);
  const sizesOf = (some: string[]): number[] => some.map((label) => sizes.get(label)!);
  const size = (some: string[]): number => sizesOf(some).reduce((product, one) => product * one, 1);
  const ordered = (tensor: Tensor, from: string[], ...groups: string[][]): Tensor => {
    const order = groups.flat().map((label) => from.indexOf(label));
    return tf.reshape(tf.transpose(tensor, order), groups.map(size));
  };
  const left = ordered(a, inA, batch, freeA, summed);
  const right = ordered(b, inB, batch, summed, freeB);
  const made = [...batch, ...freeA, ...freeB];
  const product = tf.reshape(tf.matMul(left, right), sizesOf(made));
  return tf.transpose(
    product,
    out.map((label) => made.indexOf(label)),
  );
}

/** Shapes by label: `sizeOf("ab", [2, 3])` gives `{ a: 2, b: 3 }`. */
export function sizesByLabel(labels: string, shape: Shape): Map<string, number | null> {
  return new Map(Array.from(labels).map((label, i) => [label, shape[i]!]));
}
