import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs-node";
import { compiled } from "../../../src/graphs/index.js";
import { tf } from "../../../src/keras/load.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/gradients.json", import.meta.url), "utf8"),
) as { x: number[][]; y: number[][]; gradients: Record<string, number[][]> };

const y = tf.tensor2d(fixture.y);
const places = (...rows: number[][]): Tensor2D => tf.tensor2d(rows, undefined, "int32");
const operations: Record<string, (x: Tensor) => Tensor> = {
  max: (x) => tf.max(x, 1),
  "max of all": (x) => tf.max(x),
  "max of columns": (x) => tf.max(x, 0, true),
  min: (x) => tf.min(x, -1),
  "min of two axes": (x) => tf.min(tf.reshape(tf.abs(x), [3, 2, 2]), [1, 2]),
  maximum: (x) => tf.maximum(x, y),
  "maximum, second": (x) => tf.maximum(y, x),
  minimum: (x) => tf.minimum(x, y),
  "max pooling": (x) => tf.maxPool(x.as4D(1, 3, 4, 1), 2, 1, "valid"),
  topk: (x) => tf.topk(x, 2).values,
  abs: (x) => tf.abs(x),
  relu: (x) => tf.relu(x),
  "relu 6": (x) => tf.relu6(x),
  elu: (x) => tf.elu(x),
  selu: (x) => tf.selu(x),
  "leaky relu": (x) => tf.leakyRelu(x, 0.2),
  clip: (x) => tf.clipByValue(x, 0, 3),
  "divide, no NaN": (x) => tf.divNoNan(1, x),
  "mirrored margins": (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 1],
        [0, 2],
      ],
      "reflect",
    ),
  "sqrt where positive": (x) => tf.where(tf.greater(x, 0), tf.sqrt(x), tf.mul(x, 2)),
  "rsqrt where positive": (x) => tf.where(tf.greater(x, 0), tf.rsqrt(x), x),
  "reciprocal where positive": (x) => tf.where(tf.greater(x, 0), tf.reciprocal(x), x),
  "norm where positive": (x) =>
    tf.where(tf.greater(x, 0), tf.norm(tf.expandDims(x, -1), 2, -1), tf.zerosLike(x)),
  "acosh from 1 on": (x) => tf.acosh(tf.add(x, 6)),
  "gather places": (x) => tf.gatherND(x, places([0, 1], [2, 3], [0, 1])),
  "gather rows": (x) => tf.gatherND(x, places([2], [0], [2])),
  "gather, last axis": (x) => tf.gather(x, tf.tensor1d([3, 0, 0], "int32"), -1),
  "scatter rows": (x) => tf.scatterND(places([4], [1], [4]), x, [5, 4]),
  "update rows": (x) => tf.tensorScatterUpdate(x, places([1]), tf.tensor2d([[1, 2, 3, 4]])),
  "update by rows": (x) => tf.tensorScatterUpdate(tf.zeros([5, 4]), places([3], [0], [1]), x),
  "strided slice": (x) => tf.stridedSlice(x, [2, 0], [0, 4], [-1, 2]),
  "strided slice of a row": (x) => tf.stridedSlice(x, [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1),
  cumprod: (x) => tf.cumprod(x, 1),
  "cumprod, exclusive": (x) => tf.cumprod(x, 0, true),
  "cumprod, reverse": (x) => tf.cumprod(x, -1, false, true),
  "cumsum of blocks": (x) => tf.cumsum(tf.square(tf.reshape(x, [2, 3, 2])), 0),
  "cumsum of blocks, from the end": (x) => tf.cumsum(tf.square(tf.reshape(x, [2, 3, 2])), -2, false, true),
  "prod, last axis": (x) => tf.prod(tf.reshape(x, [2, 3, 2]), -2),
  diag: (x) => tf.diag(tf.square(tf.reshape(x, [-1]))),
  "depth to space": (x) => tf.square(tf.depthToSpace(x.as4D(1, 3, 1, 4), 2, "NHWC")),
  flipped: (x) => tf.square(tf.image.flipLeftRight(x.as4D(1, 3, 4, 1))),
  "crop and resize": (x) =>
    tf.image.cropAndResize(x.as4D(1, 3, 4, 1), [[0.1, 0.2, 0.9, 0.7]], tf.tensor1d([0], "int32"), [2, 3]),
  "boxes of crop and resize": (x) =>
    tf.image.cropAndResize(
      y.as4D(1, 3, 4, 1),
      tf.sigmoid(x).as2D(3, 4),
      tf.tensor1d([0, 0, 0], "int32"),
      [2, 2],
    ),
  "unstack into one": (x) => tf.square(tf.unstack(tf.reshape(x, [1, 3, 4]))[0]!),
  "split into one": (x) => tf.square(tf.split(x, [4], 1)[0]!),
  "softmax over rows": (x) => tf.softmax(x, 0),
  "softmax over the middle": (x) => tf.reshape(x, [2, 3, 2]).softmax(-2),
  "log softmax over rows": (x) => tf.logSoftmax(x, 0),
  "einsum of three": (x) => tf.einsum("ij,jk,ik->k", x, tf.transpose(y), tf.slice(y, [0, 0], [3, 3])),
  "einsum of four with dots": (x) =>
    tf.einsum("...ij,jk,kl,l->...i", x, tf.transpose(y), y, tf.reshape(tf.slice(y, 0, 1), [4])),
  "dense of sparse": (x) =>
    tf.sparseToDense(
      tf.tensor1d([0, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14], "int32"),
      tf.reshape(x, [-1]),
      [15],
      tf.scalar(0),
    ),
  "a condition of truth values": (x) => tf.mul(x, tf.cast(tf.any(tf.greater(x, 2), 1, true), "float32")),
  "what is greatest, as a number": (x) => tf.mul(x, tf.cast(tf.expandDims(tf.argMax(x, 1), 1), "float32")),
  "whole numbers": (x) => tf.mul(x, tf.cast(tf.cast(x, "int32"), "float32")),
  "symmetric margins": (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 2],
        [1, 0],
      ],
      "symmetric",
    ),
};

describe("tfjs/repairs: gradients where values tie, functions have corners and numbers move about are TensorFlow's", () => {
  for (const [name, expected] of Object.entries(fixture.gradients)) {
    it(name, () => {
      const x = tf.tensor2d(fixture.x);
      const total = (value: Tensor): Scalar => {
        const outputs = operations[name]!(value).flatten();
        return tf.sum(tf.mul(outputs, tf.range(1, outputs.size + 1)));
      };
      const gradient = tf.grad(total);
      const recorded = compiled((value: Tensor) => tf.tidy(() => gradient(value)));
      for (const run of [gradient, recorded, recorded, recorded]) {
        const found = run(x);
        found.dataSync().forEach((value, i) => {
          const wanted = expected.flat()[i]!;
          assert.ok(
            Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)),
            `${value}, not ${wanted}`,
          );
        });
        found.dispose();
      }
      assert.equal(recorded.explain()[0]!.state, "compiled");
      recorded.dispose();
      x.dispose();
    });
  }
});
