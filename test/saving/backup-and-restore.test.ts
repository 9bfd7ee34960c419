import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callbacks, setRandomSeed, tf } from "../../src/index.js";

const [x, y] = [tf.randomNormal([20, 3], 0, 1, "float32", 3), tf.randomUniform([20, 1], 0, 1, "float32", 3)];

function newModel(units = 4): tf.Sequential {
  setRandomSeed(9);
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units, inputShape: [3], activation: "tanh" }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.compile({ loss: "meanSquaredError", optimizer: tf.train.adam(0.05) });
  return model;
}

const settings = { epochs: 6, batchSize: 6, shuffle: false, verbose: 0 } as const;

/** What dies in the middle of an epoch, as a process does. */
const dying = (epoch: number, batch: number) => {
  let now = 0;
  return callbacks.lambdaCallback({
    onEpochBegin: (begun) => void (now = begun),
    onTrainBatchEnd: (done) => {
      if (now === epoch && done === batch) throw new Error("The power went out.");
    },
  });
};

describe("saving: backupAndRestore", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "manabi-backup-")), "backup");
  });
  afterEach(() => rm(join(folder, ".."), { recursive: true }));

  it("reads folders in which weights that are not trained come last", async () => {
    const backup = () => callbacks.backupAndRestore(folder);
    const expected = newModel();
    await expected.fit(x, y, settings);
    await assert.rejects(newModel().fit(x, y, { ...settings, callbacks: [backup(), dying(4, 1)] }));
    const path = join(folder, "latest.state");
    const bytes = await readFile(path);
    const end = bytes.indexOf("\n") + 1;
    const { inKerasOrder: _, ...state } = JSON.parse(bytes.toString("utf8", 0, end)) as Record<
      string,
      unknown
    >;
    let first = end;
    const parts = (state["shapes"] as number[][]).map((shape) => {
      const size = 4 * shape.reduce((product, length) => product * length, 1);
      return { shape, values: bytes.subarray(first, (first += size)) };
    });
    // The moving mean and variance, after the last layer's kernel and bias.
    parts.splice(6, 0, ...parts.splice(4, 2));
    const header = JSON.stringify({ ...state, shapes: parts.map(({ shape }) => shape) });
    await writeFile(path, Buffer.concat([Buffer.from(`${header}\n`), ...parts.map(({ values }) => values)]));
    const model = newModel();
    await model.fit(x, y, { ...settings, callbacks: [backup()] });
    model.getWeights().forEach((weight, i) => {
      assert.ok(tf.max(tf.abs(tf.sub(weight, expected.getWeights()[i]!))).dataSync()[0]! < 1e-6);
    });
  });

  it("goes on after the last saved epoch, to the same weights", async () => {
    const expected = newModel();
    await expected.fit(x, y, settings);
    const backup = () => callbacks.backupAndRestore(folder);
    await assert.rejects(
      newModel().fit(x, y, { ...settings, callbacks: [backup(), dying(4, 1)] }),
      /The power went out/,
    );
    const model = newModel();
    const { epoch } = await model.fit(x, y, { ...settings, callbacks: [backup()] });
    assert.deepEqual(epoch, [4, 5]);
    assert.ok(!existsSync(folder), "the folder is left over");
    model.getWeights().forEach((weight, i) => {
      const difference = tf.max(tf.abs(tf.sub(weight, expected.getWeights()[i]!))).dataSync()[0]!;
      assert.ok(difference < 1e-6, `weight ${i} differs by ${difference}`);
    });
  });

  it("saves every few batches, and keeps the folder, if asked to", async () => {
    const backup = () => callbacks.backupAndRestore(folder, { saveFreq: 3, deleteCheckpoint: false });
    await assert.rejects(newModel().fit(x, y, { ...settings, callbacks: [backup(), dying(2, 2)] }));
    const { epoch } = await newModel().fit(x, y, { ...settings, callbacks: [backup()] });
    assert.deepEqual(epoch, [2, 3, 4, 5]);
    assert.ok(existsSync(folder));
  });

  it("goes on with data sets, too", async () => {
    const batches = tf.data.generator(function* () {
      for (let first = 0; first < 20; first += 5) {
        yield { xs: tf.slice(x, first, 5), ys: tf.slice(y, first, 5) };
      }
    });
    const quiet = { epochs: 4, verbose: 0 } as const;
    const backup = () => callbacks.backupAndRestore(folder);
    await assert.rejects(newModel().fit(batches, { ...quiet, callbacks: [backup(), dying(2, 0)] }));
    const { epoch } = await newModel().fit(batches, { ...quiet, callbacks: [backup()] });
    assert.deepEqual(epoch, [2, 3]);
  });

  it("refuses the state of another model", async () => {
    const backup = () => callbacks.backupAndRestore(folder, { deleteCheckpoint: false });
    await newModel().fit(x, y, { ...settings, callbacks: [backup()] });
    await assert.rejects(
      newModel(5).fit(x, y, { ...settings, callbacks: [backup()] }),
      /latest\.state holds the state of a model with other weights, or of another optimizer\. Remove the folder/,
    );
    assert.throws(
      () => callbacks.backupAndRestore(folder, { saveFreq: 0 }),
      /saveFreq is 0\. Expected "epoch"/,
    );
  });
});

describe("saving: terminateOnNaN", () => {
  const broken = tf.tidy(() => tf.concat([y.slice(0, 12), tf.mul(y.slice(12), Number.NaN)]));

  it("ends training at the batch", async () => {
    const { log } = console;
    const lines: unknown[] = [];
    console.log = (text) => lines.push(text);
    try {
      const seen: number[] = [];
      const remember = callbacks.lambdaCallback({ onTrainBatchEnd: (batch) => void seen.push(batch) });
      const { epoch } = await newModel().fit(x, broken, {
        ...settings,
        callbacks: [remember, callbacks.terminateOnNaN()],
      });
      assert.deepEqual([epoch, seen], [[0], [0, 1, 2]]);
    } finally {
      console.log = log;
    }
    assert.deepEqual(lines, ["Batch 2: the loss is NaN, training ends."]);
  });

  it("raises an error, if asked to", async () => {
    const model = newModel();
    const raising = callbacks.terminateOnNaN({ raiseError: true });
    await assert.rejects(
      model.fit(x, broken, { ...settings, callbacks: [raising] }),
      /the loss of batch 2 is NaN/,
    );
    await model.fit(x, y, { ...settings, epochs: 1 });
  });
});
