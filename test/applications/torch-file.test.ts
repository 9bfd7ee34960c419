import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { efficientNetLite0 } from "../../src/applications/index.js";
import { numbersOf, readTorchFile } from "../../src/applications/torch-file.js";
import { PickleError } from "../../src/arrays/pickle.js";
import { tf } from "../../src/keras/load.js";
import { torchFile } from "./torch-opcodes.js";

const six = { a: Float32Array.of(0, 1, 2, 3, 4, 5) };
const read = (file: Buffer) => readTorchFile(file, "a.pth");

describe("applications: files of PyTorch's", () => {
  it("tensors share numbers, and are read by their strides", () => {
    const tensors = read(
      torchFile(
        {
          plain: { storage: "a", shape: [2, 3], strides: [3, 1] },
          turned: { storage: "a", shape: [3, 2], strides: [1, 3] },
          part: { storage: "a", shape: [2], strides: [2], offset: 1 },
          number: { storage: "b", shape: [], strides: [] },
        },
        { ...six, b: Float32Array.of(7) },
      ),
    );
    const values = (name: string, axes: number[]) => {
      const { shape, data } = numbersOf(tensors.get(name)!, axes);
      return [shape, [...data]];
    };
    assert.deepEqual(values("plain", [0, 1]), [
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ]);
    assert.deepEqual(values("plain", [1, 0]), [
      [3, 2],
      [0, 3, 1, 4, 2, 5],
    ]);
    assert.deepEqual(values("turned", [0, 1]), [
      [3, 2],
      [0, 3, 1, 4, 2, 5],
    ]);
    assert.deepEqual(values("turned", [1, 0]), [
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ]);
    assert.deepEqual(values("part", [0]), [[2], [1, 3]]);
    assert.deepEqual(values("number", []), [[], [7]]);
  });

  it("a kernel whose memory is in TensorFlow's order needs no copying", () => {
    // [height, width, in, out] in memory, shown as [out, in, height, width].
    const numbers = Float32Array.from({ length: 24 }, (_, i) => i);
    const file = torchFile(
      { k: { storage: "a", shape: [2, 3, 2, 2], strides: [1, 2, 12, 6] } },
      { a: numbers },
    );
    const { shape, data } = numbersOf(read(file).get("k")!, [2, 3, 1, 0]);
    assert.deepEqual([shape, [...data]], [[2, 2, 3, 2], [...numbers]]);
  });

  const plain = { storage: "a", shape: [2, 3], strides: [3, 1] };
  const hostile: [string, Buffer, RegExp][] = [
    ["beyond its numbers", torchFile({ t: { ...plain, offset: 1 } }, six), /t of \[2, 3\] reaches beyond/],
    [
      "larger than its numbers by strides of 0",
      torchFile({ t: { ...plain, shape: [9, 9], strides: [0, 0] } }, six),
      /reaches beyond/,
    ],
    ["strides below 0", torchFile({ t: { ...plain, strides: [-3, 1] } }, six), /is no tensor/],
    ["another count", torchFile({ t: plain }, six, { a: 7 }), /not those that it announces/],
    [
      "a foreign class",
      torchFile({ t: { ...plain, type: "HalfStorage" } }, six),
      /wants Python's "torch HalfStorage"/,
    ],
    ["cut short", torchFile({ t: plain }, six).subarray(0, -4), /is cut short/],
    ["a zip archive", Buffer.from("PK\x03\x04 and more"), /is a zip archive.*_use_new_zipfile/],
    ["another pickle", Buffer.from("\x80\x02K\x01.", "latin1"), /does not begin as files of torch\.save/],
  ];
  for (const [what, file, message] of hostile)
    it(`refused: ${what}`, () =>
      assert.throws(
        () => read(file),
        (error: Error) => error instanceof PickleError && message.test(error.message),
      ));

  it("a file of another network is refused, and nothing is left behind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "manabi-torch-"));
    const path = join(folder, "other.pth");
    const { numTensors } = tf.memory();
    try {
      await writeFile(path, torchFile({ fc: plain }, six));
      await assert.rejects(
        efficientNetLite0({ weights: path }),
        /other\.pth has no _conv_stem\.weight.*of another network/,
      );
      const wrong = { "_conv_stem.weight": { ...plain, shape: [1, 1, 2, 3], strides: [6, 6, 3, 1] } };
      await writeFile(path, torchFile(wrong, six));
      await assert.rejects(efficientNetLite0({ weights: path }), /has _conv_stem\.weight of \[1, 1, 2, 3\]/);
    } finally {
      await rm(folder, { recursive: true });
    }
    assert.equal(tf.memory().numTensors, numTensors);
  });
});

describe("applications: efficientNetLite0", () => {
  it("has the size of its authors", async () => {
    const model = await efficientNetLite0({ weights: null });
    // 4,652,008 that train, and batch normalization's statistics.
    const sizes = model.trainableWeights.map(({ shape }) => (shape as number[]).reduce((a, b) => a * b, 1));
    assert.equal(
      sizes.reduce((a, b) => a + b),
      4_652_008,
    );
    assert.equal(model.countParams(), 4_694_024);
    assert.deepEqual(model.outputs[0]!.shape, [null, 1000]);
    model.dispose();
  });
});
