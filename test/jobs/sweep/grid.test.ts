import assert from "node:assert/strict";
import { axisOf, gridOf } from "../../../src/jobs/sweep/grid.js";

describe("jobs/sweep/grid", () => {
  const values = (word: string): string[] => axisOf(word).values;

  it("reads lists and ranges", () => {
    assert.deepEqual(values("rate=0.1,0.01"), ["0.1", "0.01"]);
    assert.deepEqual(values("units=32..512:x2"), ["32", "64", "128", "256", "512"]);
    assert.deepEqual(values("units=100..1:x0.1"), ["100", "10", "1"]);
    assert.deepEqual(values("depth=1..4"), ["1", "2", "3", "4"]);
    assert.deepEqual(values("depth=3..1"), ["3", "2", "1"]);
    assert.deepEqual(values("p=0..1:0.1"), [
      "0",
      "0.1",
      "0.2",
      "0.3",
      "0.4",
      "0.5",
      "0.6",
      "0.7",
      "0.8",
      "0.9",
      "1",
    ]);
    assert.deepEqual(values("p=-1..-2:-0.5,7"), ["-1", "-1.5", "-2", "7"]);
    assert.deepEqual(values("n=1..10:4"), ["1", "5", "9"]);
    assert.deepEqual(values("n=5..5:x2"), ["5"]);
  });

  it("leaves commas within a value", () => {
    assert.deepEqual(values("layers=[32],[64,64]"), ["[32]", "[64,64]"]);
    assert.deepEqual(values('text="a,b",c'), ['"a,b"', "c"]);
    assert.deepEqual(values("path=../a"), ["../a"]);
  });

  it("refuses ranges that do not arrive, and values given twice", () => {
    for (const word of [
      "a=1..5:-1",
      "a=1..5:0",
      "a=0..8:x2",
      "a=1..8:x1",
      "a=1..8:x0.5",
      "a=-1..8:x2",
      "a=8..1:x2",
    ])
      assert.throws(() => axisOf(word), /does not get from/, word);
    assert.throws(() => axisOf("a=1,2,1"), /has 1 twice/);
    assert.throws(() => axisOf("a"), /is no parameter/);
    assert.throws(() => gridOf([axisOf("a=1"), axisOf("a=2")]), /-p a was given twice/);
    assert.throws(() => gridOf([axisOf("a=1..200"), axisOf("b=1..200")]), /40000 runs; at most 10000/);
    assert.throws(() => gridOf([axisOf("a=1..1e9")]), /at most 10000/);
  });

  it("combines all, the last fastest", () => {
    assert.deepEqual(gridOf([axisOf("a=1,2"), axisOf("b=x,y")]), [
      { a: "1", b: "x" },
      { a: "1", b: "y" },
      { a: "2", b: "x" },
      { a: "2", b: "y" },
    ]);
  });
});
