import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { toNdArray } from "../../src/arrays/ndarray.js";
import { trainTestSplit } from "../../src/arrays/train-test-split.js";

describe("arrays: data frames", () => {
  const frame = pl.DataFrame({
    hours: [1, 2, null, 4],
    score: [1.5, 2.5, 3.5, 4.5],
    name: ["a", "b", "c", "d"],
    count: [1n, 2n, 3n, 4n],
    passed: [true, false, true, false],
  });

  it("give their numbers row by row, whatever the columns' types", () => {
    const { data, shape } = toNdArray(frame.select("score", "count", "passed"));
    assert.deepEqual(shape, [4, 3]);
    assert.deepEqual([...data], [1.5, 1, 1, 2.5, 2, 0, 3.5, 3, 1, 4.5, 4, 0]);
    assert.deepEqual(toNdArray(frame.getColumn("count")).toArray(), [1, 2, 3, 4]);
  });

  it("are split into data to train and to test with", () => {
    const { xTrain, yTest } = trainTestSplit(frame.select("score", "count"), frame.getColumn("passed"), {
      testSize: 1,
      shuffle: false,
    });
    assert.deepEqual(xTrain.shape, [3, 2]);
    assert.deepEqual(yTest.toArray(), [0]);
  });

  it("with gaps or texts are refused, with the column, the row and what to do", () => {
    assert.throws(() => toNdArray(frame), /row 2 of the column "hours" has none.*fillNull.*dropNulls/);
    assert.throws(() => toNdArray(frame.getColumn("name")), /row 0 of the column "name" is "a".*toDummies/);
    assert.deepEqual(toNdArray(frame.select("hours").fillNull("mean").tail(2)).data[1], 4);
    assert.deepEqual(toNdArray(frame.select("hours").dropNulls()).toArray(), [[1], [2], [4]]);
  });
});
