import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import pl from "nodejs-polars";
import { loadNpy, openNpy } from "../../../src/arrays/npy/npy-file.js";
import type { NpyDtype, Saveable } from "../../../src/arrays/npy/npy-values.js";
import { saveNpy } from "../../../src/arrays/npy/save.js";
import { toHalf } from "../../../src/arrays/npy/half.js";
import { tf } from "../../../src/keras/load.js";
import { numpy, temporaryFolder } from "./files.js";

describe("arrays: saveNpy", () => {
  const folder = temporaryFolder();
  const saved = async (value: unknown, dtype?: string): Promise<[string, readonly number[], unknown]> => {
    const path = folder.path("saved.npy");
    await saveNpy(path, value as Saveable, { dtype: dtype as NpyDtype });
    const file = await openNpy(path);
    await file.close();
    if (!file.isNumeric) return [file.dtype, file.shape, (await loadNpy(path, { as: "texts" })).data];
    return [file.dtype, file.shape, (await loadNpy(path)).toArray()];
  };

  it("takes all that arrays come in, with their types", async () => {
    const before = tf.memory().numTensors;
    const tensors = {
      float: tf.tensor2d([[1.5, 2]]),
      int: tf.tensor1d([1, -2], "int32"),
      bool: tf.tensor1d([true, false], "bool"),
      text: tf.tensor1d(["猫", "ab"]),
    };
    assert.deepEqual(await saved(tensors.float), ["<f4", [1, 2], [[1.5, 2]]]);
    assert.deepEqual(await saved(tensors.int), ["<i4", [2], [1, -2]]);
    assert.deepEqual(await saved(tensors.bool), ["|b1", [2], [1, 0]]);
    assert.deepEqual(await saved(tensors.text), ["<U2", [2], ["猫", "ab"]]);
    tf.dispose(tensors);
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(await saved([[1], [2]]), ["<f8", [2, 1], [[1], [2]]]);
    assert.deepEqual(await saved(2.5), ["<f8", [], 2.5]);
    assert.deepEqual(await saved([]), ["<f8", [0], []]);
    assert.deepEqual(await saved(Uint8ClampedArray.of(7)), ["|u1", [1], [7]]);
    assert.deepEqual(await saved(Int16Array.of(-7)), ["<i2", [1], [-7]]);
    assert.deepEqual(await saved(Uint16Array.of(7)), ["<u2", [1], [7]]);
    assert.deepEqual(await saved(BigUint64Array.of(7n)), ["<u8", [1], [7]]);
    assert.deepEqual(await saved(BigInt64Array.of(-7n)), ["<i8", [1], [-7]]);
    assert.deepEqual(await saved(pl.Series("a", [1, 2])), ["<f8", [2], [1, 2]]);
    assert.deepEqual(await saved("boar"), ["<U4", [], ["boar"]]);
    assert.deepEqual(await saved([["a"], [""]]), ["<U1", [2, 1], ["a", ""]]);
  });

  it("makes the types asked for", async () => {
    const values = [0, 1, 1];
    for (const [dtype, name] of Object.entries({
      bool: "|b1",
      int8: "|i1",
      uint64: "<u8",
      float16: "<f2",
      float32: "<f4",
    }))
      assert.deepEqual(await saved(values, dtype), [name, [3], values]);
    assert.deepEqual(await saved(Float32Array.of(-3, 2 ** 40), "int64"), ["<i8", [2], [-3, 2 ** 40]]);
    assert.deepEqual(await saved(BigInt64Array.of(5n), "float32"), ["<f4", [1], [5]]);
  });

  it("rounds to 16 bits as NumPy", () => {
    const numbers = [2049, 2051, 1e-8, 2.98e-8, 3e-8, 65519.9, 65520, 0.1, 1 / 3, -7.7e-6];
    assert.deepEqual(numbers.map(toHalf), numpy.halves);
  });

  it("refuses what a file cannot hold, and leaves nothing behind", async () => {
    await assert.rejects(
      saved([300], "uint8"),
      /uint8 holds whole numbers from 0 to 255, but number 0 is 300/,
    );
    await assert.rejects(saved([1, 0.5], "int32"), /number 1 is 0.5/);
    await assert.rejects(saved([NaN], "int64"), /number 0 is NaN/);
    await assert.rejects(saved([2], "bool"), /bool holds whole numbers from 0 to 1/);
    await assert.rejects(saved([1], "complex64"), /dtype is one of bool, .*but "complex64"/);
    await assert.rejects(saved([1, "a"]), TypeError);
    await assert.rejects(saved(["a", 1]), /texts only/);
    await assert.rejects(saved([["a"], ["b", "c"]]), /parts of one length/);
    await assert.rejects(saved({ data: ["a", "b"], shape: [3] }), /holds 3 texts, but 2 were given/);
    await assert.rejects(saved({ data: new BigInt64Array(2), shape: [3] }), /holds 3 numbers, but 2/);
    await assert.rejects(saveNpy(`${folder.path("saved.npy")}/x.npy`, [1]), /EEXIST|ENOTDIR/);
    const left = readdirSync(dirname(folder.path("x"))).filter((name) => name !== "saved.npy");
    assert.deepEqual(left, []);
  });
});
