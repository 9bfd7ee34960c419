import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { fetchPackage, type RegistryPackage } from "../../src/download/index.js";
import { tar, tarEntry } from "./tar-file.js";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const tarball = gzipSync(
  tar(
    tarEntry("package/package.json", Buffer.from('{"name":"@manabi-test/data","version":"1.2.3"}')),
    tarEntry("package/data.csv", Buffer.from("a,b\n1,2\n")),
  ),
);
const npmPackage: RegistryPackage = {
  registry: "npm",
  name: "@manabi-test/data",
  version: "1.2.3",
  file: "manabi-test-data-1.2.3.tgz",
  sha256: sha256(tarball),
};

const metadata = "Metadata-Version: 2.1\nName: manabi-test-data\nVersion: 1.0\n";
const wheel = Buffer.from(
  zipSync({
    "data/a.txt": strToU8("A"),
    "manabi_test_data-1.0.dist-info/METADATA": strToU8(metadata),
    "manabi_test_data-1.0.dist-info/WHEEL": strToU8(
      "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    ),
    "manabi_test_data-1.0.dist-info/RECORD": strToU8(""),
  }),
);
const pypiPackage: RegistryPackage = {
  registry: "pypi",
  name: "manabi-test-data",
  version: "1.0",
  file: "manabi_test_data-1.0-py3-none-any.whl",
  sha256: sha256(wheel),
};

describe("fetchPackage", function () {
  // npm and pip start slowly on a busy machine.
  this.timeout(60_000);
  let registry: Server;
  let address: string;
  let asked: string[];
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    registry = createServer((request, response) => {
      asked.push(decodeURIComponent(request.url!));
      if (request.url!.endsWith(".tgz")) return response.end(tarball);
      if (!/manabi-test/.test(request.url!)) return response.writeHead(404).end("{}");
      const dist = {
        tarball: `${address}/data-1.2.3.tgz`,
        integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
      };
      const version = { name: npmPackage.name, version: "1.2.3", dist };
      response.setHeader("content-type", "application/json");
      return response.end(
        JSON.stringify({
          name: npmPackage.name,
          "dist-tags": { latest: "1.2.3" },
          versions: { "1.2.3": version },
        }),
      );
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  });
  after(() => {
    registry.closeAllConnections();
    registry.close();
  });
  beforeEach(async () => {
    asked = [];
    folder = await mkdtemp(join(tmpdir(), "manabi-package-"));
    await mkdir(join(folder, "wheels"));
    await writeFile(join(folder, "wheels", pypiPackage.file), wheel);
    env = {
      npm_config_registry: `${address}/`,
      npm_config_cache: join(folder, "npm"),
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: join(folder, "wheels"),
    };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const get = (pack: RegistryPackage, more: object = {}): ReturnType<typeof fetchPackage> =>
    fetchPackage(pack, { cacheFolder: folder, mirrors: [], onProgress: () => {}, env, ...more });

  it("has npm pack it once, and reads members out of it", async () => {
    const archive = await get(npmPackage);
    assert.equal(archive.path, join(folder, "packages", npmPackage.file));
    const { "package/data.csv": data } = await archive.read(["package/data.csv"]);
    assert.equal(String(data), "a,b\n1,2\n");
    assert.deepEqual(await readdir(join(folder, "packages")), [npmPackage.file]);
    const times = asked.length;
    await get(npmPackage);
    assert.equal(asked.length, times);
  });

  it("has pip download it, and reads members out of it", async () => {
    const archive = await get(pypiPackage);
    const { "data/a.txt": data } = await archive.read(["data/a.txt"]);
    assert.equal(String(data), "A");
    await assert.rejects(archive.read(["b.txt"]), /lacks b\.txt/);
    await rm(join(folder, "wheels"), { recursive: true });
    await get(pypiPackage);
  });

  it("refuses an archive with another hash, by npm and pip", async () => {
    const wrong = { sha256: "0".repeat(64) };
    await assert.rejects(
      get({ ...npmPackage, ...wrong }),
      /wrong SHA-256: [0-9a-f]{64} arrived, expected 0{64}/,
    );
    await assert.rejects(get({ ...pypiPackage, ...wrong }), /could not be fetched by pip:\n[^]*0{64}/);
    assert.deepEqual(await readdir(join(folder, "packages")), []);
  });

  it("without network says what to get, by which command, and where to put it, and then finds it", async () => {
    const offline = {
      ...env,
      npm_config_registry: "http://127.0.0.1:1/",
      npm_config_fetch_retry_mintimeout: "10",
      npm_config_fetch_retry_maxtimeout: "20",
      PIP_FIND_LINKS: folder,
    };
    for (const [pack, command, content] of [
      [npmPackage, "npm pack @manabi-test/data@1.2.3", tarball],
      [pypiPackage, "pip download --no-deps --only-binary :all: manabi-test-data==1.0", wheel],
    ] as const) {
      const path = join(folder, "packages", pack.file);
      await assert.rejects(get(pack, { env: offline, title: "Test data" }), (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`^${pack.name} ${pack.version} could not be fetched by (?:npm|pip):\n`),
        );
        assert.ok(
          error.message.endsWith(
            `It is needed once, with a connection, for Test data. Or get it elsewhere by\n  ${command}\n` +
              `and put ${pack.file} there yourself:\n  ${path}\n  SHA-256 ${pack.sha256}`,
          ),
          error.message,
        );
        return true;
      });
      await writeFile(path, content);
      assert.equal((await get(pack, { env: offline })).path, path);
    }
  });

  it("asks the mirrors first", async () => {
    const mirror = join(folder, "mirror");
    await mkdir(join(mirror, "packages"), { recursive: true });
    await writeFile(join(mirror, "packages", npmPackage.file), tarball);
    await get(npmPackage, { mirrors: [mirror] });
    assert.deepEqual(asked, []);
  });

  it("ends when it is told to, and leaves nothing behind", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("stopped")), 20);
    await assert.rejects(get(npmPackage, { signal: stop.signal }), /stopped/);
    assert.deepEqual(await readdir(join(folder, "packages")), []);
  });
});
