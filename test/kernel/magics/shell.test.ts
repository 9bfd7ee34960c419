import assert from "node:assert/strict";
import { RunningMagic } from "./running-magic.js";

describe("commands of a shell", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("! runs commands in the notebook's folder and says how they end", async () => {
    const command = await magic.output("!", "pwd; echo problem >&2; exit 3");
    assert.equal(command.result, undefined);
    assert.match((await magic.output("!", "pwd")).text, new RegExp(`^${magic.folder}\\n$`));
    const { text } = await magic.output("!", "echo problem >&2; exit 3");
    assert.equal(text, "problem\n(ended with exit code 3)\n");
  });

  it("! ends with its shell, whatever that has left running", async () => {
    const start = performance.now();
    assert.equal((await magic.output("!", "sleep 5 & echo started")).text, "started\n");
    assert.ok(performance.now() - start < 3000);
  });

  it("! ends by an interrupt of the cell", async () => {
    const sleeping = magic.output("!", "sleep 60");
    setTimeout(() => magic.interrupt(), 50);
    await assert.rejects(sleeping, { name: "AbortError" });
  });

  it("%%bash runs the cell, and fails with it", async () => {
    assert.equal((await magic.output("%%bash", "", "for i in 1 2; do echo $i; done")).text, "1\n2\n");
    await assert.rejects(
      magic.output("%%bash", "", "exit 3"),
      /bash ended with exit code 3; its output is above/,
    );
    await assert.rejects(magic.output("%%bash", "", "kill -9 $$"), /bash ended by SIGKILL/);
  });
});
