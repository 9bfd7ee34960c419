import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Callback, Scalar } from "@tensorflow/tfjs-node";
import { callbacks } from "../../src/index.js";
import { loadModel } from "../../src/saving/index.js";
import { tf } from "../../src/keras/load.js";

interface Outcome {
  options: Record<string, unknown>;
  rates: number[];
  weight: number;
}

const { losses, cases } = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/keras/callbacks.json", import.meta.url), "utf8"),
) as { losses: number[]; cases: Record<string, Outcome[]> };

function tinyModel() {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [1] })] });
  model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.1), metrics: ["accuracy"] });
  return model;
}

const learningRateOf = (model: ReturnType<typeof tinyModel>) =>
  (model.optimizer as unknown as { learningRate: number }).learningRate;

/** The same as in the fixture's script. */
async function run(callback: Callback): Promise<Omit<Outcome, "options">> {
  const model = tinyModel();
  callback.setModel((model as unknown as { model: typeof model }).model);
  await callback.onTrainBegin();
  const rates: number[] = [];
  for (const [epoch, loss] of losses.entries()) {
    model.setWeights([tf.tensor2d([[epoch]])]);
    await callback.onEpochEnd(epoch, { val_loss: loss });
    rates.push(learningRateOf(model));
    if (callback.model.stopTraining) break;
  }
  await callback.onTrainEnd();
  return { rates, weight: model.getWeights()[0]!.dataSync()[0]! };
}

const camelCase = (options: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

const x = tf.linspace(0, 1, 8).reshape([8, 1]);

describe("saving", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "callbacks-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const { earlyStopping, reduceLROnPlateau } = callbacks;
  for (const [name, make] of Object.entries({ earlyStopping, reduceLROnPlateau })) {
    for (const { options, rates, weight } of cases[name]!) {
      it(`${name}(${JSON.stringify(options)}) does as Keras`, async () => {
        const ours = await run(make(camelCase(options)));
        assert.equal(ours.rates.length, rates.length, "epochs");
        ours.rates.forEach((rate, i) =>
          assert.ok(Math.abs(rate - rates[i]!) < 1e-7, `rate ${rate} in epoch ${i}`),
        );
        assert.equal(ours.weight, weight);
      });
    }
  }

  it("earlyStopping gives a fitted model its best weights, and keeps no tensor", async () => {
    const model = tinyModel();
    await model.fit(x, x, { verbose: 0 });
    const before = tf.memory().numTensors;
    const best = callbacks.earlyStopping({ patience: 1, restoreBestWeights: true });
    const worsening = callbacks.learningRateScheduler((epoch) => (epoch < 2 ? 0.01 : 5));
    const { history } = await model.fit(x, x, {
      epochs: 50,
      verbose: 0,
      validationData: [x, x],
      callbacks: [worsening, best],
    });
    assert.equal(history["loss"]!.length, 3);
    assert.deepEqual(history["learning_rate"]!.slice(0, 3), [0.01, 0.01, 5]);
    const loss = model.evaluate(x, x) as Scalar[];
    assert.ok(Math.abs(loss[0]!.dataSync()[0]! - Math.min(...(history["val_loss"] as number[]))) < 1e-6);
    tf.dispose(loss);
    assert.equal(tf.memory().numTensors, before);
  });

  it("say which metrics there are", async () => {
    const warnings: string[] = [];
    const { warn } = console;
    console.warn = (text: string) => void warnings.push(text);
    try {
      await tinyModel().fit(x, x, {
        verbose: 0,
        callbacks: [callbacks.earlyStopping({ monitor: "val_accuracy" })],
      });
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warnings, [
      'earlyStopping watches "val_accuracy", which is not in the logs. There are: loss, accuracy.',
    ]);
  });

  it("learningRateScheduler refuses a rate that is none", async () => {
    const fit = tinyModel().fit(x, x, {
      verbose: 0,
      callbacks: [callbacks.learningRateScheduler(() => NaN)],
    });
    await assert.rejects(fit, /the schedule gave NaN for epoch 0, expected a number/);
  });

  it("csvLogger writes Keras's columns, and goes on in an old file", async () => {
    const path = join(folder, "log.csv");
    const model = tinyModel();
    await model.fit(x, x, {
      epochs: 2,
      verbose: 0,
      validationData: [x, x],
      callbacks: [callbacks.csvLogger(path)],
    });
    await model.fit(x, x, {
      epochs: 3,
      initialEpoch: 2,
      verbose: 0,
      validationData: [x, x],
      callbacks: [callbacks.csvLogger(path, { append: true })],
    });
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    assert.equal(lines[0], "epoch,accuracy,loss,val_accuracy,val_loss");
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(",").length),
      [5, 5, 5],
    );
    assert.deepEqual(
      lines.slice(1).map((line) => line[0]),
      ["0", "1", "2"],
    );
  });

  it("modelCheckpoint names files by TensorFlow.js's names of metrics, too, which logs do not list", async () => {
    const model = tinyModel();
    model.compile({ loss: "meanSquaredError", optimizer: "sgd", metrics: ["accuracy"] });
    const path = join(folder, "{epoch}-{acc:.1f}-{accuracy:.1f}.weights.h5");
    const saving = callbacks.modelCheckpoint(path, { saveWeightsOnly: true });
    await model.fit(x, x, { verbose: 0, callbacks: saving });
    assert.match(readdirSync(folder).join(" "), /1-(\d\.\d)-\1\.weights\.h5/);
  });

  it("modelCheckpoint saves each epoch, or the best, as the model that was fitted", async () => {
    const model = tinyModel();
    const every = callbacks.modelCheckpoint(join(folder, "every-{epoch:02d}-{loss:.1f}.keras"));
    const best = callbacks.modelCheckpoint(join(folder, "best-{epoch}.weights.h5"), {
      monitor: "loss",
      saveBestOnly: true,
      saveWeightsOnly: true,
    });
    const rates = callbacks.learningRateScheduler((epoch) => (epoch === 1 ? 5 : 0.01));
    const { history } = await model.fit(x, x, { epochs: 3, verbose: 0, callbacks: [rates, every, best] });
    const loss = history["loss"] as number[];
    const isBest = loss.map((value, i) => value < Math.min(Infinity, ...loss.slice(0, i)));
    const expected = loss.flatMap((value, i) => [
      `every-0${i + 1}-${value.toFixed(1)}.keras`,
      ...(isBest[i] ? [`best-${i + 1}.weights.h5`] : []),
    ]);
    assert.deepEqual(new Set(readdirSync(folder)), new Set(expected));
    const last = await loadModel(
      join(
        folder,
        expected.findLast((name) => name.endsWith(".keras"))!,
      ),
    );
    assert.ok(last instanceof tf.Sequential);
    assert.deepEqual(last.getWeights()[0]!.arraySync(), model.getWeights()[0]!.arraySync());

    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    const eachSecond = callbacks.modelCheckpoint(join(folder, "{epoch}-{batch}.weights.h5"), {
      saveFreq: 2,
      saveWeightsOnly: true,
    });
    await model.fit(x, x, { epochs: 2, batchSize: 1, verbose: 0, callbacks: [eachSecond] });
    const batches = Array.from({ length: 2 * x.shape[0] }, (_, i) => i).filter((i) => i % 2 === 1);
    const names = batches.map((i) => `${Math.floor(i / x.shape[0]) + 1}-${(i % x.shape[0]) + 1}.weights.h5`);
    assert.deepEqual(readdirSync(folder).toSorted(), names.toSorted());
    assert.throws(() => callbacks.modelCheckpoint("a.keras", { saveFreq: 0.5 }), {
      name: "RangeError",
      message: 'modelCheckpoint: saveFreq is 0.5. Expected "epoch" or a number of batches.',
    });

    const unknown = callbacks.modelCheckpoint(join(folder, "{val_loss:.2f}.keras"));
    await assert.rejects(
      model.fit(x, x, { verbose: 0, callbacks: [unknown] }),
      /names "val_loss".*There are: epoch, loss/,
    );
  });
});
