import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { loadCaffe, ModelFileError, tf } from "../../src/index.js";

interface Described {
  shape: number[];
  values: number[];
}
interface Answers {
  input: Described;
  outputs: Record<string, Described>;
}

const files = unzipSync(readFileSync("test/fixtures/caffe/nets.zip"));
const names = Object.keys(files)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(".json", ""));

/** Pictures have their channels last here. */
const ours = (tensor: tf.Tensor): tf.Tensor =>
  tensor.rank === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
const tensorOf = ({ shape, values }: Described): tf.Tensor => tf.tidy(() => ours(tf.tensor(values, shape)));

describe("loadCaffe", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "manabi-caffe-"));
  const file = (name: string): string => join(folder, name);
  const load = (name: string): Promise<tf.LayersModel> =>
    loadCaffe(file(`${name}.prototxt`), file(`${name}.caffemodel`));
  const answersOf = (name: string): Answers =>
    JSON.parse(Buffer.from(files[`${name}.json`]!).toString()) as Answers;

  before(() => {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(file(name), bytes);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The largest difference of a model's outputs and the answers, which may have more of them. */
  function differenceOf(model: tf.LayersModel, { input, outputs }: Answers): number {
    return tf.tidy(() => {
      const found = [model.predict(tensorOf(input)) as tf.Tensor | tf.Tensor[]].flat();
      const differences = found.map((output, i) => {
        const name = model.outputNames[i]!;
        // A batch normalization scales as well here.
        const key = Object.keys(outputs).find(
          (one) => one.replace("/scale", "").replaceAll("/", "_") === name,
        )!;
        assert.ok(key, `no answer for ${name}`);
        const expected = tensorOf(outputs[key]!);
        assert.deepEqual(output.shape, expected.shape, name);
        return tf.max(tf.abs(tf.sub(output, expected))).dataSync()[0]!;
      });
      return Math.max(...differences);
    });
  }

  for (const name of names) {
    it(`${name}: OpenCV's numbers`, async () => {
      const before = tf.memory().numTensors;
      const model = await load(name);
      const difference = differenceOf(model, answersOf(name));
      assert.ok(difference < 1e-5, `${difference}`);
      model.dispose();
      assert.equal(tf.memory().numTensors, before);
    });
  }

  /** Loads what may be damaged: a model, which is freed, or words. */
  async function survives(prototxt: Uint8Array, caffemodel: Uint8Array): Promise<string> {
    const before = tf.memory().numTensors;
    writeFileSync(file("hostile.prototxt"), prototxt);
    writeFileSync(file("hostile.caffemodel"), caffemodel);
    const words = await load("hostile").then(
      (model) => (model.dispose(), ""),
      (error: Error) => {
        assert.ok(error instanceof ModelFileError, error.stack);
        return error.message;
      },
    );
    assert.equal(tf.memory().numTensors, before);
    return words;
  }

  it("files that are cut off are refused with words", async () => {
    const [text, weights] = [files["lenet.prototxt"]!, files["lenet.caffemodel"]!];
    for (let i = 0; i < 25; i++) {
      const end = Math.floor((weights.length * i) / 25);
      assert.match(
        await survives(text, weights.subarray(0, end)),
        /makes no sense at byte|arrays of weights/,
      );
      await survives(text.subarray(0, Math.floor((text.length * i) / 25)), weights);
    }
  });

  it("files with damaged bytes load or are refused", async () => {
    let state = 7;
    const random = (limit: number): number => (state = (state * 48271) % 2147483647) % limit;
    for (const name of ["lenet", "lenet-old", "inception"]) {
      for (let i = 0; i < 25; i++) {
        const [text, weights] = [files[`${name}.prototxt`]!.slice(), files[`${name}.caffemodel`]!.slice()];
        // The structure is in few bytes: before each run of numbers.
        for (let n = 0; n < 3; n++) weights[random(i % 2 === 0 ? 60 : weights.length)] = random(256);
        if (i % 3 === 0) text[random(text.length)] = 32 + random(90);
        await survives(text, weights);
      }
    }
  });

  it("hostile files cost no memory", async () => {
    const bytes = (...values: number[]): Buffer => Buffer.from(values);
    const text = files["lenet.prototxt"]!;
    const huge = bytes(0xa2, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
    assert.match(await survives(text, huge), /makes no sense at byte 0/);
    assert.match(await survives(text, Buffer.from("\x89HDF\r\n\x1a\n", "latin1")), /is an HDF5 file/);
    // A blob that says it has 2^60 numbers.
    const shape = bytes(0x3a, 11, 10, 9, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10);
    const blob = Buffer.concat([bytes(0x3a, shape.length), shape]);
    const layer = Buffer.concat([bytes(10, 5), Buffer.from("conv1"), blob]);
    const lie = Buffer.concat([bytes(0xa2, 6, layer.length), layer]);
    assert.match(await survives(text, lie), /has 0 numbers for a shape of \[1152921504606847000\]/);
    const deep = Buffer.from("a{".repeat(100_000));
    assert.match(await survives(deep, bytes()), /at most 64 messages within one another/);
    assert.match(await survives(Buffer.from('"'.repeat(99_999)), bytes()), /line 1/);
    assert.match(
      await survives(Buffer.from(files["lenet.caffemodel"]!), bytes()),
      /Call loadCaffe\(prototxt, caffemodel\)/,
    );
    // The oldest format, in binary.
    assert.match(await survives(text, bytes(18, 2, 10, 0)), /first format, of 2013/);
  });

  it("files that are not there are named", async () => {
    await assert.rejects(loadCaffe("no.prototxt", "no.caffemodel"), /no.prototxt cannot be read.*prototxt/);
    await assert.rejects(
      loadCaffe(file("lenet.prototxt"), file("no.caffemodel")),
      /no.caffemodel cannot be read/,
    );
    await assert.rejects(loadCaffe(file("lenet.prototxt"), folder), /is no file/);
  });
});
