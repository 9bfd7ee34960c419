import assert from "node:assert/strict";
import { depthOf } from "../../../../src/kernel/runner/output/color-support.js";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner streams", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  after(() => harness.stop());

  /** What a cell prints, with its colours. */
  const raw = async (code: string): Promise<string> => {
    await harness.printed(`${code}; undefined`);
    return harness.outputs.map((output) => (output.type === "stream" ? output.text : "")).join("");
  };

  it("are terminals of one line, as libraries draw progress bars", async () => {
    assert.equal(
      await raw(
        "const out = process.stdout; out.write('10 %'); out.cursorTo(0, null); out.clearLine(0); out.write('20 %'); out.moveCursor(-1, 0); out.clearLine(1)",
      ),
      "10 %\r\r    \r20 %\r20 \r    \r20 ",
    );
    assert.equal(
      await harness.result(
        "[out.isTTY, out.columns > 40, out.getWindowSize().length, out.hasColors(256), require('tty').isatty(1)]",
      ),
      "[ true, true, 2, true, true ]",
    );
    await harness.run("console.clear()");
    assert.ok(harness.outputs.some(({ type }) => type === "clear_output"));
  });

  it("print numbers without colours, wherever they stand", async () => {
    assert.equal(
      await raw("console.log('95%', 3); console.log('95', 3); console.log(3, '%d %%', 4)"),
      "95% 3\n95 3\n3 %d %% 4\n",
    );
    assert.equal(
      await raw("console.log('%d of %s', 3, 'x', 4, { a: 1 })"),
      "3 of x 4 { a: \u001b[33m1\u001b[39m }\n",
    );
  });

  it("honour NO_COLOR and FORCE_COLOR, also set in a cell", async () => {
    assert.deepEqual(
      [
        {},
        { NO_COLOR: "1" },
        { NO_COLOR: "" },
        { FORCE_COLOR: "0" },
        { FORCE_COLOR: "3" },
        { NO_COLOR: "1", FORCE_COLOR: "" },
      ].map(depthOf),
      [8, 1, 8, 1, 24, 4],
    );
    await harness.run("process.env.NO_COLOR = '1'");
    assert.equal(await raw("console.log({ a: 1 })"), "{ a: 1 }\n");
    assert.equal(
      await harness.result("[process.stdout.hasColors(), require('tty').isatty(1)]"),
      "[ false, false ]",
    );
    await harness.run("delete process.env.NO_COLOR");
    assert.ok((await raw("console.log({ a: 1 })")).includes("\u001b"));
  });
});
