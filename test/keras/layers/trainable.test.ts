import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { callbacks, explain, loadModel, loadWeights, saveModel, saveWeights } from "../../../src/index.js";
import { tf } from "../../../src/keras/load.js";

interface Case {
  shapes: number[][];
  trainable: boolean[];
  start: number[][];
  x: number[][];
  y: number[][];
  loss: number[];
  trained: number[][];
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/frozen.json", import.meta.url), "utf8"),
) as { cases: Record<string, Case> };

const { layers } = tf;
type Layer = InstanceType<typeof layers.Layer>;
const vector = { inputShape: [4] };

const sequentialBase = (settings = {}): LayersModel =>
  tf.sequential({ layers: [layers.dense({ ...vector, units: 3 }), layers.batchNormalization(settings)] });

function functionalBase(): LayersModel {
  const x = tf.input({ shape: [4] });
  const hidden = layers.dense({ units: 3, activation: "tanh" }).apply(x);
  const normalized = layers.batchNormalization({ momentum: 0.8 }).apply(hidden);
  const outputs = layers.batchNormalization().apply(layers.dense({ units: 3 }).apply(normalized));
  return tf.model({ inputs: x, outputs: outputs });
}

const on = (...list: Layer[]): LayersModel =>
  tf.sequential({ layers: [...list, layers.dense({ units: 1 })] });

function frozen<T extends Layer>(base: T): T {
  base.trainable = false;
  return base;
}

function thawed(): LayersModel {
  const base = frozen(functionalBase());
  base.trainable = true;
  base.layers[2]!.trainable = false;
  return on(base);
}

function thawedInside(): LayersModel {
  const base = frozen(functionalBase());
  base.layers[1]!.trainable = true;
  return on(base);
}

function oneLayer(): LayersModel {
  const [base, normalization] = [functionalBase(), layers.batchNormalization()];
  frozen(base.layers[3]!);
  return on(base, frozen(normalization));
}

function wrappers(): LayersModel {
  const lstm = layers.lstm({ units: 2, returnSequences: true });
  const cells = [layers.gruCell({ units: 2 }), layers.simpleRNNCell({ units: 3 })] as never[];
  const dense = layers.dense({ units: 3, activation: "tanh" });
  return on(
    frozen(layers.timeDistributed({ layer: dense, inputShape: [5, 3] })),
    frozen(layers.bidirectional({ layer: lstm, mergeMode: "concat" })),
    layers.batchNormalization(),
    frozen(layers.rnn({ cell: layers.stackedRNNCells({ cells }) })),
  );
}

function mobileNet(): LayersModel {
  const normalized = (x: unknown): unknown => layers.batchNormalization({ momentum: 0.9 }).apply(x as Tensor);
  const active = (x: unknown): unknown => layers.reLU({ maxValue: 6 }).apply(normalized(x) as Tensor);
  const convolution = (x: unknown, filters: number, settings: object): unknown =>
    layers.conv2d({ filters, kernelSize: 1, useBias: false, ...settings }).apply(x as Tensor);
  const block = (x: unknown, expanded: number, filters: number, strides: number): unknown => {
    const depthwise = layers.depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false });
    const inside = active(depthwise.apply(active(convolution(x, expanded, {})) as Tensor));
    const projected = normalized(convolution(inside, filters, {}));
    return strides === 1 ? layers.add().apply([x, projected] as Tensor[]) : projected;
  };
  const x = tf.input({ shape: [8, 8, 3] });
  const hidden = active(convolution(x, 4, { kernelSize: 3, strides: 2, padding: "same" }));
  return tf.model({ inputs: x, outputs: block(block(hidden, 6, 4, 1), 6, 5, 2) as SymbolicTensor });
}

const models: Record<string, () => LayersModel> = {
  nothing: () => on(functionalBase()),
  "a sequential base": () => on(frozen(sequentialBase())),
  "a functional base": () => on(frozen(functionalBase())),
  "two levels": () =>
    on(frozen(tf.sequential({ layers: [on(sequentialBase()), layers.batchNormalization()] }))),
  "a base, thawed but for one layer": thawed,
  "a base but for a layer inside": thawedInside,
  "single layers": oneLayer,
  "batch normalization from the start": () => on(sequentialBase({ trainable: false })),
  wrappers,
  "transfer learning": () => on(frozen(mobileNet()), layers.globalAveragePooling2d({})),
};

const tensors = ({ shapes }: Case, values: number[][]): Tensor[] =>
  values.map((numbers, i) => tf.tensor(numbers, shapes[i]));

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length, what);
  Array.from(actual).forEach((value, i) => {
    const message = `${what}: ${value}, Keras has ${expected[i]}`;
    assert.ok(Math.abs(value - expected[i]!) <= 3e-5 * Math.max(1, Math.abs(expected[i]!)), message);
  });
}

function assertWeights(model: LayersModel, expected: number[][]): void {
  tf.tidy(() =>
    model.getWeights().forEach((weight, i) => assertClose(weight.dataSync(), expected[i]!, `weight ${i}`)),
  );
}

async function assertTrainsAsKeras(model: LayersModel, expected: Case, runEagerly = false): Promise<void> {
  assert.deepEqual(
    model.weights.map((weight) => model.trainableWeights.includes(weight)),
    expected.trainable,
  );
  const [x, y] = [tf.tensor(expected.x), tf.tensor(expected.y)];
  model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.05), runEagerly });
  const { history } = await model.fit(x, y, { batchSize: 5, epochs: 3, shuffle: false, verbose: 0 });
  assertClose(history["loss"] as number[], expected.loss, "loss");
  assertWeights(model, expected.trained);
  const states = explain(model).train.map(({ state }) => state);
  assert.ok(runEagerly || states.includes("compiled"), states.join());
  tf.dispose([x, y]);
}

describe("keras/layers: what is frozen", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "manabi-frozen-"))));
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, expected] of Object.entries(fixture.cases)) {
    for (const runEagerly of [false, true]) {
      it(`trains as in Keras: ${name}${runEagerly ? ", eagerly" : ""}`, async () => {
        const model = models[name]!();
        assert.deepEqual(
          model.weights.map(({ shape }) => shape),
          expected.shapes,
        );
        model.setWeights(tensors(expected, expected.start));
        assertWeights(model, expected.start);
        await assertTrainsAsKeras(model, expected, runEagerly);
        model.dispose();
      });
    }

    for (const file of ["model.keras", "model.h5", "folder"]) {
      it(`is what it was after a round trip by ${file}: ${name}`, async () => {
        const made = models[name]!();
        made.setWeights(tensors(expected, expected.start));
        const path = join(folder, `${name}-${file}`);
        await saveModel(made, path);
        const model = await loadModel(path);
        assertWeights(model, expected.start);
        await assertTrainsAsKeras(model, expected);
        made.dispose();
        model.dispose();
      });
    }
  }

  it("goes down to every layer, and up again", () => {
    const inner = sequentialBase();
    const model = on(tf.sequential({ layers: [inner, layers.dense({ units: 2 })] }));
    model.trainable = false;
    assert.deepEqual(
      inner.layers.map((layer) => layer.trainable),
      [false, false],
    );
    assert.equal(model.trainableWeights.length, 0);
    model.trainable = true;
    assert.equal(inner.layers[1]!.trainable, true);
    assert.equal(model.trainableWeights.length, 8);
    assert.equal(model.nonTrainableWeights.length, 2);
    frozen(inner);
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    assert.equal(inner.layers[1]!.trainable, false, "compile thaws nothing");
    assert.match(inspect(model), /Trainable params: 11 .*\nNon-trainable params: 27 /);
    model.dispose();
  });

  it("goes down to the layers of a custom layer", async () => {
    class Block extends layers.Layer {
      static className = "TrainableTestBlock";
      readonly inner = [layers.dense({ units: 2 }), layers.batchNormalization()];
      override build(shape: number[]): void {
        this.inner[0]!.build(shape);
        this.inner[1]!.build([null, 2]);
        this.trainableWeights = this.inner.flatMap((one) => one.trainableWeights);
        this.nonTrainableWeights = this.inner.flatMap((one) => one.nonTrainableWeights);
        super.build(shape);
      }
      override call(inputs: Tensor | Tensor[], kwargs: object): Tensor {
        return this.inner.reduce((x, one) => one.apply(x, kwargs as never) as Tensor, [inputs].flat()[0]!);
      }
      override computeOutputShape(): (number | null)[] {
        return [null, 2];
      }
    }
    const base = tf.sequential({ layers: [new Block(vector)] });
    const model = on(frozen(base));
    assert.equal(model.trainableWeights.length, 2);
    const before = base.getWeights().map((weight) => weight.arraySync());
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const [x, y] = [tf.randomNormal([8, 4], 3), tf.ones([8, 1])];
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    assert.deepEqual(
      base.getWeights().map((weight) => weight.arraySync()),
      before,
    );
    base.trainable = true;
    assert.equal(model.trainableWeights.length, 6);
    tf.dispose([x, y]);
    model.dispose();
  });

  it("keeps its place in getWeights", async () => {
    const model = on(sequentialBase());
    const before = model.getWeights().map((weight) => tf.clone(weight));
    frozen(model.layers[0]!);
    model.setWeights(before);
    before.forEach((weight, i) => assert.deepEqual(model.getWeights()[i]!.arraySync(), weight.arraySync()));
    tf.dispose(before);
    model.dispose();
  });

  it("by a callback gets back the best epoch's weights", async () => {
    const model = tf.sequential({
      layers: [layers.dense({ ...vector, units: 4, name: "first" }), layers.dense({ units: 4 })],
    });
    model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0) });
    const [x, y] = [tf.randomNormal([8, 4]), tf.zeros([8, 4])];
    const before = model.getWeights().map((weight) => weight.arraySync());
    const freeze = { onEpochEnd: () => void frozen(model.layers[0]!) };
    await model.fit(x, y, {
      epochs: 5,
      verbose: 0,
      callbacks: [
        callbacks.earlyStopping({ monitor: "loss", restoreBestWeights: true }),
        new tf.CustomCallback(freeze),
      ],
    });
    assert.deepEqual(
      model.getWeights().map((weight) => weight.arraySync()),
      before,
    );
    tf.dispose([x, y]);
    model.dispose();
  });

  it("is saved with the other weights, and loaded into what is not frozen", async () => {
    for (const file of ["a.weights.h5", "a.h5"]) {
      const [one, other] = [
        on(frozen(layers.dense({ ...vector, units: 3 }))),
        on(layers.dense({ ...vector, units: 3 })),
      ];
      await saveWeights(one, join(folder, file));
      await loadWeights(other, join(folder, file));
      one
        .getWeights()
        .forEach((weight, i) => assert.deepEqual(other.getWeights()[i]!.arraySync(), weight.arraySync()));
      tf.dispose([one.dispose(), other.dispose()] as never);
    }
  });
});
