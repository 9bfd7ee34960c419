import assert from "node:assert/strict";
import { runInThisContext } from "node:vm";
import { tf } from "../../../src/keras/load.js";
import { withHost } from "./with-host.js";

function compiledModel() {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
  model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
  return model;
}

const x = tf.ones([100, 3]);
const y = tf.ones([100, 1]);
const interrupted = new Error("interrupted");

function* endless() {
  for (;;) yield { xs: tf.ones([4, 3]), ys: tf.ones([4, 1]) };
}

describe("keras/model: interrupt", () => {
  it("ends fit at the batch, and the model stays usable", async () => {
    const model = compiledModel();
    await model.fit(x, y, { verbose: 0 });
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    let batches = 0;
    const onBatchEnd = async () => {
      if (++batches === 5) controller.abort(interrupted);
    };
    const fit = withHost(
      () =>
        model.fit(x, y, { epochs: 1000, batchSize: 1, validationData: [x, y], callbacks: { onBatchEnd } }),
      controller.signal,
    );
    await assert.rejects(fit, interrupted);
    assert.ok(batches <= 6, `${batches} batches`);
    assert.equal(tf.memory().numTensors, before);
    const { history } = await model.fit(x, y, { epochs: 2, verbose: 0 });
    assert.equal(history["loss"]!.length, 2);
  });

  it("lets the interrupt in although nothing else yields", async () => {
    const model = compiledModel();
    const controller = new AbortController();
    setTimeout(() => controller.abort(interrupted), 50);
    const callbacks = [tf.callbacks.earlyStopping({ monitor: "loss", patience: 1e9 })];
    const fit = withHost(() => model.fit(x, y, { epochs: 1e9, verbose: 0, callbacks }), controller.signal);
    await assert.rejects(fit, interrupted);
  });

  it("ends fitDataset and evaluateDataset without leaving tensors", async () => {
    const model = compiledModel();
    const data = tf.data.generator(endless);
    await model.fitDataset(data, { epochs: 1, batchesPerEpoch: 2, verbose: 0 });
    const before = tf.memory().numTensors;
    for (const run of [
      () => model.fitDataset(data, { epochs: 1, verbose: 0 }),
      () => model.evaluateDataset(data, {}),
      () =>
        model.fitDataset(data, {
          epochs: 5,
          batchesPerEpoch: 2,
          validationData: data,
          validationBatches: 1e9,
          verbose: 0,
        }),
    ]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(interrupted), 50);
      await assert.rejects(withHost(run as () => Promise<unknown>, controller.signal), interrupted);
    }
    assert.equal(tf.memory().numTensors, before);
  });

  it("keeps a cell that was interrupted from training on", async () => {
    const model = compiledModel();
    const aborted = AbortSignal.abort(interrupted);
    await assert.rejects(
      withHost(() => model.fit(x, y), aborted),
      interrupted,
    );
  });
});

/** A time limit ends code as the kernel does: without running what waits in `finally`. */
function endByForce(code: () => unknown): void {
  Object.assign(globalThis, { endedByForce: code });
  assert.throws(() => runInThisContext("endedByForce()", { timeout: 60 }), /timed out/);
  Reflect.deleteProperty(globalThis, "endedByForce");
}

describe("keras/model: code that an interrupt ended by force", () => {
  it("leaves nothing open, and the model can be trained again", async () => {
    const model = compiledModel();
    const [manyX, manyY] = [tf.ones([50_000, 3]), tf.ones([50_000, 1])];
    await model.fit(x, y, { verbose: 0 });
    const before = tf.memory().numTensors;
    const { state } = tf.engine();
    for (const code of [
      () => model.evaluate(manyX, manyY, { batchSize: 1 }),
      () => {
        for (;;) tf.tidy(() => void tf.grad((a) => tf.sum(tf.square(a)))(x));
      },
    ]) {
      const controller = new AbortController();
      await withHost(async () => endByForce(code), controller.signal);
      controller.abort(interrupted);
      await Promise.resolve();
      assert.deepEqual([state.scopeStack.length, state.kernelDepth, state.gradientDepth], [0, 0, 0]);
    }
    await model.fit(x, y, { verbose: 0 });
    assert.ok(tf.memory().numTensors <= before + 2, `${tf.memory().numTensors - before} tensors left over`);
  });

  it("does not free a tensor twice that it was just freeing", async () => {
    const backend = tf.backend() as unknown as { binding: { deleteTensor(id: number): void } };
    const { binding } = backend;
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    await withHost(async () => {
      endByForce(() =>
        tf.tidy(() => {
          const tensor = tf.square(x);
          const freed = (id: number) => {
            binding.deleteTensor(id);
            for (;;);
          };
          backend.binding = Object.create(binding, { deleteTensor: { value: freed } }) as typeof binding;
          tensor.dispose();
        }),
      );
    }, controller.signal);
    backend.binding = binding;
    controller.abort(interrupted);
    await Promise.resolve();
    assert.ok(tf.memory().numTensors <= before + 1);
    tf.square(x).dispose();
  });

  it("does not keep a model from being trained, whose fit never said that it is over", async () => {
    const model = compiledModel();
    const controller = new AbortController();
    await withHost(() => model.fit(x, y, { verbose: 0 }), controller.signal);
    const { model: inner } = model as unknown as { model: { isTraining: boolean } };
    inner.isTraining = true;
    const again = () => withHost(() => model.fit(x, y, { verbose: 0 }));
    await assert.rejects(again, /another fit\(\) call is ongoing/);
    inner.isTraining = true;
    await withHost(() => model.fit(x, y, { verbose: 0 }).catch(() => undefined), controller.signal);
    controller.abort(interrupted);
    await again();
  });
});
