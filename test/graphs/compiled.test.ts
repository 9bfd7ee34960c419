import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { compiled } from "../../src/graphs/index.js";
import { tf } from "../../src/keras/load.js";

describe("compiled", () => {
  it("runs a function of tensors as a graph, once for each shape", () => {
    const f = compiled((a: Tensor, b: Tensor) => [tf.matMul(a, b), tf.sum(a)]);
    for (let i = 0; i < 5; i++) {
      const [product, sum] = f(tf.mul(tf.ones([2, 3]), i), tf.ones([3, 2])) as [Tensor, Tensor];
      assert.deepEqual([...product.dataSync()], Array(4).fill(3 * i));
      assert.equal(sum.dataSync()[0], 6 * i);
    }
    f(tf.ones([1, 1]), tf.ones([1, 1]));
    assert.deepEqual(
      f.explain().map(({ state }) => state),
      ["compiled", "recording"],
    );
    f.dispose();
    assert.deepEqual(f.explain(), []);
  });

  it("trains by an optimizer, and keeps variables that JavaScript reads and sets", () => {
    const w = tf.variable(tf.scalar(0));
    const optimizer = tf.train.sgd(0.25);
    const step = compiled((x: Tensor) => optimizer.minimize(() => tf.square(tf.sub(x, w)), true, [w]));
    const losses = Array.from({ length: 6 }, () => step(tf.scalar(8)).dataSync()[0]!);
    assert.deepEqual(losses, [64, 16, 4, 1, 0.25, 0.0625]);
    assert.equal(step.explain()[0]!.state, "compiled");
    assert.equal(w.dataSync()[0], 7.875);
    w.assign(tf.scalar(6));
    assert.equal(step(tf.scalar(8)).dataSync()[0], 4);
    assert.equal(optimizer.iterations, 7);
  });

  it("has gradients", () => {
    const f = compiled((x: Tensor) => tf.pow(x, 3).asScalar());
    for (let i = 0; i < 3; i++) f(tf.scalar(2));
    assert.equal(f.explain()[0]!.state, "compiled");
    assert.equal(
      tf
        .grad((x) => f(x))(tf.scalar(2))
        .dataSync()[0],
      12,
    );
  });

  it("notices after some calls what the function reads from outside, and follows it from then on", () => {
    let factor = 1;
    const f = compiled((x: Tensor) => tf.mul(x, factor));
    const results = Array.from({ length: 12 }, (_, call) => {
      if (call === 3) factor = 5;
      if (call > 5) factor++;
      return f(tf.scalar(1)).dataSync()[0]!;
    });
    assert.deepEqual(results, [1, 1, 1, 5, 5, 5, 6, 7, 8, 9, 10, 11]);
    assert.equal(f.explain()[0]!.state, "compiled");
  });

  it("stays eager if the function takes random numbers of JavaScript", () => {
    const f = compiled((x: Tensor) => tf.mul(x, Math.random()));
    assert.equal(new Set(Array.from({ length: 6 }, () => f(tf.scalar(1)).dataSync()[0]!)).size, 6);
    assert.match(f.explain()[0]!.reason!, /Math\.random/);
  });

  it("leaves what it cannot record to eager execution, and says why", () => {
    const f = compiled((x: Tensor) => tf.mul(x, x.dataSync()[0]!));
    for (let i = 0; i < 5; i++) assert.equal(f(tf.scalar(i)).dataSync()[0], i * i);
    assert.match(f.explain()[0]!.reason!, /reads a tensor's values/);
  });
});
