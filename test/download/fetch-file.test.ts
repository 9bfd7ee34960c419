import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, fetchFile, kerasFolder, type FetchOptions } from "../../src/download/index.js";
import { answerOf, FileServer } from "./file-server.js";

const content = Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 251));
const digest = (name: string): string => createHash(name).update(content).digest("hex");
const [sha256, md5] = [digest("sha256"), digest("md5")];

describe("fetchFile", () => {
  const server = new FileServer({ "a.bin": content });
  /** An address where nobody answers. */
  let closed: string;
  let folder: string;
  before(async () => {
    await server.start();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    closed = `http://127.0.0.1:${(other.address() as AddressInfo).port}/a.bin`;
    other.close();
  });
  after(() => server.stop());
  beforeEach(async () => {
    server.asked = [];
    server.next = [];
    folder = await mkdtemp(join(tmpdir(), "manabi-fetch-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const fetchFrom = (folders: string[], options: FetchOptions & { hash?: string; bytes?: number } = {}) => {
    const { hash = sha256, bytes, ...rest } = options;
    return fetchFile(
      {
        path: "datasets/a.bin",
        urls: folders.map((each) => server.url(each, "a.bin")),
        hash,
        ...(bytes !== undefined && { bytes }),
      },
      { cacheFolder: folder, onProgress: () => {}, retryAfterMs: 1, ...rest },
    );
  };
  const part = (): string => join(folder, "datasets", "a.bin.part");
  const files = (): Promise<string[]> => readdir(join(folder, "datasets"));

  it("downloads once, then reads the cache", async () => {
    const progress: unknown[] = [];
    const path = await fetchFrom(["good"], { onProgress: (...at) => progress.push(at) });
    assert.equal(path, join(folder, "datasets", "a.bin"));
    assert.deepEqual(await readFile(path), content);
    assert.deepEqual(progress.at(-1), ["a.bin", 3000, 3000]);
    assert.deepEqual(await files(), ["a.bin"]);
    await fetchFrom(["missing"], { hash: sha256 });
    assert.equal(server.asked.length, 1);
  });

  it("without a published hash, holds a file to that which it had first", async () => {
    const fetchUnknown = () =>
      fetchFile(
        { path: "models/a.bin", urls: [server.url("good", "a.bin")] },
        { cacheFolder: folder, onProgress: () => {}, retryAfterMs: 1 },
      );
    const path = await fetchUnknown();
    await fetchUnknown();
    assert.equal(server.asked.length, 1);
    assert.equal(await readFile(`${path}.sha256`, "utf8"), sha256);
    await writeFile(path, "damaged");
    await fetchUnknown();
    assert.deepEqual(await readFile(path), content);
    await writeFile(path, "damaged");
    server.next = [answerOf("wrong")];
    await assert.rejects(fetchUnknown(), /wrong SHA-256[^]*put it there yourself[^]*SHA-256 [\da-f]{64}/);
  });

  it("without a published hash, takes what was put there by hand, and half of a file for nothing", async () => {
    const path = join(folder, "models", "a.bin");
    await mkdir(join(folder, "models"));
    await writeFile(`${path}.part`, "half of another one");
    const file = { path: "models/a.bin", urls: [server.url("ranges", "a.bin")] };
    const options = { cacheFolder: folder, onProgress: () => {}, retryAfterMs: 1 };
    await fetchFile(file, options);
    assert.deepEqual(await readFile(path), content);
    await rm(join(folder, "models"), { recursive: true });
    await mkdir(join(folder, "models"));
    await writeFile(path, "by hand");
    assert.equal(await fetchFile(file, options), path);
    assert.equal(await readFile(path, "utf8"), "by hand");
  });

  it("knows SHA-256 and MD5 by their length", async () => {
    await fetchFrom(["wrong", "good"], { hash: md5 });
    assert.equal(server.asked.length, 2);
  });

  it("goes on with the next address after none, a wrong, a longer or an endless file, and follows what moved", async () => {
    await fetchFrom(["missing", "refusing", "wrong", "longer", "endless", "circling", "moved"], {
      bytes: 3000,
    });
    assert.deepEqual(await files(), ["a.bin"]);
  });

  it("asks for the rest of what was cut, again and again", async () => {
    server.next = [answerOf("cut")];
    await fetchFrom(["ranges"]);
    assert.equal(server.asked.length, 2);
    assert.match(server.asked[1]!, / bytes=[1-9]\d*-$/);
    assert.deepEqual(await readFile(join(folder, "datasets", "a.bin")), content);
  });

  it("goes on where an earlier call was interrupted", async () => {
    const stop = new AbortController();
    const interrupted = fetchFrom(["silent"], {
      signal: stop.signal,
      onProgress: (_file, received) => {
        if (received > 0) setTimeout(() => stop.abort(new Error("stopped")), 50);
      },
    });
    await assert.rejects(interrupted, /stopped/);
    assert.deepEqual(await files(), ["a.bin.part"]);
    await fetchFrom(["ranges"]);
    assert.equal(server.asked.at(-1), "/ranges/a.bin bytes=9-");
    assert.deepEqual(await files(), ["a.bin"]);
  });

  it("begins again where the part that is there is of another file, too long, or cannot be continued", async () => {
    for (const [text, from] of [
      ["something else", "ranges"],
      [Buffer.alloc(4000), "ranges"],
      [content.subarray(0, 100), "good"],
    ] as const) {
      await mkdir(join(folder, "datasets"), { recursive: true });
      await writeFile(part(), text);
      await fetchFrom([from]);
      assert.deepEqual(await files(), ["a.bin"]);
      await rm(join(folder, "datasets"), { recursive: true });
    }
  });

  it("tries again what may pass, and waits as long as the server asks", async () => {
    let askedAt = 0;
    const busy = answerOf("good");
    server.next = [
      (response) => void response.writeHead(503).end(),
      (response) => {
        askedAt = performance.now();
        response.writeHead(429, { "retry-after": "1" }).end();
      },
      (...given) => {
        assert.ok(performance.now() - askedAt > 900);
        busy(...given);
      },
    ];
    await fetchFrom(["good"]);
    assert.equal(server.asked.length, 3);
  });

  it("gives up a server that lies about the length, stalls or says no five times, with the reason", async () => {
    await assert.rejects(
      fetchFrom(["lying", "silent", "refusing"], { stallTimeoutMs: 100 }),
      (error: Error) => {
        assert.match(error.message, /^a\.bin could not be downloaded:\n/);
        assert.match(error.message, /lying\/a\.bin: no data for 0\.1 s\n/);
        assert.match(error.message, /silent\/a\.bin: no data for 0\.1 s\n/);
        assert.match(error.message, /refusing\/a\.bin: HTTP 403 Forbidden\n/);
        return true;
      },
    );
    assert.equal(server.asked.filter((asked) => asked.startsWith("/refusing")).length, 1);
    assert.equal(server.asked.filter((asked) => asked.startsWith("/silent")).length, 5);
  });

  it("does not wait for a server that asks for too long", async () => {
    server.next = [(response) => void response.writeHead(503, { "retry-after": "3600" }).end()];
    await fetchFrom(["good", "good"]);
    assert.equal(server.asked.length, 2);
  });

  it("without network says the address, the hash and where the file may be put, and then finds it", async () => {
    const file = {
      path: "datasets/a.bin",
      urls: [closed],
      hash: sha256,
      bytes: 3000,
    };
    const options = { cacheFolder: folder, onProgress: () => {} };
    const where = join(folder, "datasets", "a.bin");
    await assert.rejects(fetchFile(file, options), (error: Error) => {
      assert.ok(error.message.includes(`  ${closed}: fetch failed (connect ECONNREFUSED`), error.message);
      assert.ok(error.message.endsWith(`${where}\n  SHA-256 ${sha256}, 3000 bytes`), error.message);
      return true;
    });
    await writeFile(where, "a wrong one");
    await assert.rejects(
      fetchFile({ ...file, urls: [] }, options),
      /The file that is there has another hash\.$/,
    );
    await writeFile(where, content);
    assert.equal(await fetchFile(file, options), where);
  });

  it("asks the mirrors that are set first: addresses and folders", async () => {
    const shared = join(folder, "shared");
    await mkdir(join(shared, "datasets"), { recursive: true });
    await writeFile(join(shared, "datasets", "a.bin"), content);
    const previous = process.env.MANABI_MIRROR;
    process.env.MANABI_MIRROR = `http://127.0.0.1:${server.port}/missing ${shared}`;
    try {
      await fetchFrom(["good"], {});
    } finally {
      if (previous === undefined) delete process.env.MANABI_MIRROR;
      else process.env.MANABI_MIRROR = previous;
    }
    assert.deepEqual(server.asked, ["/missing/datasets/a.bin"]);
  });

  it("asks the mirrors of a call alone", async () => {
    await assert.rejects(
      fetchFrom(["good"], { mirrors: [join(folder, "none")] }),
      /file:.*: there is no such file/,
    );
    assert.deepEqual(server.asked, []);
  });

  it("goes through the proxy that is set, but not to where none shall be used", async () => {
    let asked = "";
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked = request.url!;
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    proxy.on("request", (request, response) => {
      asked = request.url!;
      response.end(content);
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const file = { path: "datasets/b.bin", urls: ["http://far.invalid/b.bin"], hash: sha256 };
    const names = ["HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];
    const previous = names.map((name) => process.env[name]);
    for (const name of names) delete process.env[name];
    process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env.NO_PROXY = "127.0.0.1";
    try {
      await fetchFile(file, { cacheFolder: folder, onProgress: () => {}, retryAfterMs: 1 });
      assert.match(asked, /far\.invalid/);
      await fetchFrom(["good"]);
      assert.equal(server.asked.length, 1);
    } finally {
      names.forEach((name, i) => {
        if (previous[i] === undefined) delete process.env[name];
        else process.env[name] = previous[i];
      });
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it("takes what Keras has, if that is right", async () => {
    const names = ["KERAS_HOME", "MANABI_HOME"];
    const previous = names.map((name) => process.env[name]);
    process.env.KERAS_HOME = join(folder, "keras");
    process.env.MANABI_HOME = join(folder, "manabi");
    const kerasPath = join(folder, "keras", "datasets", "b.bin");
    try {
      assert.deepEqual([kerasFolder(), cacheFolder()], [join(folder, "keras"), join(folder, "manabi")]);
      await mkdir(join(kerasPath, ".."), { recursive: true });
      await writeFile(kerasPath, content);
      const options = { cacheFolder: undefined, hash: md5 };
      const file = {
        path: "datasets/a.bin",
        kerasPaths: ["datasets/a.bin", "datasets/b.bin"],
        urls: [server.url("good", "a.bin")],
        hash: md5,
      };
      assert.equal(await fetchFile(file, { ...options, onProgress: () => {} }), kerasPath);
      // Damaged afterwards.
      await writeFile(kerasPath, content.subarray(1));
      await utimes(kerasPath, 1, 1);
      const path = await fetchFile(file, { ...options, onProgress: () => {} });
      assert.equal(path, join(folder, "manabi", "datasets", "a.bin"));
    } finally {
      names.forEach((name, i) => {
        if (previous[i] === undefined) delete process.env[name];
        else process.env[name] = previous[i];
      });
    }
  });

  it("names the folder that cannot be written", async () => {
    await writeFile(join(folder, "file"), "");
    await assert.rejects(
      fetchFrom(["good"], { cacheFolder: join(folder, "file", "cache") }),
      /^Error: The folder .*file\/cache\/datasets cannot be written \(ENOTDIR.*\)\. Make it .* MANABI_HOME\.$/,
    );
    assert.deepEqual(server.asked, []);
  });

  it("two processes that want the same file download it once; what a dead one has locked is freed", async () => {
    await mkdir(join(folder, "datasets"));
    await writeFile(join(folder, "datasets", "a.bin.lock"), "999999999 x");
    server.next = [
      (response, bytes) => setTimeout(() => response.end(bytes), 500),
      () => assert.fail("asked twice"),
    ];
    const script = new URL("./fetch-once.js", import.meta.url);
    const args = [folder, server.url("good", "a.bin"), sha256];
    const codes = await Promise.all(
      [1, 2].map(async () => (await once(fork(script, args, { stdio: "inherit" }), "exit"))[0] as number),
    );
    assert.deepEqual(codes, [0, 0]);
    assert.equal(server.asked.length, 1);
    assert.deepEqual(await files(), ["a.bin"]);
  });
});
