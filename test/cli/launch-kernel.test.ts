import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { constants, createDecipheriv, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import { launchOptions } from "../../src/cli/launch-kernel.js";
import type { ConnectionInfo } from "../../src/kernel/front/wire/connection.js";
import { projectRoot } from "../../src/setup/project.js";
import { FrontEnd } from "../kernel/kernel-process.js";

describe("cli/launch-kernel", function () {
  this.timeout(60_000);

  it("starts a kernel as a gateway asks, and passes on its signals", async () => {
    const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const publicKey = keys.publicKey.export({ format: "der", type: "spki" }).toString("base64");
    const gateway = net.createServer().listen(0, "127.0.0.1");
    await once(gateway, "listening");
    const { port } = gateway.address() as net.AddressInfo;
    const main = path.join(projectRoot, "dist/src/cli/main.js");
    const asked = ["--RemoteProcessProxy.kernel-id", "k1", "--RemoteProcessProxy.port-range", "42000..43000"];
    const rest = ["--public-key", publicKey, "--spark-context-initialization-mode", "none"];
    const response = ["--response-address", `127.0.0.1:${port}`];
    const child = spawn(process.execPath, [main, "launch-kernel", ...asked, ...response, ...rest]);
    const exited = once(child, "exit");
    try {
      const [socket] = (await once(gateway, "connection")) as [net.Socket];
      let text = "";
      for await (const chunk of socket) text += String(chunk);
      const payload = JSON.parse(Buffer.from(text, "base64").toString()) as Record<string, string>;
      assert.equal(payload["version"], 1);
      // Node decrypts no padding of this kind; the key is what comes last.
      const secret = { key: keys.privateKey, padding: constants.RSA_NO_PADDING };
      const aes = privateDecrypt(secret, Buffer.from(payload["key"]!, "base64")).subarray(-16);
      const decipher = createDecipheriv("aes-128-ecb", aes, null);
      const plain = Buffer.concat([
        decipher.update(Buffer.from(payload["conn_info"]!, "base64")),
        decipher.final(),
      ]);
      const info = JSON.parse(plain.toString()) as ConnectionInfo & Record<string, unknown>;
      assert.equal(info["kernel_id"], "k1");
      assert.equal(info.ip, "0.0.0.0");
      for (const name of ["shell_port", "comm_port"])
        assert.ok(Number(info[name]) >= 42_000 && Number(info[name]) <= 43_000);
      const send = async (text_: string): Promise<void> => {
        const out = net.connect(Number(info["comm_port"]), "127.0.0.1").end(text_);
        await once(out, "close");
      };
      const front = await FrontEnd.connect({ ...info, ip: "127.0.0.1" });
      await send('{"signum": 0}');
      await send("no JSON");
      const running = front.execute("await new Promise(() => {})");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await send('{"signum": 2}');
      assert.equal((await running).reply["ename"], "Interrupted");
      assert.equal((await front.execute("6 * 7")).reply["status"], "ok");
      await front.request("shutdown_request", { restart: false }, { channel: "control" });
      front.close();
      assert.deepEqual(await exited, [0, null]);
    } finally {
      child.kill();
      gateway.close();
    }
  });

  it("takes variables for arguments, and says what is missing", () => {
    const env = { KERNEL_ID: "k", EG_RESPONSE_ADDRESS: "10.0.0.1:8877", PUBLIC_KEY: "AAAA" };
    assert.deepEqual(launchOptions([], env), {
      kernelId: "k",
      response: { host: "10.0.0.1", port: 8877 },
      publicKey: "AAAA",
      ports: { low: 0, high: 0 },
    });
    assert.throws(() => launchOptions([], {}), /--response-address is missing/);
    assert.throws(() => launchOptions(["--response-address", "10.0.0.1"], env), /is not ADDRESS:PORT/);
    assert.throws(
      () => launchOptions(["--port-range", "9..1"], env),
      /--port-range 9\.\.1 is not LOW\.\.HIGH/,
    );
    assert.throws(
      () => launchOptions(["--transport-encryption", "required"], env),
      /the kernel has no CURVE/,
    );
  });
});
