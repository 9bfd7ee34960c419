import assert from "node:assert/strict";
import fs from "node:fs";
import { NdArray } from "../../src/arrays/ndarray.js";
import {
  imageDataGenerator,
  type ImageDataGeneratorOptions,
  type ImageBatch,
} from "../../src/images/index.js";
import { workers } from "../../src/images/workers.js";
import { tf } from "../../src/tfjs/native.js";

interface Fixture {
  draws: { options: Record<string, unknown>; drawn: Record<string, number | boolean | null>[] }[];
  x: string;
  y: number[];
  normalized: { options: Record<string, unknown>; data: string }[];
  fitted: { mean: number[]; std: number[] };
  batches: { x: string; y: number[] }[];
  epochs: number[][][];
  channelsFirst: string;
  orders: number[][];
}
const fixture = JSON.parse(fs.readFileSync("test/fixtures/images/generator.json", "utf8")) as Fixture;
const floats = (text: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);
const camel = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
const keras = (options: Record<string, unknown> = {}) =>
  imageDataGenerator({ ...(camel(options) as ImageDataGeneratorOptions), kerasCompatible: true });

const x = new NdArray(floats(fixture.x), [12, 6, 6, 3]);
const y = new NdArray(Int32Array.from(fixture.y));

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= tolerance,
      `${i}: ${actual[i]} instead of ${expected[i]}`,
    );
}

/** What is in a batch, which is disposed of. */
function numbersOf(batch: ImageBatch): { x: ArrayLike<number>; y: number[] } {
  const [images, targets] = batch as [ReturnType<typeof tf.tensor>, ReturnType<typeof tf.tensor>];
  const result = { x: images.dataSync(), y: Array.from(targets.dataSync()) };
  tf.dispose(batch);
  return result;
}

const settings = {
  rotationRange: 20,
  widthShiftRange: 0.2,
  heightShiftRange: 0.2,
  shearRange: 10,
  zoomRange: 0.2,
  horizontalFlip: true,
  rescale: 1 / 255,
  kerasCompatible: true,
};

describe("imageDataGenerator", () => {
  let before = 0;
  beforeEach(() => (before = tf.memory().numTensors));
  afterEach(() => assert.equal(tf.memory().numTensors, before));

  it("draws Keras's parameters for the same seed", () => {
    for (const { options, drawn } of fixture.draws)
      drawn.forEach((expected, i) => {
        const actual = keras(options).getRandomTransform([10, 12, 3], 7 + i);
        for (const [name, value] of Object.entries(camel(expected))) {
          const got = actual[name as keyof typeof actual];
          if (typeof value === "number")
            assert.ok(Math.abs(Number(got) - value) < 1e-12, `${name}: ${got}, ${value}`);
          else assert.equal(got, value, name);
        }
      });
  });

  it("normalizes and whitens as Keras", () => {
    for (const { options, data } of fixture.normalized) {
      const generator = keras(options);
      generator.fit(x);
      const expected = floats(data);
      const tolerance = Math.max(...expected.map(Math.abs)) * (options["zca_whitening"] ? 1e-3 : 1e-5);
      assertNear(generator.standardize(x.slice(0, 3)).data, expected, tolerance);
      generator.dispose();
    }
  });

  it("fits on pictures that are changed at random", () => {
    const generator = imageDataGenerator({
      featurewiseCenter: true,
      featurewiseStdNormalization: true,
      rotationRange: 30,
      horizontalFlip: true,
    });
    generator.fit(x, { augment: true, rounds: 2, seed: 4 });
    assertNear(generator.mean!, fixture.fitted.mean, 1e-3);
    assertNear(generator.std!, fixture.fitted.std, 1e-3);
  });

  it("flows in Keras's order, with Keras's pixels, forever", async () => {
    const flow = imageDataGenerator(settings).flow(x, y, { batchSize: 5, seed: 3 });
    assert.equal(flow.size, 3);
    for (const { x: pixels, y: classes } of fixture.batches) {
      const batch = numbersOf(await flow.next());
      assert.deepEqual(batch.y, classes);
      assertNear(batch.x, floats(pixels), 2e-6);
    }
  });

  it("gives the same ahead of time, and goes back where a loop is left", async () => {
    const flow = imageDataGenerator(settings).flow(x, y, { batchSize: 5, seed: 3 });
    let count = 0;
    for await (const batch of flow) {
      const { x: pixels } = numbersOf(batch);
      assertNear(pixels, floats(fixture.batches[count]!.x), 2e-6);
      if (++count === 2) break;
    }
    assert.equal(flow.totalBatchesSeen, 2);
    assertNear(numbersOf(await flow.next()).x, floats(fixture.batches[2]!.x), 2e-6);
  });

  it("gives epochs in Keras's order", async () => {
    const flow = imageDataGenerator(settings).flow(x, y, { batchSize: 5, seed: 3 });
    for (const epoch of fixture.epochs) {
      const iterator = await flow.iterator();
      const seen: number[][] = [];
      for (let result = await iterator.next(); !result.done; result = await iterator.next())
        seen.push(numbersOf(result.value).y);
      assert.deepEqual(seen, epoch);
    }
    const items = new NdArray(new Float32Array(80), [20, 2, 2, 1]);
    const order = imageDataGenerator().flow(
      items,
      new NdArray(Int32Array.from({ length: 20 }, (_, i) => i)),
      {
        batchSize: 6,
        seed: 3,
      },
    );
    for (const expected of fixture.orders) assert.deepEqual(numbersOf(await order.next()).y, expected);
  });

  it("takes and gives channels first", async () => {
    const first = tf.tidy(() => tf.transpose(x.toTensor(), [0, 3, 1, 2]));
    const generator = imageDataGenerator({ ...settings, dataFormat: "channelsFirst" });
    const flow = generator.flow(first, y, { batchSize: 5, seed: 3 });
    assert.deepEqual(flow.imageShape, [3, 6, 6]);
    assertNear(numbersOf(await flow.next()).x, floats(fixture.channelsFirst), 2e-6);
    first.dispose();
  });

  it("gives each picture to the preprocessing function, before it is rescaled", async () => {
    const seen: number[][] = [];
    const generator = imageDataGenerator({
      rescale: 0.5,
      preprocessingFunction: (picture) => {
        seen.push([...picture.shape]);
        return tf.tidy(() => picture.toTensor().add(2));
      },
    });
    const batch = numbersOf(await generator.flow(x, y, { batchSize: 2, shuffle: false }).next());
    assert.deepEqual(seen, [
      [6, 6, 3],
      [6, 6, 3],
    ]);
    const expected = Array.from(x.slice(0, 2).data, (value) => (value + 2) / 2);
    assertNear(batch.x, expected, 1e-5);
  });

  it("leaves validation pictures as they are, but normalizes them", async () => {
    const generator = imageDataGenerator({ ...settings, validationSplit: 0.5, kerasCompatible: false });
    const validation = generator.flow(x, y, { subset: "validation", shuffle: false, batchSize: 6 });
    const batch = numbersOf(await validation.next());
    assertNear(
      batch.x,
      Array.from(x.slice(0, 6).data, (value) => value / 255),
      1e-6,
    );
    assert.equal(generator.flow(x, y, { subset: "training" }).samples, 6);
    const sorted = new NdArray(Int32Array.from({ length: 12 }, (_, i) => Math.floor(i / 6)));
    assert.throws(() => generator.flow(x, sorted, { subset: "training" }), /different classes/);
    assert.equal(generator.flow(x, sorted, { subset: "training", ignoreClassSplit: true }).samples, 6);
  });

  it("takes along other inputs and weights", async () => {
    const more = new NdArray(Float32Array.from({ length: 12 }, (_, i) => i * 10));
    const flow = imageDataGenerator().flow([x, more], y, {
      sampleWeight: more,
      shuffle: false,
      batchSize: 3,
    });
    const batch = (await flow.next()) as unknown as [
      [unknown, { dataSync(): Float32Array }],
      unknown,
      { dataSync(): Float32Array },
    ];
    assert.deepEqual(Array.from(batch[0][1].dataSync()), [0, 10, 20]);
    assert.deepEqual(Array.from(batch[2].dataSync()), [0, 10, 20]);
    tf.dispose(batch as never);
  });

  it("says what is wrong", () => {
    const wrong = (options: object) => () => imageDataGenerator(options);
    assert.throws(wrong({ rotation: 3 }), /does not know rotation\. It knows featurewiseCenter/);
    assert.throws(wrong({ fillMode: "mirror" }), /fillMode is "mirror"\. Expected one of "constant"/);
    assert.throws(wrong({ validationSplit: 1 }), /validationSplit is 1/);
    assert.throws(wrong({ zoomRange: [1] }), /zoomRange is \[1\]/);
    assert.throws(wrong({ rotationRange: NaN }), /rotationRange is NaN/);
    const generator = imageDataGenerator();
    assert.throws(() => generator.flow(x, y.slice(0, 5)), /12 pictures, but 5 rows of y/);
    assert.throws(() => generator.flow(x.at(0)), /shape \[n, height, width, channels\], but got \[6, 6, 3\]/);
    assert.throws(() => generator.flow(x, y, { subset: "training" }), /needs imageDataGenerator/);
    assert.throws(() => generator.flow(x, y, { batchSize: 0 }), /batchSize is 0/);
    assert.throws(() => generator.fit(x.at(0)), /fit takes pictures/);
    const dark = new NdArray(new Float32Array(12), [1, 2, 2, 3]);
    assert.throws(() => imageDataGenerator({ brightnessRange: [0.5, 1] }).flow(dark), /become black/);
    assert.throws(
      () =>
        imageDataGenerator({ zcaWhitening: true }).fit(
          new NdArray(new Float32Array(30000), [1, 100, 100, 3]),
        ),
      /10000 x|30000/,
    );
  });

  it("ends its threads when nobody needs them", async () => {
    const flow = imageDataGenerator(settings).flow(x, y, { batchSize: 5, threads: 2 });
    const iterator = await flow.iterator();
    numbersOf((await iterator.next()).value!);
    await iterator.return();
    workers.end(new Error("test"));
    assert.equal(workers.threads, 0);
    // And begins new ones.
    numbersOf(await flow.next());
  });
});
