import assert from "node:assert/strict";
import os from "node:os";
import { Bench, types } from "../../fakes.js";
import { KernelProcess } from "../../kernel-process.js";

describe("usage_request", function () {
  this.timeout(30_000);

  it("is answered on control, by the names that jupyter-resource-usage reads", async () => {
    const bench = new Bench();
    const answer = await bench.ask("usage_request", {}, { channel: "control" });
    const { reply } = answer;
    assert.deepEqual(types(answer), ["busy", "idle"]);
    assert.equal(reply["hostname"], os.hostname());
    assert.equal(reply["pid"], process.pid);
    const memory = reply["host_virtual_memory"] as Record<string, number>;
    assert.equal(memory["total"], os.totalmem());
    assert.ok(memory["available"]! > 0 && Number(memory["available"]) < os.totalmem());
    assert.ok(Number(reply["kernel_memory"]) > 1e7);
    assert.equal(reply["kernel_cpu"], 0);
    assert.equal(reply["kernel_tensors"], undefined);
    for (const end = performance.now() + 300; performance.now() < end;);
    const second = await bench.ask("usage_request", {}, { channel: "control" });
    assert.ok(Number(second.reply["kernel_cpu"]) > 10, String(second.reply["kernel_cpu"]));
  });

  it("counts what the runner uses, and its tensors, while a cell runs", async () => {
    const kernel = await KernelProcess.start();
    const front = await kernel.connect();
    const usage = async () => (await front.request("usage_request", {}, { channel: "control" })).reply;
    const before = await usage();
    await front.execute(
      "globalThis._tfengine = { state: { numTensors: 3, numBytes: 1024 } }; globalThis.kept = Buffer.alloc(3e8, 1);",
    );
    const running = front.execute("await new Promise((resolve) => setTimeout(resolve, 1000))");
    const { kernel_memory: memory, kernel_tensors: tensors, kernel_tensor_bytes: bytes } = await usage();
    await running;
    assert.ok(
      Number(memory) - Number(before["kernel_memory"]) > 2.5e8,
      `${String(before["kernel_memory"])}, ${String(memory)}`,
    );
    assert.deepEqual([tensors, bytes], [3, 1024]);
    front.close();
    await kernel.dispose();
  });
});
