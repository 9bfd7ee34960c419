import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { FrameEncoder } from "../../../src/arrays/frames/frame-encoder.js";
import { frameDataset } from "../../../src/arrays/frames/frame-dataset.js";
import { fromTensor } from "../../../src/arrays/frames/from-tensor.js";
import { tf } from "../../../src/keras/load.js";

describe("arrays: data frames as data sets, and of tensors", () => {
  const frame = pl.DataFrame({ a: [0, 1, 2, 3, 4], y: [0, 10, 20, 30, 40], kind: ["n", "p", "n", "p", "n"] });
  const numbers = frame.select("a", "y");

  it("gives batches, in another order each epoch, the same for the same seed", async () => {
    const epochs = async (seed?: number, shuffle?: boolean): Promise<number[][]> => {
      const dataset = frameDataset(numbers, { target: "y", batchSize: 2, seed: seed!, shuffle: shuffle! });
      const orders: number[][] = [];
      for (let epoch = 0; epoch < 2; epoch++) {
        const order: number[] = [];
        for await (const { xs, ys } of dataset) {
          assert.deepEqual(ys.shape, [xs.shape[0], 1]);
          const [a, y] = [xs.dataSync(), ys.dataSync()];
          assert.deepEqual(
            Array.from(a, (value) => value * 10),
            [...y],
          );
          order.push(...a);
          tf.dispose([xs, ys]);
        }
        orders.push(order);
      }
      return orders;
    };
    const before = tf.memory().numTensors;
    const [first, second] = await epochs(7);
    assert.deepEqual(
      first!.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4],
    );
    assert.notDeepEqual(first, second);
    assert.deepEqual(await epochs(7), [first, second]);
    assert.deepEqual(await epochs(undefined, false), [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]); // prettier-ignore
    assert.equal(tf.memory().numTensors, before);
    assert.equal(frameDataset(numbers, { target: "y", batchSize: 2 }).size, 3);
    assert.throws(() => frameDataset(numbers, { target: "y", batchSize: 0 }), /batchSize .*but got 0/);
    assert.throws(() => frameDataset(numbers, { target: "z" }), /no column "z"/);
    assert.throws(() => frameDataset(frame, { target: "y" }), /Row 0 of the column "kind" is "n"/);
  });

  it("trains and evaluates a model", async () => {
    const encoder = new FrameEncoder({ columns: ["a"], normalize: true }).adapt(frame);
    const targetEncoder = new FrameEncoder({ codes: ["kind"], columns: ["kind"] }).adapt(frame);
    const dataset = frameDataset(frame, { target: "kind", encoder, targetEncoder, batchSize: 5 });
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [1], activation: "softmax" })],
    });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "sparseCategoricalCrossentropy" });
    await model.fit(dataset, { epochs: 1, verbose: 0 });
    const before = tf.memory().numTensors;
    const { history } = await model.fit(dataset, { epochs: 3, verbose: 0 });
    assert.equal(history["loss"]!.length, 3);
    const loss = (await model.evaluate(dataset)) as { dataSync(): ArrayLike<number>; dispose(): void };
    assert.ok(loss.dataSync()[0]! > 0);
    loss.dispose();
    assert.equal(tf.memory().numTensors, before);
    model.dispose();
  });

  it("fromTensor makes frames with the types of tensors", () => {
    const before = tf.memory().numTensors;
    const tensors = [
      tf.tensor2d([[0.5, 1], [2, 3]]),
      tf.tensor1d([1, 2], "int32"),
      tf.tensor1d([true, false], "bool"),
      tf.tensor1d(["a", "b"]),
    ]; // prettier-ignore
    const frames = tensors.map((tensor) => fromTensor(pl, tensor));
    assert.deepEqual(
      frames.map((made) => [made.columns, made.dtypes.map(String), made.rows()]),
      [
        [["column_0", "column_1"], ["DataType(Float32)", "DataType(Float32)"], [[0.5, 1], [2, 3]]],
        [["column_0"], ["DataType(Int32)"], [[1], [2]]],
        [["column_0"], ["DataType(Bool)"], [[true], [false]]],
        [["column_0"], ["DataType(String)"], [["a"], ["b"]]],
      ],
    ); // prettier-ignore
    tf.dispose(tensors);
    assert.equal(tf.memory().numTensors, before);
    const named = fromTensor(pl, Uint8Array.of(7), { columns: ["n"] });
    assert.deepEqual([named.columns, named.rows()], [["n"], [[7]]]);
    assert.throws(
      () => fromTensor(pl, [[1, 2]], { columns: ["a"] }),
      /2 columns, but their names are \["a"\]/,
    );
    assert.throws(() => fromTensor(pl, [[1, 2]], { columns: ["a", "a"] }), /their names/);
    assert.throws(() => fromTensor(pl, [[[1]]]), /the shape is \[1, 1, 1\]/);
    assert.throws(() => fromTensor(pl, 5), /the shape is \[\]/);
  });
});
