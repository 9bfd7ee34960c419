import assert from "node:assert/strict";
import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { eagerly } from "../../src/graphs/binding.js";
import { explain } from "../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";
import { mulberry32 } from "../../src/tfjs/mulberry32.js";

type Choose = <T>(choices: readonly T[]) => T;

/** What a random program has at hand in a step. */
interface Step {
  weights: Variable[];
  total: Variable;
  /** The number of the step. */
  index: number;
  /** What the program sees of values, and of tensors that outlive the step. */
  seen: number[];
  kept: Tensor[];
}

/** Parts of a function to minimize; tensors are `[batch, 4]`. */
const parts: ((x: Tensor, step: Step) => Tensor)[] = [
  (x, { weights }) => tf.tanh(tf.matMul(x, weights[0]!)),
  (x, { weights }) => tf.relu(tf.add(tf.matMul(x, weights[1]!), weights[2]!)),
  (x) => tf.dropout(x, 0.25),
  (x) => tf.softmax(x),
  (x) => tf.div(x, tf.add(tf.norm(x), 1)),
  (x, { index }) => tf.mul(x, 1 + (index % 7) / 10),
  (x, { index }) => tf.add(x, tf.oneHot(tf.tensor1d([index % 4], "int32"), 4)),
  (x) => tf.concat([tf.slice(x, [0, 2], [-1, 2]), tf.slice(x, [0, 0], [-1, 2])], 1),
  (x, { total }) => {
    total.assign(tf.add(total, tf.mean(tf.abs(x))));
    return tf.div(x, tf.add(tf.abs(total), 1));
  },
  (x, { index, kept }) => {
    if (index % 3 === 0) kept.push(tf.keep(tf.mean(x)));
    return x;
  },
  (x, { weights, kept }) => {
    kept.push(tf.keep(tf.clone(weights[2]!)));
    return tf.sub(x, 0.1);
  },
  (x, { index, seen }) => {
    if (index % 6 === 5) seen.push(tf.sum(x).dataSync()[0]!);
    return x;
  },
  (x, { index }) => (index % 5 === 4 ? tf.sigmoid(x) : x),
  (x) => {
    const slope = tf.grad((given) => tf.sum(tf.square(given)))(x);
    return tf.mul(tf.add(x, slope), 0.5);
  },
];

const optimizers = [
  () => tf.train.sgd(0.02),
  () => tf.train.adam(0.02),
  () => tf.train.rmsprop(0.02),
  () => tf.train.adagrad(0.02),
];

function run(seed: number): { numbers: number[]; compiled: boolean; tensors: number } {
  setRandomSeed(seed);
  const random = mulberry32(seed);
  const choose: Choose = (choices) => choices[Math.floor(random() * choices.length)]!;
  const chain = Array.from({ length: choose([2, 3, 4, 5]) }, () => choose(parts));
  const optimizer = choose(optimizers)();
  const tail = choose([3, 4, 100]);
  const returnsCost = choose([true, false]);
  const before = tf.memory().numTensors;
  let weights!: Variable[];
  let total!: Variable;
  tf.tidy(() => {
    weights = [[4, 4], [4, 4], [4]].map((shape) => tf.variable(tf.randomNormal(shape)));
    total = tf.variable(tf.scalar(0), false);
  });
  const numbers: number[] = [];
  const kept: Tensor[] = [];
  for (let index = 0; index < 24; index++) {
    tf.tidy(() => {
      const x = tf.randomNormal([index % tail === tail - 1 ? 2 : 5, 4]);
      const step = { weights, total, index, seen: numbers, kept };
      const f = () => {
        const y = chain.reduce((given, part) => part(given, step), tf.matMul(x, weights[0]!));
        return tf.mean(tf.square(tf.sub(y, 0.3))).asScalar();
      };
      const cost = optimizer.minimize(f, returnsCost, weights);
      if (cost) numbers.push(...cost.dataSync());
    });
  }
  for (const tensor of [...weights, total, ...kept]) numbers.push(...tensor.dataSync());
  const compiled = explain(optimizer).some(({ state }) => state === "compiled");
  optimizer.dispose();
  tf.dispose([...weights, total, ...kept]);
  return { numbers, compiled, tensors: tf.memory().numTensors - before };
}

describe("random functions, minimized as graphs, give what they give eagerly", function () {
  this.timeout(60_000);
  for (let group = 0; group < 5; group++) {
    it(`seeds ${group * 8 + 1} to ${group * 8 + 8}`, () => {
      for (let seed = group * 8 + 1; seed <= group * 8 + 8; seed++) {
        const expected = eagerly(() => run(seed));
        const actual = run(seed);
        assert.ok(actual.compiled, `seed ${seed} did not run as a graph`);
        assert.equal(actual.tensors, expected.tensors, `tensors of seed ${seed}`);
        assert.equal(actual.numbers.length, expected.numbers.length);
        expected.numbers.forEach((value, i) => {
          const isClose = Math.abs(actual.numbers[i]! - value) <= 2e-4 * Math.max(1, Math.abs(value));
          assert.ok(isClose, `seed ${seed}, number ${i}: ${actual.numbers[i]} against ${value}`);
        });
      }
    });
  }
});
