import assert from "node:assert/strict";
import type { LayersModel, Tensor } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { tf } from "../../../src/keras/load.js";

type Layer = InstanceType<typeof tf.layers.Layer>;

const [x, y] = [tf.ones([64, 2]), tf.ones([64, 1])];

/** What a step's code reads, and other code changes. */
let factor: number | Tensor = 0;
let mode: "one" | "three" = "one";

const squares = (truth: Tensor, output: Tensor): Tensor => tf.mean(tf.square(tf.sub(truth, output)));
const scaled = (truth: Tensor, output: Tensor): Tensor => tf.mul(squares(truth, output), factor);
const inMode = (truth: Tensor, output: Tensor): Tensor =>
  mode === "one" ? squares(truth, output) : tf.mul(tf.mean(tf.abs(tf.sub(truth, output))), 3);

class Scaling extends tf.layers.Layer {
  static className = "ChangingValuesScaling";
  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.mul([inputs].flat()[0]!, factor);
  }
}

/** Of two ones it makes two, and learns nothing. */
function makeModel(loss: unknown, ...more: Layer[]): LayersModel {
  const dense = tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones" });
  const model = tf.sequential({ layers: [dense, ...more] });
  model.compile({ loss: loss as never, optimizer: tf.train.sgd(0) });
  return model;
}

const reports = (model: LayersModel): string[] => {
  const { train, test, predict } = explain(model);
  return [...train, ...test, ...predict].map(({ state, reason }) => reason ?? state);
};

describe("keras/model: values that code of the user's changes", () => {
  beforeEach(() => {
    factor = 0;
    mode = "one";
  });

  const anneal = { onEpochEnd: () => void ((factor as number) += 0.75) };
  for (const batchSize of [64, 32, 5, 4, 1]) {
    it(`by a callback after each epoch, in batches of ${batchSize}`, async () => {
      const model = makeModel(scaled);
      const { history } = await model.fit(x, y, { epochs: 5, batchSize, verbose: 0, callbacks: anneal });
      assert.deepEqual(history["loss"], [0, 0.75, 1.5, 2.25, 3]);
      assert.deepEqual([...new Set(reports(model))], ["compiled"]);
      model.dispose();
    });
  }

  it("in a layer", async () => {
    const model = makeModel("meanSquaredError", new Scaling({}));
    const { history } = await model.fit(x, y, { epochs: 4, batchSize: 4, verbose: 0, callbacks: anneal });
    assert.deepEqual(history["loss"], [1, 0.25, 4, 12.25]);
    model.dispose();
  });

  it("in a loss that was added to a layer", async () => {
    const model = makeModel("meanSquaredError");
    const layer = model.layers[0] as Layer & { addLoss(loss: () => Tensor): void };
    layer.addLoss(() => tf.scalar(factor as number));
    const { history } = await model.fit(x, y, { epochs: 4, batchSize: 4, verbose: 0, callbacks: anneal });
    assert.deepEqual(history["loss"], [1, 1.75, 2.5, 3.25]);
    model.dispose();
  });

  it("in a metric, and with validation", async () => {
    const model = makeModel("meanSquaredError");
    model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0), metrics: [scaled] });
    const { history } = await model.fit(x, y, {
      epochs: 3,
      batchSize: 4,
      verbose: 0,
      callbacks: anneal,
      validationData: [x, y],
    });
    assert.deepEqual(
      [history["scaled"], history["val_scaled"]],
      [
        [0, 0.75, 1.5],
        [0, 0.75, 1.5],
      ],
    );
    model.dispose();
  });

  it("which are tensors", async () => {
    factor = tf.scalar(0);
    const model = makeModel(scaled);
    const grow = { onEpochEnd: () => void (factor = tf.add(factor, 0.75)) };
    const { history } = await model.fit(x, y, { epochs: 5, batchSize: 4, verbose: 0, callbacks: grow });
    assert.deepEqual(history["loss"], [0, 0.75, 1.5, 2.25, 3]);
    model.dispose();
  });

  for (const batchSize of [64, 4]) {
    it(`which are texts, in batches of ${batchSize}`, async () => {
      const model = makeModel(inMode);
      const onEpochEnd = () => void (mode = mode === "one" ? "three" : "one");
      const { history } = await model.fit(x, y, {
        epochs: 8,
        batchSize,
        verbose: 0,
        callbacks: { onEpochEnd },
      });
      assert.deepEqual(history["loss"], [1, 3, 1, 3, 1, 3, 1, 3]);
      model.dispose();
    });
  }

  it("after each batch", async () => {
    const model = makeModel(scaled);
    const losses: number[] = [];
    const onBatchEnd = (_batch: number, logs?: { loss?: number }) => {
      losses.push(logs!.loss!);
      (factor as number) += 0.5;
    };
    await model.fit(x, y, { epochs: 2, batchSize: 16, verbose: 0, callbacks: { onBatchEnd } });
    assert.deepEqual(losses, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
    model.dispose();
  });

  it("between calls of trainOnBatch, testOnBatch, fit, evaluate and predict", async () => {
    const model = makeModel(scaled, new Scaling({}));
    const results: number[][] = [];
    for (factor = 1; factor < 7; factor++) {
      const output = model.predict(x) as Tensor;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const trained = (await model.trainOnBatch(x, y)) as number;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const tested = (await model.testOnBatch(x, y)) as number;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { history } = await model.fit(x, y, { epochs: 1, batchSize: 4, verbose: 0 });
      const evaluated = model.evaluate(x, y, { batchSize: 4 }) as Tensor;
      const loss = [trained, tested, history["loss"]![0] as number, evaluated.dataSync()[0]!];
      results.push([output.dataSync()[0]!, ...loss]);
      tf.dispose([output, evaluated]);
    }
    const expected = [1, 2, 3, 4, 5, 6].map((k) => [2 * k, ...Array<number>(4).fill(k * (2 * k - 1) ** 2)]);
    assert.deepEqual(results, expected);
    model.dispose();
  });

  it("leave no tensors behind", async () => {
    const model = makeModel(scaled);
    const fit = () => model.fit(x, y, { epochs: 3, batchSize: 4, verbose: 0, callbacks: anneal });
    await fit();
    const { numTensors } = tf.memory();
    await fit();
    await fit();
    assert.equal(tf.memory().numTensors, numTensors);
    model.dispose();
  });

  const changing: Record<string, () => number> = {
    "Math.random": () => Math.random(),
    "Date.now": () => Date.now() % 1000,
    "new Date": () => new Date().getMilliseconds(),
    "performance.now": () => performance.now(),
    "crypto.getRandomValues": () => crypto.getRandomValues(new Uint8Array(1))[0]!,
  };
  for (const [name, value] of Object.entries(changing)) {
    it(`keep a step eager that calls ${name}`, async () => {
      const drawn: number[] = [];
      const loss = (truth: Tensor, output: Tensor): Tensor => {
        drawn.push(value());
        return tf.mul(squares(truth, output), drawn.at(-1)!);
      };
      const { random } = Math;
      const model = makeModel(loss);
      const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8, verbose: 0 });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
      assert.equal(drawn.length, 27);
      const means = [0, 1, 2].map((i) => drawn.slice(8 * i, 8 * i + 8).reduce((a, b) => a + b) / 8);
      (history["loss"] as number[]).forEach((one, i) =>
        assert.ok(Math.abs(one - means[i]!) <= 1e-4 * Math.max(1, means[i]!)),
      );
      for (const reason of reports(model)) assert.ok(reason.includes(`calls ${name}`), reason);
      assert.equal(Math.random, random);
      model.dispose();
    });
  }

  it("keep a step eager whose layer is left out now and then", async () => {
    class StochasticDepth extends tf.layers.Layer {
      static className = "ChangingValuesStochasticDepth";
      override call(inputs: Tensor | Tensor[]): Tensor {
        const input = [inputs].flat()[0]!;
        return Math.random() < 0.2 ? tf.mul(input, 0) : tf.clone(input);
      }
    }
    const model = makeModel("meanSquaredError", new StochasticDepth({}));
    const { history } = await model.fit(x, y, { epochs: 4, batchSize: 1, verbose: 0 });
    assert.ok((history["loss"] as number[]).every((loss) => Math.abs(loss - 1) < 1e-6));
    const outputs = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const output = model.predict(x) as Tensor;
      outputs.add(output.dataSync()[0]!);
      output.dispose();
    }
    assert.deepEqual(outputs, new Set([0, 2]));
    for (const reason of reports(model)) assert.match(reason, /calls Math\.random/);
    model.dispose();
  });
});
