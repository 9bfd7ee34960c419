import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { imageDatasetFromDirectory, type ImageDatasetOptions } from "../../src/images/index.js";
import { workers } from "../../src/images/workers.js";
import { tf } from "../../src/tfjs/native.js";

type Tensor = ReturnType<typeof tf.tensor>;
interface Fixture {
  names: string[];
  orders: { options: Record<string, unknown>; paths: string[]; classNames: string[] | null }[];
  batches: { options: Record<string, unknown>; shape: number[]; data: string; y: number[] | number[][] }[];
}
const read = (name: string): unknown => JSON.parse(fs.readFileSync(`test/fixtures/images/${name}`, "utf8"));
const fixture = read("folders.json") as Fixture;
const { decoded } = read("pictures.json") as { decoded: Record<string, { file: string }> };

/** Keras's options by our names. */
function ours(options: Record<string, unknown>): ImageDatasetOptions {
  const camel = (text: string): string => text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const entries = Object.entries(options).map(([name, value]) => [
    camel(name),
    value === "channels_first" ? camel(value) : value,
  ]);
  return { verbose: false, ...(Object.fromEntries(entries) as ImageDatasetOptions) };
}

describe("imageDatasetFromDirectory", () => {
  let root = "";
  let tensors = 0;
  before(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "manabi-images-"));
    const write = (file: string, name: string): void => {
      const place = path.join(root, file);
      fs.mkdirSync(path.dirname(place), { recursive: true });
      fs.writeFileSync(place, Buffer.from(decoded[name]!.file, "base64"));
    };
    for (const name of fixture.names) write(`many/${name}`, "gray.png");
    for (const name of ["rgb.png", "smooth.jpg", "gray.png"]) write(`few/a/${name}`, name);
  });
  after(() => {
    fs.rmSync(root, { recursive: true, force: true });
    workers.end(new Error("The tests are over."));
  });
  beforeEach(() => (tensors = tf.memory().numTensors));
  afterEach(() => assert.equal(tf.memory().numTensors, tensors));

  it("finds Keras's files, in its order and parts", () => {
    const many = path.join(root, "many");
    for (const { options, paths, classNames } of fixture.orders) {
      const dataset = imageDatasetFromDirectory(many, ours(options) as { subset: null });
      assert.deepEqual(
        dataset.filePaths.map((file) => path.relative(many, file)),
        paths,
        JSON.stringify(options),
      );
      assert.deepEqual(dataset.classNames ?? null, classNames);
    }
    const both = { validationSplit: 0.2, subset: "both", seed: 7, verbose: false } as const;
    const [training, validation] = imageDatasetFromDirectory(many, both);
    assert.deepEqual([training.samples, validation.samples], [36, 8]);
  });

  it("makes Keras's pixels and targets", async () => {
    for (const { options, shape, data, y } of fixture.batches) {
      const given = { ...ours(options), imageSize: [9, 11], shuffle: false } as const;
      const dataset = imageDatasetFromDirectory(path.join(root, "few"), given as { subset: null });
      const [images, targets] = (await dataset.next()) as [Tensor, Tensor];
      assert.deepEqual(images.shape, shape);
      const expected = new Float32Array(new Uint8Array(Buffer.from(data, "base64")).buffer);
      const differences = Array.from(images.dataSync(), (value, i) => Math.abs(value - expected[i]!));
      // The third is a JPEG, for which TensorFlow takes a faster transform; and it turns colors into gray by another sum.
      const jpeg = (differences.length * 2) / 3;
      const tolerance = (i: number): number => (i >= jpeg ? 4 : options["color_mode"] ? 1.5 : 2e-3);
      const far = differences.filter((one, i) => one > tolerance(i));
      assert.deepEqual(far, [], JSON.stringify(options));
      assert.deepEqual(targets.arraySync(), y);
      tf.dispose([images, targets]);
    }
  });

  it("is gone over once by for await, each picture once", async () => {
    const dataset = imageDatasetFromDirectory(path.join(root, "many"), {
      batchSize: 16,
      imageSize: 8,
      labelMode: "categorical",
      verbose: false,
    });
    const shapes: number[][] = [];
    const sums = [0, 0, 0];
    for await (const batch of dataset) {
      const [x, y] = batch as [Tensor, Tensor];
      shapes.push(x.shape);
      (y.arraySync() as number[][]).forEach((row) => row.forEach((value, i) => (sums[i]! += value)));
      tf.dispose(batch);
    }
    assert.deepEqual(
      shapes.map(([n]) => n),
      [16, 16, 12],
    );
    assert.deepEqual(sums, [11, 11, 22]);
  });

  it("says what is wrong", () => {
    const many = path.join(root, "many");
    const wrong =
      (options: object, folder = many) =>
      () =>
        imageDatasetFromDirectory(folder, { verbose: false, ...options });
    assert.throws(wrong({ validationSplit: 0.2 }), /validationSplit and subset need each other/);
    assert.throws(wrong({ validationSplit: 0.2, subset: "training" }), /give a seed/);
    assert.throws(
      wrong({ validationSplit: 0.001, subset: "validation", seed: 1 }),
      /No pictures .* for validation/,
    );
    assert.throws(wrong({ labels: [1, 2] }), /2 labels for 55 pictures/);
    assert.throws(wrong({ labelMode: "binary" }), /for 2 classes, but there are 3/);
    assert.throws(wrong({ classNames: ["z"] }), /no folder for the class z, but C, a, b/);
    assert.throws(wrong({ imageSize: [1.5, 2] }), /imageSize is \[1\.5,2\]/);
    assert.throws(wrong({ interpolation: "hamming" }), /interpolation is "hamming"/);
    assert.throws(wrong({}, path.join(root, "none")), /There is no folder/);
  });
});
