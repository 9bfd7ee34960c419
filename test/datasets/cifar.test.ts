import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cifar10, cifar100 } from "../../src/datasets/index.js";
import { pickle, type Pickled } from "../arrays/pickles.js";
import { tar, tarEntry } from "../download/tar-file.js";
import { serve } from "./served.js";

/** Pictures whose red plane is 1, 2, …, the green 100 more, the blue 200 more; the first pixel of each is `first`. */
function pictures(first: readonly number[]): Buffer {
  return Buffer.concat(
    first.map((value) => {
      const planes = Buffer.alloc(3 * 1024);
      for (let i = 0; i < 1024; i++)
        for (let colour = 0; colour < 3; colour++) planes[colour * 1024 + i] = (i % 50) + 1 + 100 * colour;
      planes[0] = value;
      return planes;
    }),
  );
}
const batch = (first: readonly number[], labels: Record<string, Pickled>): Buffer =>
  pickle({
    dict: {
      batch_label: "training batch",
      ...labels,
      data: { dtype: "|u1", shape: [first.length, 3072], data: pictures(first) },
      filenames: first.map((value) => `picture_${value}.png`),
    },
  });

const folder10 = "cifar-10-batches-py";
const members10 = [1, 2, 3, 4, 5].map((number) =>
  tarEntry(
    `${folder10}/data_batch_${number}`,
    batch([10 * number, 10 * number + 1], { labels: [number, 9] }),
  ),
);
const archive10 = (...more: Buffer[]): Buffer =>
  gzipSync(
    tar(
      tarEntry(`${folder10}/`, Buffer.alloc(0), "5"),
      tarEntry(`${folder10}/batches.meta`, pickle({ dict: { num_cases_per_batch: 2 } })),
      ...members10,
      tarEntry(`${folder10}/readme.html`, Buffer.from("<html>")),
      ...more,
    ),
  );
const test10 = tarEntry(`${folder10}/test_batch`, batch([7, 8, 9], { labels: [0, 1, 2] }));
const hundred = gzipSync(
  tar(
    tarEntry("cifar-100-python/test", batch([1], { fine_labels: [99], coarse_labels: [19] })),
    tarEntry("cifar-100-python/train", batch([2, 3], { fine_labels: [5, 6], coarse_labels: [0, 1] })),
  ),
);

describe("cifar10", () => {
  const { server, options } = serve({ "cifar-10-python.tar.gz": archive10(test10) });

  it("gives pictures and labels in the order of the files", async () => {
    const { xTrain, yTrain, xTest, yTest } = await cifar10.loadData(options());
    assert.deepEqual(
      [xTrain.shape, yTrain.shape, xTest.shape, yTest.shape],
      [
        [10, 32, 32, 3],
        [10, 1],
        [3, 32, 32, 3],
        [3, 1],
      ],
    );
    assert.deepEqual(Array.from(yTrain.data), [1, 9, 2, 9, 3, 9, 4, 9, 5, 9]);
    assert.ok(yTrain.data instanceof Uint8Array);
    assert.deepEqual(
      Array.from({ length: 10 }, (_, i) => xTrain.at(i).data[0]),
      [10, 11, 20, 21, 30, 31, 40, 41, 50, 51],
    );
    // The second row begins with the pixel 32.
    assert.deepEqual(xTrain.at(0).at(1).at(0).toArray(), [33, 133, 233]);
  });

  it("keeps the planes for channelsFirst", async () => {
    const { xTest } = await cifar10.loadData({ ...options(), dataFormat: "channelsFirst" });
    assert.deepEqual(xTest.shape, [3, 3, 32, 32]);
    assert.deepEqual([...xTest.at(2).data.subarray(0, 3), xTest.at(2).at(2).data[31]], [9, 2, 3, 232]);
  });

  it("downloads and unpacks once", async () => {
    const given = options();
    await cifar10.loadData(given);
    const { cacheFolder } = given;
    const [hash] = await readdir(join(cacheFolder, "unpacked"));
    assert.equal((await readdir(join(cacheFolder, "unpacked", hash!))).length, 6);
    await cifar10.loadData(given);
    assert.equal(server.asked.length, 1);
    // One is gone: all are unpacked anew.
    await rm(join(cacheFolder, "unpacked", hash!, "data_batch_3"));
    const { yTrain } = await cifar10.loadData(given);
    assert.deepEqual([yTrain.length, server.asked.length], [10, 1]);
  });

  it("refuses another data format before it downloads", async () => {
    await assert.rejects(
      cifar10.loadData({ ...options(), dataFormat: "first" as "channelsFirst" }),
      /dataFormat is "channelsLast" or "channelsFirst", but got "first"/,
    );
    assert.deepEqual(server.asked, []);
  });

  it("says what is wrong with a damaged member", async () => {
    const given = options();
    await cifar10.loadData(given);
    const [hash] = await readdir(join(given.cacheFolder, "unpacked"));
    const write = (content: Buffer): Promise<void> =>
      writeFile(join(given.cacheFolder, "unpacked", hash!, "test_batch"), content);
    for (const [content, message] of [
      [Buffer.from("<html>"), /test_batch, byte 0 of the pickle: opcode 0x3c/],
      [pickle({ dict: { labels: [1] } }), /test_batch holds no pictures as CIFAR's files do/],
      [batch([1, 2], { labels: [1] }), /test_batch holds 2 pictures, but not as many labels under "labels"/],
      [batch([1], { fine_labels: [1] }), /not as many labels under "labels"/],
    ] as const) {
      await write(content);
      await assert.rejects(cifar10.loadData(given), message);
    }
  });

  it("knows its classes", () => {
    assert.equal(cifar10.classNames.length, 10);
  });
});

describe("cifar10 with an archive that lacks a file", () => {
  const { options } = serve({ "cifar-10-python.tar.gz": archive10() });
  it("says which", async () => {
    await assert.rejects(
      cifar10.loadData(options()),
      /cifar-10-python\.tar\.gz lacks cifar-10-batches-py\/test_batch; it holds/,
    );
  });
});

describe("cifar10 with an archive that is cut short", () => {
  const whole = archive10(test10);
  const { options } = serve({ "cifar-10-python.tar.gz": whole.subarray(0, whole.length / 2) });
  it("says so", async () => {
    await assert.rejects(cifar10.loadData(options()), /cannot be unpacked \(unexpected end of file\)/);
  });
});

describe("cifar100", () => {
  const { options } = serve({ "cifar-100-python.tar.gz": hundred });

  it("has fine and coarse labels, of 32 bits", async () => {
    const fine = await cifar100.loadData(options());
    assert.deepEqual([fine.yTrain.toArray(), fine.yTest.toArray()], [[[5], [6]], [[99]]]);
    assert.ok(fine.yTrain.data instanceof Int32Array);
    assert.deepEqual([fine.xTrain.shape, fine.xTrain.data[0]], [[2, 32, 32, 3], 2]);
    const coarse = await cifar100.loadData({ ...options(), labelMode: "coarse" });
    assert.deepEqual(coarse.yTrain.toArray(), [[0], [1]]);
    assert.deepEqual([cifar100.classNames.length, cifar100.coarseClassNames.length], [100, 20]);
  });

  it("refuses another labelMode", async () => {
    await assert.rejects(
      cifar100.loadData({ ...options(), labelMode: "medium" as "fine" }),
      /labelMode is "fine" or "coarse", but got "medium"/,
    );
  });
});
