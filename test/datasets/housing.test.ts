import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bostonHousing, californiaHousing } from "../../src/datasets/index.js";
import { serve } from "./served.js";

const fixtures = JSON.parse(readFileSync("test/fixtures/keras/datasets.json", "utf8")) as {
  files: Record<string, string>;
  californiaHousing: { arguments: Record<string, unknown>; yTrain: number[]; yTest: number[] }[];
};

describe("bostonHousing", () => {
  it("is Keras's, without a download", async () => {
    const { xTrain, yTrain, xTest, yTest } = await bostonHousing.loadData();
    assert.deepEqual(
      [xTrain.shape, yTrain.shape, xTest.shape, yTest.shape],
      [[404, 13], [404], [102, 13], [102]],
    );
    assert.deepEqual(
      xTrain.at(0).toArray(),
      [1.23247, 0, 8.14, 0, 0.538, 6.142, 91.7, 3.9769, 4, 307, 21, 396.9, 18.72],
    );
    // The first targets of published runs of Keras.
    assert.deepEqual(yTrain.slice(0, 7).toArray(), [15.2, 42.3, 50, 21.1, 17.7, 18.5, 11.3]);
    assert.deepEqual(yTest.slice(0, 5).toArray(), [7.2, 18.8, 19, 27, 22.2]);
    assert.ok(xTrain.data instanceof Float64Array);
    assert.equal(bostonHousing.featureNames.length, 13);
    assert.match(bostonHousing.ethics, /advises against/);
  });

  it("has another order and another split by its arguments", async () => {
    const { xTrain, yTest } = await bostonHousing.loadData({ testSplit: 0.5, seed: 1 });
    assert.deepEqual([xTrain.length, yTest.length], [253, 253]);
    await assert.rejects(bostonHousing.loadData({ testSplit: -0.1 }), /testSplit is a share from 0 up to/);
    await assert.rejects(bostonHousing.loadData({ seed: -1 }), /A seed is a whole number/);
  });
});

describe("californiaHousing", () => {
  const name = "california_housing.npz";
  const { server, options } = serve({ [name]: Buffer.from(fixtures.files[name]!, "base64") });

  for (const { arguments: given, yTrain, yTest } of fixtures.californiaHousing)
    it(`with ${JSON.stringify(given)} is as Keras's`, async () => {
      const { test_split: testSplit, ...rest } = given;
      const data = await californiaHousing.loadData({
        ...options(),
        ...rest,
        ...(testSplit !== undefined && { testSplit: testSplit as number }),
      });
      assert.deepEqual([data.yTrain.toArray(), data.yTest.toArray()], [yTrain, yTest]);
      assert.deepEqual(
        data.xTrain.toArray(),
        yTrain.map((y) => [10 * y, 10 * y + 1]),
      );
      assert.equal(data.xTest.length, yTest.length);
    });

  it("refuses other versions before it downloads", async () => {
    await assert.rejects(
      californiaHousing.loadData({ ...options(), version: "medium" as "small" }),
      /version is "large" or "small", but got "medium"/,
    );
    assert.deepEqual(server.asked, []);
  });
});
