import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { download } from "../../src/datasets/download.js";
import { classNames, loadData, mirrors } from "../../src/datasets/fashion-mnist.js";

/** An idx file of bytes, compressed. */
function idxFile(...shape: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 + shape.length);
  shape.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis));
  return gzipSync(
    Buffer.concat([
      header,
      Buffer.alloc(
        shape.reduce((size, length) => size * length, 1),
        7,
      ),
    ]),
  );
}

const files: Record<string, Buffer> = {
  "train-images-idx3-ubyte": idxFile(4, 2, 2),
  "train-labels-idx1-ubyte": idxFile(4),
  "t10k-images-idx3-ubyte": idxFile(3, 2, 2),
  "t10k-labels-idx1-ubyte": idxFile(3),
};
const checksums = Object.fromEntries(
  Object.entries(files).map(([name, content]) => [name, createHash("md5").update(content).digest("hex")]),
);

describe("fashionMnist", () => {
  let server: Server;
  let origin: string;
  let folder: string;
  /** Paths that the server was asked for. */
  let asked: string[];

  /** What each folder of the server does with a request for `content`. */
  const behaviours: Record<string, (response: ServerResponse, content: Buffer) => void> = {
    good: (response, content) => response.setHeader("content-length", content.length).end(content),
    missing: (response) => response.writeHead(404).end("not here"),
    wrong: (response, content) => response.end(Buffer.concat([content, Buffer.of(0)])),
    broken: (response, content) => {
      response.setHeader("content-length", content.length);
      response.write(content.subarray(0, 9), () => response.destroy());
    },
    endless: (response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    },
    silent: (response, content) => response.write(content.subarray(0, 9)),
  };

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      const [, behaviour, file] = request.url!.split("/");
      behaviours[behaviour!]!(response, files[file!.replace(/\.gz$/, "")]!);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    asked = [];
    folder = await mkdtemp(join(tmpdir(), "manabi-fashion-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const load = (...names: string[]): ReturnType<typeof loadData> =>
    loadData({
      cacheFolder: folder,
      mirrors: names.map((name) => `${origin}/${name}/`),
      checksums,
      onProgress: () => {},
    });

  it("downloads once, then reads from disk", async () => {
    const progress: [string, number, number | undefined][] = [];
    const options = { cacheFolder: folder, mirrors: [`${origin}/good/`], checksums };
    const { xTrain, yTest } = await loadData({ ...options, onProgress: (...at) => progress.push(at) });
    assert.deepEqual(
      [xTrain.shape, yTest.toArray()],
      [
        [4, 2, 2],
        [7, 7, 7],
      ],
    );
    const size = files["t10k-labels-idx1-ubyte"]!.length;
    assert.deepEqual(progress.at(-1), ["t10k-labels-idx1-ubyte.gz", size, size]);
    assert.equal(asked.length, 4);
    await load("missing");
    assert.equal(asked.length, 4);
  });

  it("goes on with the next mirror after a broken download, a wrong file or none", async () => {
    const { xTest } = await load("missing", "broken", "wrong", "good");
    assert.deepEqual(xTest.shape, [3, 2, 2]);
    assert.equal(asked.length, 16);
  });

  it("says why each mirror failed, and leaves nothing behind", async () => {
    await assert.rejects(load("missing", "wrong", "broken"), (error: Error) => {
      assert.match(error.message, /^train-images-idx3-ubyte\.gz could not be downloaded:\n/);
      assert.match(error.message, /missing\/train-images-idx3-ubyte\.gz: HTTP 404 Not Found\n/);
      assert.match(
        error.message,
        /wrong checksum: \d+ bytes with MD5 [0-9a-f]{32} arrived, expected [0-9a-f]{32}\n/,
      );
      assert.match(error.message, /broken\/.*: (terminated|fetch failed) \(.+\)\n/);
      assert.match(error.message, /or put the file into .*manabi-fashion-.* yourself\.$/);
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
  });

  it("gives up a mirror that falls silent", async () => {
    const name = "t10k-labels-idx1-ubyte";
    const path = join(folder, `${name}.gz`);
    const urls = [`${origin}/silent/${name}.gz`];
    await assert.rejects(
      download({ urls, path, md5: checksums[name]!, stallTimeoutMs: 100 }),
      /no data for 0.1 s/,
    );
  });

  it("gives up a mirror that sends more than the file has", async () => {
    const name = "t10k-labels-idx1-ubyte";
    const { length } = files[name]!;
    const urls = [`${origin}/endless/${name}.gz`, `${origin}/good/${name}.gz`];
    const received: number[] = [];
    const path = join(folder, `${name}.gz`);
    await download({
      urls,
      path,
      md5: checksums[name]!,
      bytes: length,
      onProgress: (at) => received.push(at),
    });
    assert.deepEqual([received, await readdir(folder)], [[length], [`${name}.gz`]]);
  });

  it("names the folder that cannot be written, and asks no mirror for what has no place", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await assert.rejects(
      loadData({ cacheFolder: join(file, "cache"), mirrors: [`${origin}/good/`], checksums }),
      /^Error: The folder .*file\/cache cannot be written \(ENOTDIR.*\)\. Make it .* cacheFolder\.$/,
    );
    assert.deepEqual(asked, []);
  });

  it("says when a file on disk is damaged", async () => {
    await load("good");
    await writeFile(
      join(folder, "train-labels-idx1-ubyte.gz"),
      files["train-labels-idx1-ubyte"]!.subarray(0, 20),
    );
    await assert.rejects(
      load("good"),
      /train-labels-idx1-ubyte\.gz cannot be unpacked \(.*\)\. Delete the file/,
    );
  });

  it("knows where to look and what the classes are called", () => {
    assert.equal(classNames.length, 10);
    assert.ok(mirrors.every((mirror) => /^https?:.*\/$/.test(mirror)));
  });
});
