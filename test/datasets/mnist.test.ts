import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadData } from "../../src/datasets/mnist.js";
import { tf } from "../../src/keras/load.js";

describe("mnist", () => {
  it("loads the original files in 200 ms of processor time, without making tensors", async () => {
    const tensors = tf.memory().numTensors;
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const start = process.cpuUsage();
      await loadData();
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1000);
    }
    assert.ok(Math.min(...times) <= 200, `took ${times.join(", ")} ms`);
    assert.equal(tf.memory().numTensors, tensors);
  });

  it("has the right shapes, classes and first sample", async () => {
    const { xTrain, yTrain, xTest, yTest } = await loadData();
    assert.deepEqual(xTrain.shape, [60000, 28, 28]);
    assert.deepEqual(xTest.shape, [10000, 28, 28]);
    assert.deepEqual(yTrain.counts(), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert.deepEqual(yTest.counts(), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert.equal(yTrain.data[0], 5);
    assert.match(String(xTrain.at(0)), /^uint8 \[28, 28\]\n.*\n {2}0/);
    assert.deepEqual(Array.from(xTrain.at(0).at(5).data.slice(12, 20)), [3, 18, 18, 18, 126, 136, 175, 26]);
  });

  describe("with files that are damaged", () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "manabi-mnist-"));
    });
    after(() => rm(folder, { recursive: true }));

    const header = (...axes: number[]): Buffer => {
      const buffer = Buffer.alloc(4 + 4 * axes.length);
      buffer.writeUInt32BE(0x800 + axes.length);
      axes.forEach((length, axis) => buffer.writeUInt32BE(length, 4 + 4 * axis));
      return buffer;
    };
    const write = async (labels = 2): Promise<void> => {
      const images = Buffer.concat([header(2, 3, 3), Buffer.alloc(18)]);
      const classes = Buffer.concat([header(labels), Buffer.alloc(labels)]);
      for (const part of ["train", "t10k"]) {
        await writeFile(join(folder, `${part}-images-idx3-ubyte`), images);
        await writeFile(join(folder, `${part}-labels-idx1-ubyte`), classes);
      }
    };

    it("reads good ones", async () => {
      await write();
      assert.deepEqual((await loadData({ folder })).xTest.shape, [2, 3, 3]);
    });

    it("says when one is cut short", async () => {
      await write();
      await truncate(join(folder, "train-images-idx3-ubyte"), 30);
      await assert.rejects(
        loadData({ folder }),
        /train-images-idx3-ubyte is cut short: its header \[2, 3, 3\] asks for 34 bytes, but it has 30. Delete/,
      );
      await truncate(join(folder, "train-images-idx3-ubyte"), 9);
      await assert.rejects(loadData({ folder }), /is cut short/);
    });

    it("says when one is something else or missing", async () => {
      await write();
      await writeFile(join(folder, "t10k-labels-idx1-ubyte"), "<html>Not found</html>");
      await assert.rejects(loadData({ folder }), /t10k-labels-idx1-ubyte is not an idx file/);
      await rm(join(folder, "t10k-labels-idx1-ubyte"));
      await assert.rejects(loadData({ folder }), /ENOENT.*t10k-labels-idx1-ubyte/);
    });

    it("says when labels are missing", async () => {
      await write(1);
      await assert.rejects(loadData({ folder }), /2 training pictures but 1 labels/);
    });
  });
});
