import assert from "node:assert/strict";
import { failed, RunnerHarness } from "../harness.js";

describe("kernel/runner $$ of IJavascript", () => {
  let harness: RunnerHarness;
  // Each test has its own, as the last one declares the name anew.
  beforeEach(async () => {
    harness = new RunnerHarness();
    const { onOutput } = harness.runner;
    harness.runner.onOutput = (output) => {
      void onOutput(output);
      if (output.type === "input_request") harness.runner.inputReply(output.requestId, "Ann");
    };
    await harness.runner.start();
  });
  afterEach(() => harness.stop());

  const shown = async (code: string): Promise<unknown[]> => {
    await harness.printed(code);
    return harness.outputs.flatMap((output): unknown[] =>
      "data" in output ? [output.data] : output.type === "stream" ? [output.text] : [],
    );
  };

  it("shows forms of all kinds", async () => {
    assert.deepEqual(await shown("$$.html('<b>')"), [{ "text/html": "<b>" }]);
    assert.deepEqual(await shown("$$.svg('<svg/>')"), [{ "image/svg+xml": "<svg/>" }]);
    assert.deepEqual(await shown("$$.png('AA=='); $$.jpeg('BB=='); $$.text('t'); $$.json({ a: 1 })"), [
      { "image/png": "AA==" },
      { "image/jpeg": "BB==" },
      { "text/plain": "t" },
      { "application/json": { a: 1 } },
    ]);
    assert.deepEqual(await shown("$$.mime({ 'text/latex': '$x$' }); 'not shown'"), [{ "text/latex": "$x$" }]);
    assert.deepEqual(await shown("$$.html(new Promise((resolve) => setTimeout(resolve, 10, 'late')))"), [
      { "text/html": "late" },
    ]);
  });

  it("keeps an asynchronous cell until its result", async () => {
    assert.deepEqual(
      await shown("$$.async(); setTimeout(() => { console.log('now'); $$.sendResult([1]); }, 20)"),
      ["now\n", { "text/plain": "[ 1 ]" }],
    );
    assert.deepEqual(
      await shown("$$.async(); setTimeout(() => { $$.html('1', true); $$.html('2', true); $$.done(); }, 20)"),
      [{ "text/html": "1" }, { "text/html": "2" }],
    );
    assert.deepEqual(await shown("$$.async(); setTimeout(() => $$.done(), 20)"), []);
    const { ename, evalue } = failed(
      await harness.run("$$.async(); setTimeout(() => $$.sendError(new RangeError('late')), 20)"),
    );
    assert.deepEqual([ename, evalue], ["RangeError", "late"]);
    assert.equal(failed(await harness.run("$$.sendResult(Promise.reject(new Error('no')))")).evalue, "no");
  });

  it("changes displays, asks and clears", async () => {
    await harness.printed("const bar = $$.display('bar'); bar.text('1'); bar.html('2'); $$.clear()");
    assert.deepEqual(
      harness.outputs.map((output) => [output.type, "displayId" in output && output.displayId]),
      [
        ["display_data", "bar"],
        ["update_display_data", "bar"],
        ["clear_output", false],
      ],
    );
    assert.deepEqual(
      await shown("$$.input({ prompt: 'name? ' }, (error, reply) => console.log(error, reply))"),
      ["undefined Ann\n"],
    );
    assert.equal(await harness.result("await $$.input()"), undefined);
    assert.deepEqual(await shown("console.log(await $$.input())"), ["Ann\n"]);
  });

  it("asks values for _toHtml and the like", async () => {
    assert.deepEqual(
      await shown("({ _toHtml: () => '<i>', _toSvg: () => '<svg/>', _toPng: () => 'AA==' })"),
      [
        {
          "text/plain":
            "{ _toHtml: [Function: _toHtml], _toSvg: [Function: _toSvg], _toPng: [Function: _toPng] }",
          "text/html": "<i>",
          "image/svg+xml": "<svg/>",
          "image/png": "AA==",
        },
      ],
    );
    assert.deepEqual(await shown("({ _toMime: () => ({ 'text/plain': 'p', 'text/html': 'h' }) })"), [
      { "text/plain": "p", "text/html": "h" },
    ]);
  });

  it("is known to cells only, and may be declared anew", async () => {
    assert.equal(await harness.result("'$$' in globalThis"), "false");
    assert.equal(await harness.result("const $$ = 1; $$"), "1");
  });
});
