import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { classNames, loadData } from "../../src/datasets/fashion-mnist.js";
import { FileServer } from "../download/file-server.js";

/** An idx file of bytes, compressed. */
function idxFile(...shape: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length);
  shape.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  return gzipSync(Buffer.concat([header, Buffer.alloc(size, 7)]));
}

const files: Record<string, Buffer> = {
  "train-images-idx3-ubyte.gz": idxFile(4, 2, 2),
  "train-labels-idx1-ubyte.gz": idxFile(4),
  "t10k-images-idx3-ubyte.gz": idxFile(3, 2, 2),
  "t10k-labels-idx1-ubyte.gz": idxFile(3),
};
const checksums = Object.fromEntries(
  Object.entries(files).map(([name, content]) => [name, createHash("md5").update(content).digest("hex")]),
);

describe("fashionMnist", () => {
  const server = new FileServer(files);
  let folder: string;
  before(() => server.start());
  after(() => server.stop());
  beforeEach(async () => {
    server.asked = [];
    folder = await mkdtemp(join(tmpdir(), "manabi-fashion-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const load = (...names: string[]): ReturnType<typeof loadData> =>
    loadData({
      cacheFolder: folder,
      mirrors: names.map((name) => server.url(name, "")),
      checksums,
      onProgress: () => {},
      retryAfterMs: 1,
    });

  it("downloads once, then reads from disk", async () => {
    const { xTrain, yTest } = await load("good");
    assert.deepEqual(
      [xTrain.shape, yTest.toArray()],
      [
        [4, 2, 2],
        [7, 7, 7],
      ],
    );
    assert.deepEqual(server.asked.length, 4);
    await load("missing");
    assert.equal(server.asked.length, 4);
    assert.deepEqual((await readdir(join(folder, "datasets", "fashion-mnist"))).length, 4);
  });

  it("says why each mirror failed, and where the file may be put", async () => {
    await assert.rejects(
      load("missing", "wrong"),
      /^Error: train-images-idx3-ubyte\.gz could not be downloaded:\n[^]*HTTP 404 Not Found\n[^]*wrong MD5/,
    );
  });

  it("gets a file on disk that was damaged anew", async () => {
    await load("good");
    const path = join(folder, "datasets", "fashion-mnist", "train-labels-idx1-ubyte.gz");
    await writeFile(path, files["train-labels-idx1-ubyte.gz"]!.subarray(0, 20));
    const { yTrain } = await load("good");
    assert.deepEqual([yTrain.toArray(), server.asked.length], [[7, 7, 7, 7], 5]);
  });

  it("knows what the classes are called", () => {
    assert.equal(classNames.length, 10);
  });
});
