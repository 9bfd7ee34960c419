import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endpoint, readConnectionFile } from "../../../../src/kernel/front/wire/connection.js";

describe("connection file", () => {
  const valid = {
    transport: "tcp",
    ip: "127.0.0.1",
    key: "k",
    signature_scheme: "hmac-sha256",
    shell_port: 1,
    control_port: 2,
    stdin_port: 3,
    iopub_port: 4,
    hb_port: 5,
  };
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "manabi-connection-"))));
  after(() => rm(folder, { recursive: true }));

  const read = async (content: string) => {
    const path = join(folder, "kernel.json");
    await writeFile(path, content);
    return readConnectionFile(path);
  };

  it("is read with its defaults", async () => {
    assert.deepEqual(await read(JSON.stringify(valid)), valid);
    const { key: _, transport: __, signature_scheme: ___, ...least } = valid;
    assert.deepEqual(await read(JSON.stringify(least)), { ...valid, key: "" });
  });

  it("names what is wrong in it", async () => {
    await assert.rejects(read("{"), /cannot read the connection file .*kernel\.json/);
    await assert.rejects(
      read(JSON.stringify({ ...valid, hb_port: "5" })),
      /hb_port is "5", expected a port number/,
    );
    await assert.rejects(
      read(JSON.stringify({ ...valid, transport: "pigeon" })),
      /transport is "pigeon", expected "tcp" or "ipc"/,
    );
    await assert.rejects(readConnectionFile(join(folder, "missing.json")), /cannot read .*missing\.json/);
  });

  it("makes addresses for both transports", () => {
    assert.equal(endpoint({ ...valid, transport: "tcp" }, 7), "tcp://127.0.0.1:7");
    assert.equal(endpoint({ ...valid, transport: "ipc", ip: "/run/k" }, 7), "ipc:///run/k-7");
  });
});
