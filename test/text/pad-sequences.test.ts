import assert from "node:assert/strict";
import { Ragged } from "../../src/arrays/ragged.js";
import { multiHot, padSequences } from "../../src/text/index.js";
import { keras } from "./numbers.js";

describe("text: rows of one length", () => {
  for (const { rows, options, result } of keras.padded)
    it(`padSequences is Keras's with ${JSON.stringify(options)} of ${JSON.stringify(rows).slice(0, 20)}…`, () => {
      const padded = padSequences(rows, options);
      assert.deepEqual(padded.toArray(), result);
      if (typeof rows[0]![0] === "number")
        assert.deepEqual(padSequences(Ragged.from(rows), options).toArray(), result);
    });

  it("padSequences makes the type asked for, leaves what is given alone, and takes empty lists", () => {
    const rows = Ragged.from([[1, 2, 3], [4]]);
    assert.ok(padSequences(rows).data instanceof Int32Array);
    assert.ok(padSequences(rows, { dtype: "uint8" }).data instanceof Uint8Array);
    assert.ok(padSequences(rows, { dtype: "float64" }).data instanceof Float64Array);
    padSequences(rows).data.fill(0);
    assert.deepEqual(rows.toArray(), [[1, 2, 3], [4]]);
    assert.deepEqual(padSequences([]).shape, [0, 0]);
    assert.deepEqual(padSequences([[], []]).shape, [2, 0]);
    assert.deepEqual(padSequences([[]], { maxlen: 2, value: 7 }).toArray(), [[7, 7]]);
  });

  it("padSequences says what is wrong", () => {
    const wrong = (rows: unknown, options: object = {}): unknown => padSequences(rows as number[][], options);
    assert.throws(() => wrong([[1], 2]), /row 1 is 2/);
    assert.throws(() => wrong([[1], ["a"]]), /'a'/);
    assert.throws(() => wrong([[[1, 2]], [[1, 2, 3]]]), /row 1 have the shape \[3\], those before \[2\]/);
    assert.throws(() => wrong([[300]], { dtype: "uint8" }), /uint8 holds 0 to 255, but row 0 has 300/);
    assert.throws(() => wrong([[NaN]]), /row 0 has NaN/);
    assert.throws(() => wrong([[1]], { value: 1e10 }), /value has 10000000000/);
    assert.throws(() => wrong([[1]], { maxlen: 0 }), /maxlen is a whole number from 1 up, but 0/);
    assert.throws(() => wrong([[1]], { maxlen: 1.5 }), /maxlen/);
    assert.throws(() => wrong([[1]], { padding: "left" }), /padding is "pre" or "post", but "left"/);
    assert.throws(() => wrong([[1]], { dtype: "int64" }), /dtype is one of int8, .*float64, but "int64"/);
    assert.throws(() => wrong([[1]], { dtype: "toString" }), /dtype is one of/);
  });

  it("multiHot has a column for each word", () => {
    const rows = [[1, 3, 1], [], [0]];
    const expected = [
      [0, 1, 0, 1],
      [0, 0, 0, 0],
      [1, 0, 0, 0],
    ];
    assert.deepEqual(multiHot(rows).toArray(), expected);
    assert.deepEqual(multiHot(Ragged.from(rows)).toArray(), expected);
    assert.deepEqual(multiHot(rows, 5).shape, [3, 5]);
    assert.ok(multiHot(rows).data instanceof Float32Array);
    assert.ok(multiHot(rows, 4, "uint8").data instanceof Uint8Array);
    assert.throws(() => multiHot(rows, 3), /row 0 holds 3, but with 3 columns indices are 0 to 2.*numWords/);
    assert.throws(() => multiHot([[1], [-1]]), /row 1 holds -1/);
  });
});
