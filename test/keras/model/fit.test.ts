import assert from "node:assert/strict";
import { callbacks, tf } from "../../../src/index.js";
import { withHost } from "./with-host.js";

const [x, y] = [tf.ones([8, 2]), tf.ones([8, 1])];

function newModel(runEagerly = false): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ loss: "meanSquaredError", optimizer: "sgd", metrics: ["mae"], runEagerly });
  return model;
}

async function warningsOf(run: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text) => warnings.push(String(text));
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

describe("keras/model: fit", () => {
  it("says that it cannot run inside of tf.tidy", async () => {
    const { error } = console;
    // TensorFlow.js says so of any promise that leaves a tidy.
    console.error = () => {};
    try {
      let fitted!: Promise<unknown>;
      const model = newModel();
      tf.tidy(() => {
        fitted = model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { verbose: 0 });
      });
      await assert.rejects(fitted, /fit was called inside of tf\.tidy, .* Call fit outside of tf\.tidy\./);
      await model.fit(x, y, { verbose: 0 });
    } finally {
      console.error = error;
    }
    tf.engine().startScope();
    await newModel().fit(tf.ones([8, 2]), tf.ones([8, 1]), { verbose: 0 });
    tf.engine().endScope();
  });

  it("says which tensor was disposed of while it ran, or before", async () => {
    const whileRunning =
      /^Error: A tensor of the data, \[8, 2\], was disposed of while fit was still using it\. Await fit/;
    const copy = tf.clone(x);
    const fitted = newModel().fit(copy, y, { verbose: 0, epochs: 3 });
    copy.dispose();
    await assert.rejects(fitted, whileRunning);
    const validation = tf.clone(x);
    const onEpochEnd = (): void => validation.dispose();
    const args = {
      verbose: 0,
      epochs: 3,
      validationData: [validation, y] as [tf.Tensor, tf.Tensor],
    } as const;
    await assert.rejects(newModel().fit(x, y, { ...args, callbacks: { onEpochEnd } }), whileRunning);
    const before = /A tensor of the data, \[8, 2\], was disposed of before the model got it\./;
    await assert.rejects(newModel().fit(copy, y, { verbose: 0 }), before);
    assert.throws(() => newModel().evaluate(copy, y), before);
    assert.throws(() => newModel().predict(copy), before);
  });

  it("trains nothing where all is frozen, and says so once", async () => {
    for (const runEagerly of [false, true]) {
      const model = newModel(runEagerly);
      model.trainable = false;
      const warnings = await warningsOf(async () => {
        const first = await model.trainOnBatch(x, y);
        assert.deepEqual(await model.trainOnBatch(x, y), first);
        const { history } = await model.fit(x, y, { verbose: 0, epochs: 3 });
        assert.deepEqual(history["loss"], Array<unknown>(3).fill((first as number[])[0]));
        await model.fitDataset(
          tf.data.array([0]).map(() => ({ xs: tf.ones([8, 2]), ys: tf.ones([8, 1]) })),
          {
            epochs: 1,
            verbose: 0,
          },
        );
        assert.deepEqual(await model.testOnBatch(x, y), first);
      });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /^The model has no trainable weights: training changes nothing\./);
    }
  });

  it("leaves the finished epochs in model.history after an interrupt", async () => {
    const controller = new AbortController();
    const interrupted = new Error("interrupted");
    const model = newModel();
    const seen: number[] = [];
    let ended = false;
    const hooks = {
      onBatchEnd: (): void => {
        if (seen.length === 3) controller.abort(interrupted);
      },
      onEpochEnd: (epoch: number): void => void seen.push(epoch),
      onTrainEnd: (): void => void (ended = true),
    };
    const run = () =>
      withHost(
        () => model.fit(x, y, { epochs: 1000, batchSize: 2, validationData: [x, y], callbacks: hooks }),
        controller.signal,
      );
    await assert.rejects(run, interrupted);
    const { history, epoch } = (model as { history: tf.History }).history;
    assert.deepEqual([seen, epoch, ended], [[0, 1, 2], [0, 1, 2], true]);
    assert.deepEqual(Object.keys(history), ["loss", "mae", "val_loss", "val_mae"]);
    for (const values of Object.values(history)) assert.equal(values.length, 3);
    const fitted = await model.fit(x, y, { verbose: 0 });
    assert.equal((model as { history: tf.History }).history, fitted);
  });

  it("keeps Keras's names in the history, of several outputs, too; TensorFlow.js's can be read", async () => {
    const input = tf.input({ shape: [2] });
    const outputs = ["a", "b"].map((name) =>
      tf.layers.dense({ units: 1, name }).apply(input),
    ) as tf.SymbolicTensor[];
    const model = tf.model({ inputs: input, outputs });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd", metrics: ["accuracy"] });
    const { history } = await model.fit(x, [y, y], { verbose: 0, validationSplit: 0.5 });
    assert.equal(
      Object.keys(history).join(" "),
      "loss a_loss b_loss a_accuracy b_accuracy val_loss val_a_loss val_b_loss val_a_accuracy val_b_accuracy",
    );
    assert.equal(history["a_acc"], history["a_accuracy"]);
    assert.equal(history["val_b_acc"], history["val_b_accuracy"]);
  });

  it("takes a model that gives one output twice", async () => {
    const input = tf.input({ shape: [2] });
    const output = tf.layers.dense({ units: 1 }).apply(input) as tf.SymbolicTensor;
    const warnings = await warningsOf(async () => {
      const model = tf.model({ inputs: input, outputs: [output, output] });
      for (const runEagerly of [false, true]) {
        model.compile({ loss: ["meanSquaredError", "meanAbsoluteError"], optimizer: "sgd", runEagerly });
        await model.fit(x, [y, y], { verbose: 0, epochs: 3 });
        const [first, second] = model.predict(x) as tf.Tensor[];
        assert.deepEqual(first!.dataSync(), second!.dataSync());
      }
    });
    assert.match(warnings[0]!, /list of outputs passed to the model is redundant/);
  });
});

describe("keras/model: evaluate", () => {
  it("shows its values by name at the end of a cell", async () => {
    const { inspect } = await import("node:util");
    const model = newModel();
    model.setWeights([tf.zeros([2, 1]), tf.zeros([1])]);
    assert.equal(inspect(model.evaluate(x, y)), "{ loss: 1, mae: 1 }");
    const dataset = tf.data.array([0]).map(() => ({ xs: tf.ones([8, 2]), ys: tf.ones([8, 1]) }));
    const evaluated = await model.evaluate(dataset);
    assert.equal(inspect(evaluated), "{ loss: 1, mae: 1 }");
    assert.equal((evaluated as tf.Scalar[]).length, 2);
  });
});

describe("keras/callbacks: NaN, as Keras watches it", () => {
  /** After how many epochs a callback ends training, with these losses. */
  async function epochsOf(values: number[], options: object): Promise<number> {
    const callback = callbacks.earlyStopping({ monitor: "loss", ...options });
    const model = newModel();
    callback.setModel(model);
    await callback.onTrainBegin();
    let epoch = 0;
    model.stopTraining = false;
    for (; epoch < values.length && !model.stopTraining; epoch++)
      // oxlint-disable-next-line no-await-in-loop -- epoch after epoch
      await callback.onEpochEnd(epoch, { loss: values[epoch]! });
    return epoch;
  }

  it("EarlyStopping takes a first NaN for the best, than which nothing is better", async () => {
    assert.equal(await epochsOf([NaN, 0.5, 0.4, 0.3, 0.2], { patience: 2 }), 3);
    assert.equal(await epochsOf([NaN, NaN, NaN, NaN, NaN], { patience: 2 }), 3);
    assert.equal(await epochsOf([NaN, NaN, NaN], { patience: 0 }), 2);
    assert.equal(await epochsOf([0.5, NaN, NaN, 0.4, 0.3], { patience: 2 }), 3);
    assert.equal(await epochsOf([0.5, NaN, 0.4, 0.3, 0.2], { patience: 2 }), 5);
    assert.equal(await epochsOf([NaN, 0.5, 0.4, 0.3], { patience: 2, startFromEpoch: 1 }), 4);
  });

  it("tf.callbacks.earlyStopping gives back the best weights, too", async () => {
    const model = newModel();
    const callback = tf.callbacks.earlyStopping({ monitor: "loss", patience: 1, restoreBestWeights: true });
    await model.fit(x, y, { epochs: 3, verbose: 0, callbacks: callback });
  });
});
