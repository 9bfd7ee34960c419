import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as applications from "../../src/applications/index.js";
import { NdArray } from "../../src/arrays/ndarray.js";
import { tf } from "../../src/keras/load.js";
import { makers } from "./numbers.js";

const golden = JSON.parse(readFileSync("test/fixtures/keras/applications_preprocess.json", "utf8")) as {
  x: number[];
  y: Record<string, number[]>;
};

describe("applications: preprocessInput", () => {
  for (const [name, expected] of Object.entries(golden.y))
    it(`${name}, as Keras has it, and the input stays as it is`, () => {
      tf.tidy(() => {
        const x = tf.tensor(golden.x, [1, 2, 2, 3]);
        const y = makers[name]!.preprocessInput(x);
        assert.notEqual(y, x);
        y.dataSync().forEach((value, i) =>
          assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${value}, ${expected[i]}`),
        );
        assert.deepEqual([...x.dataSync()], golden.x);
        const one = makers[name]!.preprocessInput(tf.squeeze(x, [0]));
        assert.deepEqual([...one.dataSync()], [...y.dataSync()]);
      });
    });

  it("takes whole numbers and arrays, and keeps one tensor", () => {
    const before = tf.memory().numTensors;
    const y = applications.mobileNetV2.preprocessInput(new NdArray(Uint8Array.of(0, 255, 51), [1, 1, 3]));
    assert.equal(tf.memory().numTensors, before + 1);
    assert.deepEqual([y.dtype, y.shape], ["float32", [1, 1, 3]]);
    assert.deepEqual(
      [...y.dataSync()].map((value) => Math.round(value * 1000)),
      [-1000, 1000, -600],
    );
    y.dispose();
  });

  it("says what it expects", () => {
    const gray = tf.zeros([2, 28, 28, 1]);
    assert.throws(
      () => applications.vgg16.preprocessInput(gray),
      /got a tensor of \[2, 28, 28, 1\].*in color/,
    );
    assert.throws(() => applications.vgg16.preprocessInput([1] as never), /got \[ 1 \].*Expected a tensor/);
    gray.dispose();
  });
});
