import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { toNdArray } from "../../../src/arrays/ndarray.js";
import { FrameEncoder, toTensor } from "../../../src/arrays/frames/frame-encoder.js";
import { tf } from "../../../src/keras/load.js";

const cars = pl.DataFrame({
  mpg: [18, 15, 36],
  weight: [3504, 3693, 1836],
  origin: ["USA", "USA", "Japan"],
});

describe("arrays: FrameEncoder", () => {
  it("makes columns of classes and normalizes numbers, for other rows as it has learned", () => {
    const encoder = new FrameEncoder({ columns: ["weight", "origin"], oneHot: ["origin"], normalize: true });
    const x = encoder.adapt(cars).apply(cars);
    assert.deepEqual(encoder.names, ["weight", "origin_Japan", "origin_USA"]);
    const mean = (3504 + 3693 + 1836) / 3;
    const deviation = Math.sqrt([3504, 3693, 1836].reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
    const expected = [(3504 - mean) / deviation, 0, 1];
    assert.deepEqual(x.at(0).toArray(), expected);
    assert.deepEqual(encoder.apply(cars.head(1)).toArray(), [expected]);
    const other = pl.DataFrame({ origin: ["Europe"], weight: [mean] });
    assert.throws(
      () => encoder.apply(other),
      /Row 0 of the column "origin" is 'Europe', which was not there/,
    );
    const lenient = new FrameEncoder({
      columns: ["origin", "weight"],
      oneHot: ["origin"],
      unknown: "ignore",
    });
    assert.deepEqual(lenient.adapt(cars).apply(other).toArray(), [[0, 0, mean]]);
  });

  it("normalizes as Keras: what does not vary is divided by no less than epsilon", () => {
    const encoder = new FrameEncoder({ normalize: ["a"] }).adapt(pl.DataFrame({ a: [5, 5], b: [1, 2] }));
    assert.deepEqual(encoder.apply(pl.DataFrame({ a: [5, 5], b: [1, 2] })).toArray(), [[0, 1], [0, 2]]); // prettier-ignore
  });

  it("fills gaps by what it has learned, and never by 0 in silence", () => {
    const gaps = pl.DataFrame({ a: [1, null, 2, 9], kind: ["x", null, "y", "x"] });
    const a = gaps.select("a");
    assert.throws(
      () => new FrameEncoder().adapt(a),
      /Row 1 of the column "a" has no value.*nulls: { "a": "mean" }/,
    );
    assert.throws(() => toTensor(a), /Row 1 of the column "a" has no value/);
    const filled = (nulls: "mean" | "median" | number): unknown =>
      new FrameEncoder({ nulls }).adapt(a).apply(a.head(2)).toArray();
    assert.deepEqual(filled("mean"), [[1], [4]]);
    assert.deepEqual(filled("median"), [[1], [2]]);
    assert.deepEqual(filled(-1), [[1], [-1]]);
    assert.deepEqual(filled(NaN), [[1], [NaN]]);
    const both = { oneHot: ["kind"], nulls: { a: "mean", kind: { category: "none" } } } as const;
    const encoder = new FrameEncoder(both).adapt(gaps);
    assert.deepEqual(encoder.names, ["a", "kind_none", "kind_x", "kind_y"]);
    assert.deepEqual(encoder.apply(gaps).at(1).toArray(), [4, 1, 0, 0]);
    assert.throws(
      () => new FrameEncoder({ oneHot: ["kind"], nulls: "mean" }).adapt(gaps),
      /"kind" has no value/,
    );
    assert.throws(
      () => new FrameEncoder({ codes: ["kind"], nulls: { a: 0, kind: 0 } }).adapt(gaps),
      /"kind" holds classes, so its gaps cannot become 0/,
    );
    const none = pl.DataFrame({ a: pl.Series("a", [null, null], pl.Float64) });
    assert.throws(
      () => new FrameEncoder({ nulls: "mean" }).adapt(none),
      /"a" has no values, so it has no mean/,
    );
  });

  it("reads every type of numbers, truth values, categories and dates", () => {
    const before = tf.memory().numTensors;
    const types = [
      "Int8",
      "Int16",
      "Int32",
      "Int64",
      "UInt8",
      "UInt16",
      "UInt32",
      "Float32",
      "Float64",
    ] as const;
    for (const type of types) {
      const tensor = toTensor(pl.Series("a", [1, 2, 3], pl[type]));
      assert.deepEqual([tensor.dtype, tensor.shape, ...tensor.dataSync()], ["float32", [3], 1, 2, 3], type);
      tensor.dispose();
    }
    const unsigned = pl.Series("a", [5n, 6n], pl.UInt64);
    const truth = pl.Series("t", [true, false]);
    const kinds = pl.Series("k", ["b", "a", "b"]).cast(pl.Categorical);
    const times = pl.Series("d", [new Date(0), new Date(86_400_000 * 3)]);
    const tensors = [
      toTensor(unsigned, { dtype: "int32" }),
      toTensor(truth, { dtype: "bool" }),
      toTensor(kinds, { codes: ["k"], dtype: "int32" }),
      toTensor(kinds, { oneHot: ["k"] }),
      toTensor(times, { dates: "days" }),
      toTensor(times.cast(pl.Date), { dates: "seconds" }),
    ];
    assert.deepEqual(
      tensors.map((tensor) => [tensor.dtype, tensor.arraySync()]),
      [
        ["int32", [5, 6]],
        ["bool", [1, 0]],
        ["int32", [1, 0, 1]],
        ["float32", [[0, 1], [1, 0], [0, 1]]],
        ["float32", [0, 3]],
        ["float32", [0, 86_400 * 3]],
      ],
    ); // prettier-ignore
    tf.dispose(tensors);
    assert.equal(tf.memory().numTensors, before);
    for (const unit of ["ns", "us", "ms"] as const) {
      const frame = pl.DataFrame({ a: times.cast(pl.Datetime(unit)) });
      const since = frame.withColumn(
        pl
          .col("a")
          .sub(pl.lit(new Date(0)).cast(pl.Datetime(unit)))
          .alias("a"),
      );
      assert.match(String(since.getColumn("a").dtype), /Duration/);
      const encoder = new FrameEncoder({ dates: "days" }).adapt(since);
      assert.deepEqual(encoder.apply(since).toArray(), [[0], [3]], unit);
      assert.throws(() => new FrameEncoder().adapt(since), /of DataType\(Duration.*Choose what dates become/);
    }
  });

  it("says what is wrong, with the column and the row", () => {
    const wrong = (frame: unknown, options: object = {}): unknown => {
      toTensor(frame as typeof cars, options).dispose();
      return assert.fail("it was taken");
    };
    assert.throws(() => wrong(cars), /Row 0 of the column "origin" is "USA".*oneHot or codes/);
    assert.throws(() => wrong(pl.DataFrame({ d: [new Date(0)] })), /Row 0 of the column "d".*dates: "days"/);
    assert.throws(
      () => wrong(cars, { columns: ["mpg", "wieght"] }),
      /no column "wieght" among "mpg", "weight", "origin"/,
    );
    assert.throws(
      () => wrong(cars, { columns: ["mpg"], oneHot: ["origin"] }),
      /no column "origin" among "mpg"/,
    );
    assert.throws(() => wrong(cars, { oneHot: ["origin"], codes: ["origin"] }), /in oneHot and in codes/);
    assert.throws(
      () => wrong(cars.select("mpg"), { nulls: { mpg: { category: 1 } } }),
      /"mpg" holds numbers/,
    );
    const half = pl.DataFrame({ a: [1, 0.5] });
    assert.throws(() => wrong(half, { dtype: "int32" }), /int32 holds .*but row 1 of "a" is 0.5/);
    assert.throws(
      () => wrong(half.select("a").head(1).getColumn("a").mul(2), { dtype: "bool" }),
      /row 0 of "a" is 2/,
    );
    assert.throws(() => new FrameEncoder().apply(cars), /call adapt\(frame\) first/);
    const adapted = new FrameEncoder({ columns: ["mpg"] }).adapt(cars);
    assert.throws(() => adapted.apply(cars.select("weight")), /no column "mpg" among "weight"/);
    const long = pl.Series("id", ["1152921504606846977"]).cast(pl.Int64);
    assert.throws(() => wrong(long), /Row 0 of the column "id" is about 1152921504606847000/);
    assert.throws(() => toNdArray(long), /row 0 of the column "id" is about 1152921504606847000/);
    const lists = pl.DataFrame({ l: [[1], [2]] });
    assert.throws(() => wrong(lists), /Expected numbers/);
    assert.throws(() => wrong(lists, { oneHot: ["l"] }), /is .*, which is no class/);
    assert.throws(
      () => wrong(pl.DataFrame({ a: [1, NaN] }), { codes: ["a"] }),
      /Row 1 .* is NaN, which is no class/,
    );
  });
});
