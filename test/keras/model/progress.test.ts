import assert from "node:assert/strict";
import { setProgressSink, tf } from "../../../src/keras/load.js";
import { onStream, openProgress } from "../../../src/host/progress-sink.js";
import { barLines, epochLine } from "../../../src/keras/model/progress-text.js";
import { withHost } from "./with-host.js";

function compiledModel() {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: "softmax" })],
  });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
  return model;
}

const x = tf.ones([50, 3]);
const y = tf.oneHot(tf.zeros([50], "int32"), 2);

const finishedBar =
  /^Epoch (\d)\/2\n5\/5 ━{20} \ds \d+[mu]s\/step - accuracy: \d\.\d{4} - loss: \d\.\d{4} - val_accuracy: \d\.\d{4} - val_loss: \d\.\d{4}$/;

describe("keras/model: progress", () => {
  it("leaves one output with all epochs in a notebook, without tensors left over", async () => {
    const model = compiledModel();
    const fit = () => model.fit(x, y, { epochs: 2, batchSize: 10, validationData: [x, y] });
    await withHost(async () => fit());
    const before = tf.memory().numTensors;
    const { displays } = await withHost(async () => fit());
    assert.equal(tf.memory().numTensors, before);
    assert.equal(new Set(displays.map(({ displayId }) => displayId)).size, 1);
    assert.deepEqual(
      displays.map(({ update }) => update),
      displays.map((_, index) => index > 0),
    );
    const lines = displays.at(-1)!.text.split("\n");
    assert.equal(lines.length, 4);
    assert.match(lines.slice(0, 2).join("\n"), finishedBar);
    assert.match(lines.slice(2).join("\n"), finishedBar);
    model.dispose();
  });

  it("draws at most ten times a second", async () => {
    const model = compiledModel();
    const start = performance.now();
    let epochs = 0;
    const onEpochEnd = async () => {
      if (performance.now() - start > 400) model.stopTraining = true;
      epochs++;
    };
    const { displays } = await withHost(() =>
      model.fit(x, y, { epochs: 1e6, batchSize: 1, callbacks: { onEpochEnd } }),
    );
    const seconds = (performance.now() - start) / 1000;
    assert.ok(displays.length <= 10 * seconds + 3, `${displays.length} texts in ${seconds} s`);
    assert.equal(displays.at(-1)!.text.split("\n").length, 2 * epochs);
  });

  it("shows the beginning and the end of many epochs", async () => {
    const { displays } = await withHost(async () => {
      const show = openProgress();
      const lines = Array.from(
        { length: 20_000 },
        (_, i) => `Epoch ${i + 1}/20000\n1/1 ━━━━━━━━━━━━━━━━━━━━ 0s`,
      );
      show(lines.join("\n"), true);
    });
    const lines = displays[0]!.text.split("\n");
    assert.ok(displays[0]!.text.length < 210_000);
    assert.deepEqual([lines[0], lines.at(-2)], ["Epoch 1/20000", "Epoch 20000/20000"]);
    assert.equal(lines.filter((line) => line.includes("left out")).length, 1);
    assert.ok(lines.every((line) => /^(Epoch \d+\/20000|1\/1 ━{20} 0s|… .* …|)$/.test(line)));
  });

  it("writes a line per epoch at verbose 2, nothing at 0", async () => {
    const model = compiledModel();
    const verbose = async (level: 0 | 1 | 2) => {
      const texts: string[] = [];
      setProgressSink(() => (text) => texts.push(text));
      try {
        await model.fit(x, y, { epochs: 2, verbose: level as 0 });
      } finally {
        setProgressSink();
      }
      return texts;
    };
    assert.deepEqual(await verbose(0), []);
    const lines = (await verbose(2)).at(-1)!.split("\n");
    assert.equal(lines.length, 2);
    assert.match(
      lines[1]!,
      /^Epoch 2\/2: 2\/2 - 0s - \d+[mu]s\/step - accuracy: \d\.\d{4} - loss: \d\.\d{4}$/,
    );
  });

  it("counts the steps of a data set of unknown length", async () => {
    const model = compiledModel();
    const batches = tf.data.generator(function* () {
      for (let i = 0; i < 3; i++) yield { xs: tf.ones([4, 3]), ys: tf.ones([4, 2]) };
    });
    const { displays } = await withHost(() => model.fitDataset(batches, { epochs: 2 }));
    assert.match(displays[0]!.text, /^Epoch 1\/2\n1\/\? ━{20} /);
    assert.match(displays.at(-1)!.text, /Epoch 2\/2\n3\/3 ━{20} .* loss: /);
  });

  it("shows the end of an evaluation at verbose 1", async () => {
    const model = compiledModel();
    const { displays } = await withHost(async () => {
      model.evaluate(x, y, { verbose: 1 });
      model.evaluate(x, y);
      const batches = tf.data.array([1, 2]).map(() => ({ xs: tf.ones([4, 3]), ys: tf.ones([4, 2]) }));
      await model.evaluateDataset(batches, { verbose: 1 });
    });
    assert.equal(displays.length, 2);
    assert.match(displays[0]!.text, /^2\/2 ━{20} 0s \d+[mu]s\/step - accuracy: [\d.]+ - loss: [\d.e-]+$/);
    assert.match(displays[1]!.text, /^2\/2 ━{20} /);
  });

  it("formats as Keras does", () => {
    const half = { epoch: 3, epochs: 20, stepsDone: 57, steps: 469, elapsedMs: 342, finished: false };
    assert.equal(
      barLines({ ...half, metrics: { loss: 0.05123, accuracy: 0.98 } }),
      "Epoch 3/20\n 57/469 ━━────────────────── 2s 6ms/step - accuracy: 0.9800 - loss: 0.0512",
    );
    const slow = { ...half, elapsedMs: 4_000_000, finished: true, metrics: { loss: 0.0000123 } };
    assert.match(barLines(slow), / 1:06:40 70s\/step - loss: 1\.2300e-05$/);
    assert.equal(
      epochLine({ ...half, elapsedMs: 90_000, metrics: { loss: NaN } }),
      "Epoch 3/20: 57/57 - 1:30 - 2s/step - loss: NaN",
    );
  });

  it("redraws the last line on a terminal, and writes only finished lines elsewhere", () => {
    const written = (isTTY: boolean) => {
      const chunks: string[] = [];
      const show = onStream({
        isTTY,
        columns: 12,
        write: (chunk: string | Uint8Array) => chunks.push(String(chunk)) > 0,
      });
      show("Epoch 1/1\n1/2 ━━────────", false);
      show("Epoch 1/1\n2/2 ━━━━━━━━━━", true);
      return chunks.join("");
    };
    assert.equal(written(false), "Epoch 1/1\n2/2 ━━━━━━━━━━\n");
    const clear = "\r\x1b[K";
    assert.equal(written(true), `${clear}Epoch 1/1\n${clear}1/2 ━━─────${clear}2/2 ━━━━━━━━━━\n`);
  });
});
