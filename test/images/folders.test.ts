import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pl from "nodejs-polars";
import { sharp } from "../../src/images/decode.js";
import { imageDataGenerator, type ImageBatch } from "../../src/images/index.js";
import { workers } from "../../src/images/workers.js";
import { displaySymbol, imageGrid, tf as library } from "../../src/index.js";
import { tf } from "../../src/tfjs/native.js";

type Tensor = ReturnType<typeof tf.tensor>;
let folder = "";
const logged: string[] = [];
const log = console.log;
const warn = console.warn;

/** Two classes, which differ in color, one with a folder in it, one with a file that is no picture. */
before(async () => {
  // The variable that random operations keep is there from now on.
  library.randomUniform([1]).dispose();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "manabi-images-"));
  const make = async (name: string, red: number, size = 12): Promise<void> => {
    const file = path.join(folder, "train", name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const background = { r: red, g: 40, b: 90 };
    await sharp()({ create: { width: size, height: size, channels: 3, background } }).toFile(file);
  };
  for (let i = 0; i < 6; i++) await make(`cats/c${i}.png`, 200 + i);
  for (let i = 0; i < 5; i++) await make(`dogs/d${i}.jpg`, 20 + i, 20);
  await make("dogs/Sub/e.png", 30);
  fs.writeFileSync(path.join(folder, "train/dogs/notes.txt"), "no picture");
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  workers.end(new Error("The tests are over."));
});

const directory = (): string => path.join(folder, "train");
const sized = { targetSize: [8, 8] as [number, number] };

async function first(
  batch: Promise<ImageBatch>,
): Promise<{ shapes: number[][]; x: ArrayLike<number>; y: number[] }> {
  const parts = [await batch].flat(2) as unknown as Tensor[];
  const [x, y] = parts as [Tensor, Tensor?];
  const result = {
    shapes: parts.map(({ shape }) => shape),
    x: x.dataSync(),
    y: y ? Array.from(y.dataSync()) : [],
  };
  tf.dispose(parts);
  return result;
}

describe("pictures in folders", () => {
  let tensors = 0;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
    logged.length = 0;
    console.log = console.warn = (text: string) => void logged.push(text);
  });
  afterEach(() => {
    console.log = log;
    console.warn = warn;
    assert.equal(tf.memory().numTensors, tensors);
  });

  it("come in Keras's order, with all that Keras tells of them", async () => {
    const flow = imageDataGenerator().flowFromDirectory(directory(), {
      ...sized,
      shuffle: false,
      batchSize: 20,
    });
    assert.deepEqual(flow.classIndices, { cats: 0, dogs: 1 });
    assert.deepEqual(flow.filenames.slice(5, 8), ["cats/c5.png", "dogs/d0.jpg", "dogs/d1.jpg"]);
    assert.equal(flow.filenames.at(-1), "dogs/Sub/e.png");
    assert.deepEqual(logged, ["Found 12 images belonging to 2 classes."]);
    const batch = await first(flow.next());
    assert.deepEqual(batch.shapes, [
      [12, 8, 8, 3],
      [12, 2],
    ]);
    assert.deepEqual(Array.from(batch.x).slice(0, 3), [200, 40, 90]);
    assert.deepEqual(batch.y.slice(10, 14), [1, 0, 0, 1]);
  });

  it("have the targets of each class mode", async () => {
    const generator = imageDataGenerator({ rescale: 1 / 255 });
    const options = { ...sized, shuffle: false, batchSize: 12 };
    const of = (classMode: "binary" | "sparse" | "input" | null) =>
      first(generator.flowFromDirectory(directory(), { ...options, classMode }).next());
    assert.deepEqual((await of("binary")).y, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual((await of("sparse")).shapes[1], [12]);
    assert.deepEqual((await of("input")).shapes[1], [12, 8, 8, 3]);
    assert.deepEqual((await of(null)).shapes, [[12, 8, 8, 3]]);
    const gray = generator.flowFromDirectory(directory(), {
      ...options,
      colorMode: "grayscale",
      classes: ["dogs"],
    });
    assert.deepEqual((await first(gray.next())).shapes, [
      [6, 8, 8, 1],
      [6, 1],
    ]);
  });

  it("are split within each class", () => {
    const generator = imageDataGenerator({ validationSplit: 0.34 });
    const part = (subset: "training" | "validation") =>
      generator.flowFromDirectory(directory(), { ...sized, subset }).filenames;
    assert.deepEqual(part("validation"), ["cats/c0.png", "cats/c1.png", "dogs/d0.jpg", "dogs/d1.jpg"]);
    assert.equal(part("training").length, 8);
  });

  it("are named where they are broken, and left out if wished", async () => {
    const broken = path.join(directory(), "cats/broken.png");
    fs.writeFileSync(broken, fs.readFileSync(path.join(directory(), "cats/c0.png")).subarray(0, 60));
    try {
      const generator = imageDataGenerator();
      const options = { ...sized, shuffle: false, batchSize: 4 };
      await assert.rejects(
        generator.flowFromDirectory(directory(), options).next(),
        /The picture .*broken\.png cannot be read: .*brokenPictures: "skip"/,
      );
      const flow = generator.flowFromDirectory(directory(), { ...options, brokenPictures: "skip" });
      const batch = await first(flow.next());
      assert.equal(batch.shapes[0]![0], 3);
      assert.equal(batch.x[0], 200);
      assert.match(logged.at(-1)!, /broken\.png cannot be read: .* It is left out\./);
    } finally {
      fs.rmSync(broken);
    }
  });

  it("follow links only if told to, and never in circles", () => {
    const link = path.join(directory(), "cats/linked");
    fs.symlinkSync(path.join(directory(), "dogs"), link);
    fs.symlinkSync(directory(), path.join(directory(), "dogs/circle"));
    try {
      const count = (followLinks: boolean) =>
        imageDataGenerator().flowFromDirectory(directory(), { ...sized, followLinks }).samples;
      assert.equal(count(false), 12);
      assert.ok(count(true) > 12);
    } finally {
      fs.unlinkSync(link);
      fs.unlinkSync(path.join(directory(), "dogs/circle"));
    }
  });

  it("are saved as they go into a batch", async () => {
    const saveToDir = path.join(folder, "saved");
    fs.mkdirSync(saveToDir);
    const options = { ...sized, saveToDir, savePrefix: "aug", seed: 1, batchSize: 12, classMode: null };
    await first(imageDataGenerator().flowFromDirectory(directory(), options).next());
    const files = fs.readdirSync(saveToDir);
    assert.equal(files.length, 12);
    for (const file of files) assert.match(file, /^aug_\d+_\d+\.png$/);
  });

  it("are found by a data frame", async () => {
    const frame = pl.DataFrame({
      file: ["cats/c1.png", "dogs/d1.jpg", "cats/none.png", "cats/c2.png"],
      animal: ["cat", "dog", "cat", "cat"],
      weight: [1, 2, 3, 4],
      size: [10, 20, 30, 40],
    });
    const flow = (options: object) =>
      imageDataGenerator().flowFromDataFrame(frame, {
        directory: directory(),
        xCol: "file",
        yCol: "animal",
        shuffle: false,
        ...sized,
        ...options,
      });
    const classes = flow({ weightCol: "weight" });
    assert.deepEqual(classes.classIndices, { cat: 0, dog: 1 });
    assert.match(logged[0]!, /1 of the file names in the column "file" lead to no picture/);
    const batch = await first(classes.next());
    assert.deepEqual(batch.y, [1, 0, 0, 1, 1, 0]);
    assert.deepEqual(batch.shapes, [[3, 8, 8, 3], [3, 2], [3]]);
    assert.deepEqual(
      (await first(flow({ classMode: "raw", yCol: ["size", "weight"] }).next())).y,
      [10, 1, 20, 2, 40, 4],
    );
    assert.equal(
      (await first(flow({ classMode: "multiOutput", yCol: ["size", "weight"] }).next())).shapes.length,
      3,
    );
    assert.deepEqual(flow({ classes: ["dog"] }).filenames, ["dogs/d1.jpg"]);
    assert.throws(() => flow({ xCol: "path" }), /no column "path", but "file", "animal"/);
    assert.throws(() => flow({ yCol: "size" }), /Row 0 has the class 10/);
  });

  it("are shown with their classes, and come afterwards as if they had not been", async () => {
    const options = { ...sized, batchSize: 4, seed: 5 } as const;
    const flow = imageDataGenerator({ samplewiseCenter: true }).flowFromDirectory(directory(), options);
    const shown = (await imageGrid(flow))[displaySymbol]();
    assert.equal(shown["text/plain"], "[4 images of 8x8]");
    const svg = String(shown["image/svg+xml"]);
    assert.equal(svg.match(/>(cats|dogs)</g)!.length, 4);
    assert.equal(flow.totalBatchesSeen, 0);
    const again = imageDataGenerator({ samplewiseCenter: true }).flowFromDirectory(directory(), options);
    assert.deepEqual((await first(flow.next())).y, (await first(again.next())).y);
  });

  it("say what is missing", () => {
    const generator = imageDataGenerator();
    assert.throws(() => generator.flowFromDirectory(path.join(folder, "nothing")), /There is no folder/);
    assert.throws(
      () => generator.flowFromDirectory(path.join(directory(), "cats")),
      /No pictures .* a folder for each class/,
    );
    assert.throws(
      () => generator.flowFromDirectory(directory(), { targetSize: [0, 3] }),
      /targetSize is \[0,3\]/,
    );
    assert.throws(
      () => generator.flowFromDirectory(directory(), { classes: ["mice"] }),
      /for the class mice/,
    );
  });

  it("train, evaluate and predict", async () => {
    const generator = imageDataGenerator({ rescale: 1 / 255, horizontalFlip: true, validationSplit: 0.34 });
    const options = { ...sized, classMode: "binary", batchSize: 4, seed: 2 } as const;
    const train = generator.flowFromDirectory(directory(), { ...options, subset: "training" });
    const validation = generator.flowFromDirectory(directory(), { ...options, subset: "validation" });
    const model = library.sequential({
      layers: [
        library.layers.flatten({ inputShape: [8, 8, 3] }),
        library.layers.dense({ units: 1, activation: "sigmoid" }),
      ],
    });
    const optimizer = library.train.adam(0.02);
    model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
    const { history } = await model.fit(train, { epochs: 12, validationData: validation, verbose: 0 });
    assert.equal(history["val_accuracy"]!.at(-1), 1);
    // Fewer steps than there are: what was made ahead is dropped.
    await model.fit(train, { epochs: 2, stepsPerEpoch: 1, verbose: 0 });
    const all = imageDataGenerator({ rescale: 1 / 255 });
    const values = await model.evaluate(all.flowFromDirectory(directory(), options), { returnDict: true });
    assert.equal(values["accuracy"], 1);
    const predictions = await model.predict(
      all.flowFromDirectory(directory(), { ...options, classMode: null }),
    );
    assert.deepEqual((predictions as Tensor).shape, [12, 1]);
    tf.dispose(predictions);
    model.dispose();
    optimizer.dispose();
  });
});
