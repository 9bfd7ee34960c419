import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Tensor } from "@tensorflow/tfjs";
import { memory } from "../../src/figures/memory.js";
import { displaySymbol } from "../../src/host/host.js";
import { clearSession } from "../../src/keras/clear-session.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";
import { compiled } from "../../src/graphs/index.js";

describe("keras: clearSession and memory", () => {
  afterEach(() => clearSession());
  const dense = () => tf.layers.dense({ units: 2, inputShape: [3] });

  it("counts names of layers and models from the first again, also those that were chosen", () => {
    clearSession();
    const names = (): string[] => [dense().name, dense().name, tf.sequential().name];
    tf.layers.dense({ units: 1, name: "dense_1" });
    assert.deepEqual(names(), ["dense", "dense_2", "sequential"]);
    clearSession();
    assert.deepEqual(names(), ["dense", "dense_1", "sequential"]);
  });

  it("forgets the seed", () => {
    const drawn = (): string => {
      const tensor = tf.randomUniform([4]);
      const text = tensor.dataSync().join();
      tensor.dispose();
      return text;
    };
    setRandomSeed(1);
    const first = drawn();
    setRandomSeed(1);
    assert.equal(drawn(), first);
    setRandomSeed(1);
    clearSession();
    assert.notEqual(drawn(), first);
  });

  it("frees programs and their sessions, and leaves weights: the model trains on", async () => {
    clearSession();
    const before = memory();
    const model = tf.sequential({ layers: [dense()] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = [tf.ones([8, 3]), tf.ones([8, 2])];
    const square = compiled((value: Tensor) => value.square());
    const variable = tf.variable(tf.ones([2]));
    const optimizer = tf.train.sgd(0.1);
    const use = async (): Promise<void> => {
      await model.fit(x, y, { epochs: 4, batchSize: 4, verbose: 0 });
      for (let i = 0; i < 4; i++) {
        square(x).dispose();
        optimizer.minimize(() => variable.square().sum().asScalar());
      }
    };
    await use();
    const used = memory();
    assert.ok(used.sessions >= before.sessions + 3, `${used.sessions} sessions`);
    const weights = model.getWeights().map((weight) => weight.arraySync());
    clearSession();
    assert.equal(memory().sessions, before.sessions);
    assert.deepEqual(
      model.getWeights().map((weight) => weight.arraySync()),
      weights,
    );
    await use();
    assert.ok(memory().sessions >= before.sessions + 3);
    clearSession();
    assert.equal(memory().sessions, before.sessions);
    tf.dispose([x, y, variable]);
    model.dispose();
    optimizer.dispose();
  });

  it("tells what takes memory, as a table", () => {
    const before = memory();
    const tensors = [tf.zeros([1000]), tf.zeros([24])];
    const report = memory();
    tf.dispose(tensors);
    assert.equal(report.tensors - before.tensors, 2);
    assert.equal(report.tensorBytes - before.tensorBytes, 4096);
    assert.ok(report.processBytes > report.heapBytes && report.heapBytes > 0);
    const bundle = report[displaySymbol]();
    assert.match(
      String(bundle["text/plain"]),
      /tensors +\d+ +[\d.]+\n *sessions +\d+ *\n *process +[\d.]+\n/,
    );
    assert.match(String(bundle["text/html"]), /<table>.*tensors/);
    assert.equal(inspect(report), bundle["text/plain"]);
  });
});
