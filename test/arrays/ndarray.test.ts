import assert from "node:assert/strict";
import { inspect } from "node:util";
import { displaySymbol } from "../../src/host/host.js";
import { NdArray, toNdArray } from "../../src/arrays/ndarray.js";
import { tf } from "../../src/keras/load.js";

describe("NdArray", () => {
  const cube = new NdArray(
    Uint8Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  );

  it("gives views by at and slice", () => {
    assert.deepEqual(cube.at(1).shape, [3, 4]);
    assert.deepEqual(cube.at(-1).at(0).toArray(), [12, 13, 14, 15]);
    assert.equal(cube.at(1).data.buffer, cube.data.buffer);
    assert.deepEqual(cube.slice(1).shape, [1, 3, 4]);
    assert.deepEqual(cube.slice(5).shape, [0, 3, 4]);
    assert.throws(() => cube.at(2), /Index 2 is outside of an array with 2 rows/);
  });

  it("gathers copies of rows", () => {
    const rows = cube.at(0).gather([2, 0]);
    assert.deepEqual(rows.toArray(), [
      [8, 9, 10, 11],
      [0, 1, 2, 3],
    ]);
    assert.notEqual(rows.data.buffer, cube.data.buffer);
  });

  it("reshapes, working out -1", () => {
    assert.deepEqual(cube.reshape([-1, 12]).shape, [2, 12]);
    assert.throws(() => cube.reshape([5, -1]), /The shape \[5, 4\] holds 20 numbers, but 24 were given/);
  });

  it("divides into float32", () => {
    const half = cube.divide(2);
    assert.ok(half.data instanceof Float32Array);
    assert.equal(half.data[3], 1.5);
  });

  it("becomes a tensor piece by piece, when it is large and divided", () => {
    const numbers = Uint8Array.from({ length: 1501 * 784 }, (_, i) => i % 251);
    const divided = new NdArray(numbers, [1501, 784]).divide(255);
    const doubles = toNdArray([0.5, 2]).toTensor();
    assert.deepEqual([doubles.dtype, ...doubles.dataSync()], ["float32", 0.5, 2]);
    doubles.dispose();
    const before = tf.memory().numTensors;
    const tensor = divided.reshape([-1, 28, 28]).toTensor();
    assert.deepEqual([tensor.dtype, tensor.shape], ["float32", [1501, 28, 28]]);
    assert.deepEqual(tensor.dataSync(), divided.data);
    tensor.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it("counts classes", () => {
    assert.deepEqual(new NdArray(Uint8Array.of(0, 2, 2)).counts(), [1, 0, 2]);
    assert.throws(() => new NdArray(Float32Array.of(0.5)).counts(), /needs integers from 0 up, but 0.5/);
  });

  it("makes a tensor that the caller owns, and reads tensors without owning them", () => {
    const before = tf.memory().numTensors;
    const tensor = cube.toTensor();
    assert.equal(tensor.dtype, "int32");
    assert.equal(cube.divide(255).toTensor().dtype, "float32");
    assert.equal(tf.memory().numTensors, before + 2);
    assert.deepEqual(toNdArray(tensor).toArray(), cube.toArray());
    assert.equal(tf.memory().numTensors, before + 2);
    tf.disposeVariables();
    tensor.dispose();
  });

  it("prints matrices in columns, as NumPy does", () => {
    assert.equal(
      inspect(new NdArray(Uint8Array.of(1, 20, 255, 0), [2, 2])),
      "uint8 [2, 2]\n  1  20\n255   0",
    );
    assert.match(
      String(new NdArray(new Uint8Array(60000 * 28 * 28), [60000, 28, 28])),
      /… 59,998 more matrices$/,
    );
    const long = inspect(new NdArray(new Float32Array(480), [240, 2]));
    assert.equal(long, `float32 [240, 2]\n${"0 0\n".repeat(10)}… 230 more rows`);
    assert.equal(inspect({ x: new NdArray(new Float32Array(4)) }), "{ x: float32 [4] }");
    const wide = new NdArray(new Uint8Array(51), [1, 51])[displaySymbol]();
    assert.match(
      String(wide["text/html"]),
      /<pre style=".*overflow-x: auto;.*">uint8 \[1, 51\]\n0 0 .*<\/pre>/,
    );
    assert.deepEqual(cube.at(0).at(0)[displaySymbol](), { "text/plain": "uint8 [4]\n0 1 2 3" });
  });

  it("refuses a shape that does not fit", () => {
    assert.throws(() => new NdArray(new Uint8Array(5), [2, 3]), /\[2, 3\] holds 6 numbers, but 5 were given/);
  });
});

describe("toNdArray", () => {
  it("reads nested arrays, typed arrays and scalars", () => {
    assert.deepEqual(toNdArray([[1, 2, 3], [4, 5, 6]]).shape, [2, 3]); // prettier-ignore
    assert.deepEqual(toNdArray(Float32Array.of(1, 2)).shape, [2]);
    assert.deepEqual(toNdArray(7).toArray(), 7);
    assert.deepEqual(toNdArray([true, false]).toArray(), [1, 0]);
  });

  it("says what is wrong with ragged arrays and other elements", () => {
    assert.throws(() => toNdArray([[1, 2], [3]]), /ragged: a part has 1 elements where the first has 2/);
    assert.throws(
      () => toNdArray([[1, "x" as unknown as number]]),
      /Expected numbers, but row 0, column 1 is 'x'/,
    );
    assert.throws(() => toNdArray([[1], 2]), /Expected nested arrays of numbers, but found 2/);
  });

  it("reads every kind of typed array, and says which bigint no number holds", () => {
    assert.deepEqual(toNdArray(Int16Array.of(1, -2)).toTensor().dataSync(), Int32Array.of(1, -2));
    assert.deepEqual(toNdArray(BigInt64Array.of(1n, -2n)).toArray(), [1, -2]);
    assert.deepEqual(toNdArray([1n, 2n]).toArray(), [1, 2]);
    assert.throws(
      () => toNdArray(BigUint64Array.of(1n, 2n ** 60n)),
      /the value at index 1 is 1152921504606846976/,
    );
  });
});
