import assert from "node:assert/strict";
import { tf } from "../../../src/keras/load.js";

describe("tfjs/repairs: values of tensors", () => {
  const anything = (value: unknown) => value as number[];

  it("a gap, a text or an object among numbers is refused, with its place", () => {
    assert.throws(() => tf.tensor(anything([1, null, 3])), /the value at index 1 is null\. Fill the gap/);
    assert.throws(() => tf.tensor2d([[1, 2], anything([3, undefined])]), /row 1, column 1 is undefined/); // prettier-ignore
    assert.throws(() => tf.tensor3d(anything([[[1], [null]]])), /the value at \[0\]\[1\]\[0\] is null/); // prettier-ignore
    assert.throws(() => tf.tensor(anything([1, "a"])), /the value at index 1 is 'a'\. Turn it into a number/);
    assert.throws(() => tf.tensor(anything([true, null]), [2], "bool"), /index 1 is null/);
    assert.throws(() => tf.tensor(anything([new Date(0)])), /index 0 is 1970/);
    assert.throws(() => tf.tensor(anything([tf.scalar(1)])), /tf\.stack or tf\.concat/);
    assert.deepEqual(tf.tensor1d(["a", "b"]).dtype, "string");
    assert.deepEqual(tf.tensor1d([Number.NaN, 1]).dtype, "float32");
  });

  it("arrays of all of V8's numeric types make tensors, as Polars gives them", () => {
    for (const values of [Int8Array.of(-1, 2), Int16Array.of(-1, 2), BigInt64Array.of(-1n, 2n), [-1n, 2n]]) {
      const tensor = tf.tensor(anything(values));
      assert.deepEqual([...tensor.dataSync()], [-1, 2]);
      assert.equal(tensor.dtype, Array.isArray(values) ? "float32" : "int32");
    }
    for (const values of [Uint16Array.of(1, 65535), Uint32Array.of(1, 65535), BigUint64Array.of(1n, 65535n)])
      assert.deepEqual([...tf.tensor(anything(values)).dataSync()], [1, 65535]);
    const doubles = tf.tensor(anything(Float64Array.of(0.5, 2)));
    assert.deepEqual([doubles.dtype, ...doubles.dataSync()], ["float32", 0.5, 2]);
    assert.deepEqual(tf.tensor2d(anything([Int16Array.of(1, 2), Int16Array.of(3, 4)])).arraySync(), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual([...tf.tensor(anything(Int16Array.of(1, 0)), [2], "bool").dataSync()], [1, 0]);
  });

  it("what int32 or a number does not hold is refused", () => {
    const large = anything(Uint32Array.of(1, 4294967295));
    assert.throws(() => tf.tensor(large), /index 1 is 4294967295, and int32 holds/);
    assert.deepEqual([...tf.tensor(large, [2], "float32").dataSync()], [1, 4294967296]);
    assert.throws(() => tf.tensor(anything(BigInt64Array.of(2n ** 60n))), /index 0 is 1152921504606846976/);
  });
});
