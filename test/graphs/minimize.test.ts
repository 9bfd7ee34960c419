import { nativeBackend } from "../../src/tfjs/backend.js";
import assert from "node:assert/strict";
import { runInThisContext } from "node:vm";
import type { Optimizer, Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { eagerly } from "../../src/graphs/binding.js";
import { compiled } from "../../src/graphs/index.js";
import { explain } from "../../src/keras/model/explain.js";
import { resetEngine } from "../../src/keras/model/recovery.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";
import { adamw, ftrl, nadam } from "../../src/keras/optimizers/index.js";

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.02, 0.9, true),
  rmsprop: () => tf.train.rmsprop(0.005),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  adagrad: () => tf.train.adagrad(0.05),
  adadelta: () => tf.train.adadelta(1),
  nadam: () => nadam(),
  adamw: () => adamw({ clipnorm: 0.5 }),
  ftrl: () => ftrl(),
};

/** A small network of variables, without layers. */
class Network {
  readonly w1 = tf.variable(tf.randomNormal([4, 8], 0, 0.5));
  readonly b1 = tf.variable(tf.zeros([8]));
  readonly w2 = tf.variable(tf.randomNormal([8, 3], 0, 0.5));

  predict(x: Tensor): Tensor {
    return tf.matMul(tf.relu(tf.add(tf.matMul(x, this.w1), this.b1)), this.w2);
  }

  loss(x: Tensor, y: Tensor): Scalar {
    return tf.losses.softmaxCrossEntropy(y, this.predict(x)).asScalar();
  }

  get weights(): Variable[] {
    return [this.w1, this.b1, this.w2];
  }

  numbers(): number[] {
    return this.weights.flatMap((weight) => [...weight.dataSync()]);
  }
}

function batch(size = 6): [x: Tensor, y: Tensor] {
  const x = tf.randomNormal([size, 4]);
  return [x, tf.oneHot(tf.argMax(tf.slice(x, [0, 0], [size, 3]), 1), 3).toFloat()];
}

const number = (scalar: Scalar | null): number => {
  const value = scalar!.dataSync()[0]!;
  scalar!.dispose();
  return value;
};

function assertClose(actual: number[], expected: number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    const isClose = Math.abs(actual[i]! - value) <= 2e-4 * Math.max(1, Math.abs(value));
    assert.ok(isClose, `number ${i}: ${actual[i]} against ${value}`);
  });
}

interface Ran {
  numbers: number[];
  optimizer: Optimizer;
}

/** What a program gives; the tensors that it leaves are freed. */
function run(program: () => Ran): Ran {
  setRandomSeed(5);
  let ran: Ran;
  tf.tidy(() => {
    ran = program();
  });
  return ran!;
}

/** Runs a program eagerly and as graphs, from the same seed, and compares all numbers that it gives. */
function compare(program: () => Ran): Optimizer {
  const expected = eagerly(() => run(program)).numbers;
  const { numbers, optimizer } = run(program);
  assertClose(numbers, expected);
  const reports = explain(optimizer);
  assert.ok(
    reports.some(({ state }) => state === "compiled"),
    JSON.stringify(reports),
  );
  return optimizer;
}

describe("optimizer.minimize runs as a graph", function () {
  this.timeout(60_000);

  for (const [name, make] of Object.entries(optimizers)) {
    it(`and computes with ${name} what it computes eagerly`, () => {
      compare(() => {
        const [network, optimizer] = [new Network(), make()];
        const numbers = Array.from({ length: 8 }, () => {
          const [x, y] = batch();
          return number(optimizer.minimize(() => network.loss(x, y), true));
        });
        return { numbers: [...numbers, ...network.numbers(), optimizer.iterations], optimizer };
      });
    });
  }

  it("with layers: Dropout draws on, BatchNormalization follows the batches", () => {
    compare(() => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({ units: 8, inputShape: [4], activation: "relu" }),
          tf.layers.batchNormalization(),
          tf.layers.dropout({ rate: 0.3 }),
          tf.layers.dense({ units: 3 }),
        ],
      });
      const optimizer = tf.train.adam(0.01);
      const numbers = Array.from({ length: 8 }, () => {
        const [x, y] = batch();
        const loss = () =>
          tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as Tensor).asScalar();
        return number(optimizer.minimize(loss, true));
      });
      numbers.push(...model.getWeights().flatMap((weight) => [...weight.dataSync()]));
      return { numbers, optimizer };
    });
  });

  it("and calls the function in each step, which may read its loss now and then", () => {
    compare(() => {
      const [network, optimizer] = [new Network(), tf.train.sgd(0.1)];
      let calls = 0;
      const read: number[] = [];
      for (let i = 0; i < 20; i++) {
        const [x, y] = batch();
        optimizer.minimize(() => {
          const loss = network.loss(x, y);
          if (++calls % 5 === 0) read.push(loss.dataSync()[0]!, network.w1.dataSync()[0]!);
          return loss;
        });
      }
      assert.equal(read.length, 8);
      return { numbers: [calls, ...read, ...network.numbers()], optimizer };
    });
  });

  it("and takes what JavaScript makes anew in each step for inputs", () => {
    const optimizer = compare(() => {
      const [network, made] = [new Network(), tf.train.sgd(0.1)];
      const numbers = Array.from({ length: 10 }, (_, i) =>
        number(
          made.minimize(() => {
            const x = tf.tensor2d(
              Array.from({ length: 8 }, (__, k) => Math.sin(i + k)),
              [2, 4],
            );
            const labels = tf.tensor1d([i % 3, (i + 1) % 3], "int32");
            return tf.mul(network.loss(x, tf.oneHot(labels, 3).toFloat()), 1 + i / 10);
          }, true),
        ),
      );
      return { numbers, optimizer: made };
    });
    assert.equal(explain(optimizer)[0]!.inputs, "int32[2] float32[2,4] float32[]");
  });

  it("for each shape and function that it is called with, in any order", () => {
    const optimizer = compare(() => {
      const [network, made] = [new Network(), tf.train.momentum(0.05, 0.9)];
      const numbers = Array.from({ length: 60 }, (_, i) => {
        const [x, y] = batch(i % 3 === 2 ? 4 : 6);
        const loss = () => (i % 4 ? network.loss(x, y) : tf.mean(tf.square(network.predict(x))).asScalar());
        return number(made.minimize(loss, true));
      });
      return { numbers: [...numbers, ...network.numbers()], optimizer: made };
    });
    assert.deepEqual(
      explain(optimizer).map(({ state }) => state),
      Array(4).fill("compiled"),
    );
  });

  it("for some of the variables, for others when trainable is switched, and for two models", () => {
    compare(() => {
      const [one, two] = [new Network(), new Network()];
      const optimizer = tf.train.rmsprop(0.01);
      const [x, y] = batch();
      for (let i = 0; i < 8; i++) optimizer.minimize(() => one.loss(x, y), false, [one.w1]);
      one.b1.trainable = false;
      for (let i = 0; i < 8; i++) optimizer.minimize(() => one.loss(x, y), false, one.weights);
      for (let i = 0; i < 8; i++) optimizer.minimize(() => two.loss(x, y), false, two.weights);
      return { numbers: [...one.numbers(), ...two.numbers()], optimizer };
    });
  });

  it("with variables that the function makes in its first call", () => {
    compare(() => {
      const optimizer = tf.train.adam(0.1);
      const v = tf.variable(tf.scalar(2));
      let w: Variable | undefined;
      const numbers = Array.from({ length: 6 }, () =>
        number(
          optimizer.minimize(() => {
            w ??= tf.variable(tf.scalar(3));
            return tf.square(tf.mul(v, w)).asScalar();
          }, true),
        ),
      );
      return { numbers, optimizer };
    });
  });

  it("with a learning rate that changes and weights that JavaScript sets", () => {
    compare(() => {
      const network = new Network();
      const optimizer = tf.train.adam(0.01);
      const [x, y] = batch();
      const numbers = Array.from({ length: 12 }, (_, i) => {
        Object.assign(optimizer, { learningRate: 0.01 / (1 + i) });
        if (i === 6) network.w1.assign(tf.ones([4, 8]));
        if (i === 8) Object.assign(optimizer, { beta1: 0.5 });
        return number(optimizer.minimize(() => network.loss(x, y), true));
      });
      return { numbers: [...numbers, ...network.numbers()], optimizer };
    });
  });

  it("and gives values to what outlives the step", () => {
    compare(() => {
      const network = new Network();
      const optimizer = tf.train.sgd(0.1);
      const [x, y] = batch();
      const kept: Tensor[] = [];
      for (let i = 0; i < 12; i++) {
        if (i % 4 === 3) kept.push(network.w1.clone());
        optimizer.minimize(() => {
          if (i > 5)
            kept.push(tf.keep(network.predict(x)), tf.keep(tf.clone(network.w1)), tf.keep(tf.scalar(i)));
          return network.loss(x, y);
        });
      }
      return { numbers: kept.flatMap((tensor) => [...tensor.dataSync()]), optimizer };
    });
  });

  it("with gradients of gradients, gradients of one's own, and variables that the function assigns", () => {
    compare(() => {
      const network = new Network();
      const optimizer = tf.train.sgd(0.05);
      const [average, count] = [tf.variable(tf.scalar(0), false), tf.variable(tf.scalar(0), false)];
      const doubled = tf.customGrad((x) => ({
        value: tf.mul(x as Tensor, 2),
        gradFunc: (dy: Tensor) => tf.mul(dy, 3),
      }));
      const numbers = Array.from({ length: 9 }, (_, i) => {
        const [x, y] = batch();
        const f = () => {
          const slope = tf.grad((given) => tf.sum(tf.square(network.predict(given))))(x);
          const loss = tf.add(network.loss(x, y), tf.mean(doubled(tf.tanh(slope))));
          average.assign(tf.add(tf.mul(average, 0.9), tf.mul(loss, 0.1)));
          count.assign(tf.scalar(i));
          return loss.asScalar();
        };
        return [number(optimizer.minimize(f, true)), average.dataSync()[0]!, count.dataSync()[0]!];
      });
      return { numbers: [...numbers.flat(), ...network.numbers()], optimizer };
    });
  });

  it("within a compiled function, and with another minimize within", () => {
    setRandomSeed(5);
    const [network, outer, inner] = [new Network(), tf.train.sgd(0.1), tf.train.sgd(0.1)];
    const w = tf.variable(tf.scalar(1));
    for (let i = 0; i < 5; i++) {
      const [x, y] = batch();
      outer.minimize(
        () => {
          inner.minimize(() => tf.square(w).asScalar(), false, [w]);
          return network.loss(x, y);
        },
        false,
        network.weights,
      );
    }
    assert.ok(Math.abs(w.dataSync()[0]! - 0.8 ** 5) < 1e-6);
    assert.match(explain(outer)[0]!.reason!, /two optimizers/);
    const step = compiled((x: Tensor, y: Tensor) => outer.minimize(() => network.loss(x, y), true));
    for (let i = 0; i < 4; i++) number(step(...batch()));
    assert.equal(step.explain()[0]!.state, "compiled");
  });

  it("and fails as eager execution does, leaving all usable", () => {
    const fails = (at: number) => {
      const before = tf.memory().numTensors;
      const table = tf.variable(tf.ones([3, 2]));
      const mean = tf.variable(tf.scalar(0), false);
      const optimizer = tf.train.adam(0.1);
      const outcomes = Array.from({ length: 8 }, (_, i) => {
        const rows = tf.tensor1d([0, i === at ? 7 : 1], "int32");
        try {
          const f = () => {
            const picked = tf.gather(table, rows);
            mean.assign(tf.mean(picked));
            if (i === at + 1) throw new Error("the user's own");
            return tf.sum(tf.square(picked)).asScalar();
          };
          return number(optimizer.minimize(f, true, [table]));
        } catch (error) {
          return `${(error as Error).message.slice(0, 40)} ${mean.dataSync()[0]}`;
        }
      });
      const tensors = tf.memory().numTensors - before;
      return [...outcomes, ...table.dataSync(), mean.dataSync()[0], tensors];
    };
    const eager = tf.tidy(() => eagerly(() => fails(5)));
    const deferred = tf.tidy(() => fails(5));
    assert.match(deferred[5] as string, /^GatherV2: indices\[1\] = 7 is not in/);
    assert.match(deferred[6] as string, /^the user's own/);
    const numbers = (outcomes: unknown[]) => outcomes.map((one) => Number(String(one).replace(/.* /, "")));
    assertClose(numbers(deferred), numbers(eager));
  });

  it("and interrupts anywhere in it leave all usable", () => {
    setRandomSeed(5);
    const network = new Network();
    const average = tf.variable(tf.scalar(1), false);
    const optimizer = tf.train.adam(0.001);
    const [x, y] = batch();
    let calls = 0;
    const step = () =>
      number(
        optimizer.minimize(
          () => {
            const loss = network.loss(tf.dropout(x, 0.1), y);
            average.assign(tf.add(tf.mul(average, 0.9), tf.mul(loss, 0.1)));
            if (++calls % 9 === 0) loss.dataSync();
            return loss;
          },
          true,
          network.weights,
        ),
      );
    for (let i = 0; i < 5; i++) step();
    assert.equal(explain(optimizer)[0]!.state, "compiled");
    Object.assign(globalThis, { endedByForce: step });
    for (let i = 0; i < 40; i++) {
      // A time limit ends code as an interrupt does: nothing that waits in `finally` is run.
      assert.throws(
        () => runInThisContext("for (;;) endedByForce()", { timeout: 1 + (i % 11) }),
        /timed out/,
      );
      resetEngine();
      assert.ok(step() < 2);
      assert.ok([...network.numbers(), average.dataSync()[0]!].every(Number.isFinite));
    }
    Reflect.deleteProperty(globalThis, "endedByForce");
    assert.equal(explain(optimizer)[0]!.state, "compiled");
  });

  it("unless values are read in each step: then it stays eager, and says why", () => {
    const w = tf.variable(tf.scalar(1));
    const optimizer = tf.train.sgd(0.1);
    for (let i = 0; i < 5; i++) {
      optimizer.minimize(() => {
        const loss = tf.square(w).asScalar();
        loss.dataSync();
        return loss;
      });
    }
    assert.match(explain(optimizer)[0]!.reason!, /reads a tensor's values/);
  });

  it("and gives up where each step is another", () => {
    const w = tf.variable(tf.scalar(1));
    const optimizer = tf.train.sgd(0.01);
    for (let i = 0; i < 60; i++) {
      optimizer.minimize(() => tf.sum(tf.mul(w, tf.ones([i + 1]))).asScalar(), false, [w]);
    }
    assert.match(explain(optimizer)[0]!.reason!, /same operations/);
  });

  it("without leaks, and frees its graphs with the optimizer", () => {
    const { binding } = nativeBackend();
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers, binding.getNumOfTensors()];
    const sessions = binding.getNumOfSavedModels();
    let network!: Network;
    tf.tidy(() => {
      network = new Network();
    });
    const optimizer = tf.train.adam(0.01);
    const step = (i: number) =>
      tf.tidy(() => {
        const [x, y] = batch(i % 10 === 9 ? 3 : 6);
        optimizer.minimize(() => {
          const loss = network.loss(x, y);
          if (i % 50 === 0) loss.dataSync();
          return tf.mul(loss, 1 + i).asScalar();
        });
      });
    const count = () => [tf.memory().numTensors, tf.memory().numDataBuffers, tf.memory().numBytes];
    for (let i = 0; i < 100; i++) step(i);
    const [tensors, native] = [count(), binding.getNumOfTensors()];
    for (let i = 0; i < 1000; i++) step(i);
    assert.deepEqual(count(), tensors);
    network.numbers();
    assert.ok(
      Math.abs(binding.getNumOfTensors() - native) < 30,
      `${binding.getNumOfTensors()} against ${native}`,
    );
    assert.ok(binding.getNumOfSavedModels() > sessions, JSON.stringify(explain(optimizer)));
    optimizer.dispose();
    tf.dispose(network.weights);
    assert.deepEqual([tf.memory().numTensors, tf.memory().numDataBuffers, binding.getNumOfTensors()], before);
    assert.equal(binding.getNumOfSavedModels(), sessions);
  });
});
