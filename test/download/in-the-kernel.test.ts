import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerResponse } from "node:http";
import { projectRoot } from "../../src/setup/project.js";
import { KernelProcess, type FrontEnd } from "../kernel/kernel-process.js";
import { answerOf, FileServer } from "./file-server.js";

const content = randomBytes(2_000_000);

/** 1 MB a second. */
function slowly(response: ServerResponse): void {
  response.setHeader("content-length", content.length);
  let sent = 0;
  const drip = setInterval(() => {
    if (response.destroyed || sent >= content.length) return clearInterval(drip);
    response.write(content.subarray(sent, (sent += 50_000)));
  }, 50);
}

describe("downloads in the kernel", function () {
  this.timeout(60_000);
  const server = new FileServer({ "a.bin": content });
  let folder: string;
  let kernel: KernelProcess;
  let front: FrontEnd;
  before(async () => {
    await server.start();
    folder = await mkdtemp(join(tmpdir(), "manabi-kernel-download-"));
    kernel = await KernelProcess.start({ env: { MANABI_HOME: folder, KERAS_HOME: folder } });
    front = await kernel.connect();
    const library = JSON.stringify(join(projectRoot, "dist/src/download/index.js"));
    await front.execute(`import { fetchFile, fetchPackage } from ${library};`);
  });
  after(async () => {
    front.close();
    await kernel.dispose();
    server.stop();
    await rm(folder, { recursive: true });
  });

  const code = (): string => {
    const file = {
      path: "datasets/a.bin",
      urls: [server.url("ranges", "a.bin")],
      hash: createHash("sha256").update(content).digest("hex"),
      bytes: content.length,
    };
    return `console.log(await fetchFile(${JSON.stringify(file)}, { title: "Test data" }))`;
  };
  const shown = (id: string): string[] =>
    front.received
      .filter(
        ({ parentHeader, header }) => parentHeader.msg_id === id && header.msg_type.endsWith("display_data"),
      )
      .map(({ content: message }) => (message["data"] as Record<string, string>)["text/plain"]!);

  /** The cell has ended a moment before what it has begun. */
  async function untilLeft(name: string, files: string[]): Promise<void> {
    const last = performance.now() + 5000;
    const there = (): Promise<string[]> => readdir(join(folder, name));
    while ((await there()).length > files.length && performance.now() < last)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(await there(), files);
  }

  it("■ ends one at once, and running the cell again goes on where it ended; the bar is one output", async () => {
    server.next = [slowly];
    const id = front.send("execute_request", { code: code() });
    await front.until(() => shown(id).some((text) => / MB\/s, \d+ s left$/.test(text)));
    const pressedAt = performance.now();
    await front.interrupt();
    const { reply, iopub } = await front.result(id);
    assert.ok(performance.now() - pressedAt < 3000);
    assert.equal(reply["status"], "error");
    assert.match(shown(id).at(-1)!, /^Test data: a\.bin, \d\.\d of 2\.0 MB, \d\.\d MB\/s, \d s left$/);
    const displays = iopub.filter(({ header }) => header.msg_type === "display_data");
    assert.equal(displays.length, 1);
    const markup = (displays[0]!.content["data"] as Record<string, string>)["text/html"]!;
    assert.match(markup, /^<progress max="1" value="0\.\d+"><\/progress> Test data: a\.bin/);

    const kept = await stat(join(folder, "datasets", "a.bin.part"));
    assert.ok(kept.size > 0 && kept.size < content.length, String(kept.size));
    await untilLeft("datasets", ["a.bin.part"]);
    server.next = [answerOf("ranges")];
    const again = await front.execute(code());
    assert.equal(again.text(), `${join(folder, "datasets", "a.bin")}\n`);
    assert.equal(server.asked.at(-1), `/ranges/a.bin bytes=${kept.size}-`);
    assert.deepEqual(await readFile(join(folder, "datasets", "a.bin")), content);
  });

  it("■ ends npm and leaves nothing behind", async () => {
    const pack = {
      registry: "npm",
      name: "a",
      version: "1.0.0",
      file: "a-1.0.0.tgz",
      sha256: "0".repeat(64),
    };
    // It never answers.
    const env = {
      npm_config_registry: server.url("silent", "a.bin/"),
      npm_config_cache: join(folder, "npm"),
    };
    server.files["a"] = content;
    server.asked = [];
    const id = front.send("execute_request", {
      code: `await fetchPackage(${JSON.stringify(pack)} as never, { env: ${JSON.stringify(env)} })`,
    });
    while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await front.interrupt();
    const { reply } = await front.result(id);
    assert.equal(reply["status"], "error");
    await untilLeft("packages", []);
    // The kernel is well.
    assert.equal((await front.execute("console.log(1)")).text(), "1\n");
  });
});
