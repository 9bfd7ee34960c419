import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Optimizer, Scalar } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";
import * as optimizers from "../../../src/keras/optimizers/index.js";
import * as schedules from "../../../src/keras/optimizers/schedules.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/optimizers.json", import.meta.url), "utf8"),
) as {
  start: number[];
  gradients: number[][];
  weights: Record<string, number[][]>;
  scheduleSteps: number[];
  schedules: Record<string, number[]>;
};

/** The weights after each step along the fixture's gradients. */
function trace(optimizer: Optimizer): number[][] {
  const weight = tf.variable(tf.tensor1d(fixture.start));
  const weights = fixture.gradients.map((gradient) => {
    // The gradient of sum(g * w) by w is g.
    optimizer.minimize(() => tf.sum(tf.mul(weight, gradient)), false, [weight]);
    return Array.from(weight.dataSync());
  });
  weight.dispose();
  optimizer.dispose();
  return weights;
}

function assertAsKeras(name: string, optimizer: Optimizer, tolerance = 2e-6): void {
  const ours = trace(optimizer);
  fixture.weights[name]!.forEach((expected, step) => {
    expected.forEach((value, i) => {
      const difference = Math.abs(ours[step]![i]! - value);
      assert.ok(difference <= tolerance, `step ${step + 1}: ${ours[step]![i]} instead of ${value}`);
    });
  });
}

describe("keras/optimizers/optimizers against Keras", () => {
  const built: Record<string, () => Optimizer> = {
    sgd: () => tf.train.sgd(0.1),
    momentum: () => tf.train.momentum(0.1, 0.9),
    nesterov: () => tf.train.momentum(0.1, 0.9, true),
    rmsprop: () => tf.train.rmsprop(0.01),
    rmspropMomentum: () => tf.train.rmsprop(0.01, 0.9, 0.9),
    rmspropCentered: () => tf.train.rmsprop(0.01, 0.9, 0.5, undefined, true),
    adagrad: () => tf.train.adagrad(0.1),
    adadelta: () => tf.train.adadelta(1),
    adam: () => tf.train.adam(0.01),
    amsgrad: () => optimizers.adam({ learningRate: 0.01, amsgrad: true }),
    adamax: () => tf.train.adamax(0.01),
    nadam: () => optimizers.nadam({ learningRate: 0.01 }),
    lamb: () => optimizers.lamb({ learningRate: 0.01 }),
    lion: () => optimizers.lion({ learningRate: 0.01, beta1: 0.8 }),
    adamw: () => optimizers.adamw({ learningRate: 0.01, weightDecay: 0.02 }),
    ftrl: () =>
      optimizers.ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.01, l2RegularizationStrength: 0.02 }),
    clipnorm: () => optimizers.sgd({ learningRate: 0.1, clipnorm: 1.5 }),
    clipvalue: () => optimizers.sgd({ learningRate: 0.1, clipvalue: 0.5 }),
    globalClipnorm: () => optimizers.sgd({ learningRate: 0.1, globalClipnorm: 1 }),
    weightDecay: () => optimizers.rmsprop({ learningRate: 0.01, weightDecay: 0.1 }),
    schedule: () =>
      optimizers.sgd({
        learningRate: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.5 }),
        momentum: 0.9,
      }),
    decay: () => optimizers.rmsprop({ learningRate: 0.01, decay: 0.1 }),
  };

  it("compare all of the fixture", () =>
    assert.deepEqual(new Set(Object.keys(built)), new Set(Object.keys(fixture.weights))));

  for (const [name, build] of Object.entries(built)) it(name, () => assertAsKeras(name, build()));

  for (const [name, build] of Object.entries(built)) {
    it(`${name} leaves no tensor behind`, () => {
      const weight = tf.variable(tf.scalar(1));
      const before = tf.memory().numTensors;
      const optimizer = build();
      for (let i = 0; i < 4; i++) optimizer.minimize(() => tf.square(weight).asScalar());
      optimizer.dispose();
      assert.equal(tf.memory().numTensors, before);
      weight.dispose();
    });
  }

  it("have Keras's defaults under Keras's names", () => {
    assertAsKeras("momentum", optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }));
    assertAsKeras("nesterov", optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }));
    assertAsKeras("adagrad", optimizers.adagrad({ learningRate: 0.1 }));
    assertAsKeras("adadelta", optimizers.adadelta({ learningRate: 1 }));
    assertAsKeras(
      "rmspropCentered",
      optimizers.rmsprop({ learningRate: 0.01, momentum: 0.5, centered: true }),
    );
    assertAsKeras("adam", optimizers.adam({ learningRate: 0.01 }));
    assertAsKeras("adamax", optimizers.adamax({ learningRate: 0.01 }));
  });

  it("follow a learning rate that is set between steps", () => {
    const weight = tf.variable(tf.scalar(1));
    const optimizer = tf.train.sgd(0.5);
    const step = () => optimizer.minimize(() => weight.mul<Scalar>(1), false, [weight]);
    step();
    Object.assign(optimizer, { learningRate: 0.25 });
    step();
    assert.equal(weight.dataSync()[0], 0.25);
    const scheduled = optimizers.sgd({ learningRate: (done) => 1 / (1 + done) });
    assert.equal((scheduled as unknown as { learningRate: number }).learningRate, 1);
    assert.throws(() => Object.assign(scheduled, { learningRate: 1 }), /follows a schedule/);
    assert.throws(() => optimizers.sgd({ clipnorm: 1, clipvalue: 1 }), /Only one of clipnorm, clipvalue/);
  });

  it("have Keras's schedules", () => {
    const { exponentialDecay, inverseTimeDecay, polynomialDecay, cosineDecay } = schedules;
    const exponential = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 };
    const inverse = { ...exponential, decayRate: 0.5 };
    const polynomial = { initialLearningRate: 0.1, decaySteps: 15, endLearningRate: 0.01 };
    const ours: Record<string, schedules.Schedule> = {
      exponentialDecay: exponentialDecay(exponential),
      exponentialDecayStaircase: exponentialDecay({ ...exponential, staircase: true }),
      inverseTimeDecay: inverseTimeDecay(inverse),
      inverseTimeDecayStaircase: inverseTimeDecay({ ...inverse, staircase: true }),
      piecewiseConstantDecay: schedules.piecewiseConstantDecay({
        boundaries: [5, 20],
        values: [1, 0.5, 0.1],
      }),
      polynomialDecay: polynomialDecay({ ...polynomial, power: 2 }),
      polynomialDecayCycle: polynomialDecay({ ...polynomial, cycle: true }),
      cosineDecay: cosineDecay({ initialLearningRate: 0.1, decaySteps: 20, alpha: 0.1 }),
      cosineDecayWarmup: cosineDecay({
        initialLearningRate: 0,
        decaySteps: 20,
        warmupTarget: 0.1,
        warmupSteps: 8,
      }),
      cosineDecayRestarts: schedules.cosineDecayRestarts({
        initialLearningRate: 0.1,
        firstDecaySteps: 9,
        mMul: 0.8,
        alpha: 0.1,
      }),
    };
    for (const [name, expected] of Object.entries(fixture.schedules)) {
      fixture.scheduleSteps.forEach((step, i) => {
        const rate = ours[name]!(step);
        assert.ok(Math.abs(rate - expected[i]!) < 1e-6, `${name}(${step}) is ${rate}, not ${expected[i]}`);
      });
    }
    assert.throws(
      () => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] }),
      /got 1 boundaries and 1 values/,
    );
  });

  it("keep no tensors besides their slots", () => {
    for (const [name, build] of Object.entries(built)) {
      const optimizer = build();
      const weight = tf.variable(tf.tensor1d([1, 2]));
      const step = () => optimizer.minimize(() => tf.sum(weight), false, [weight]);
      step();
      const before = tf.memory().numTensors;
      for (let i = 0; i < 3; i++) step();
      assert.equal(tf.memory().numTensors, before, name);
      optimizer.dispose();
      weight.dispose();
    }
  });

  for (const name of ["adadelta", "rmspropCentered", "nadam", "ftrl"]) {
    it(`continue from saved state: ${name}`, async () => {
      const weight = tf.variable(tf.tensor1d([1, 2]));
      const step = (optimizer: Optimizer) =>
        optimizer.minimize(() => tf.sum(tf.square(weight)), false, [weight]);
      const first = built[name]!();
      step(first);
      step(first);
      const atTwo = weight.dataSync().slice();
      const saved = (await first.getWeights()).map(({ name: slot, tensor }) => ({
        name: `other/${slot}`,
        tensor: tensor.clone(),
      }));
      step(first);
      const expected = weight.arraySync();

      weight.assign(tf.tensor1d(atTwo));
      const second = built[name]!();
      await second.setWeights(saved);
      step(second);
      assert.deepEqual(weight.arraySync(), expected);
      assert.equal(second.iterations, 3);
    });
  }
});
