import assert from "node:assert/strict";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner evaluator", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  after(() => harness.stop());

  it("shows the value of the last expression, and nothing for undefined", async () => {
    assert.equal(await harness.result("const x: number = 20; x + 1"), "21");
    assert.equal(await harness.result("undefined"), undefined);
    assert.equal(await harness.result("const y = 1;"), undefined);
  });

  it("keeps names for later cells, whatever they were declared as", async () => {
    await harness.result("let shared = [1]; function add(n: number) { shared.push(n); }");
    await harness.result("add(2); const shared2 = shared; class shared3 {}");
    assert.equal(await harness.result("shared2"), "[ 1, 2 ]");
    assert.equal(await harness.result("const add = 'again'; add"), "'again'");
  });

  it("awaits at the top level", async () => {
    assert.equal(
      await harness.result("await new Promise((resolve) => setTimeout(resolve, 10, 'done'))"),
      "'done'",
    );
  });

  it("shows promises without what Node keeps in them, and does not await them", async () => {
    assert.equal(await harness.result("Promise.resolve(5)"), "Promise { 5 }");
    assert.equal(
      await harness.printed("console.log([new Promise(() => {})])"),
      "[ Promise { <pending> } ]\n",
    );
  });

  it("prints by all methods of console", async () => {
    const text = await harness.printed(`
      console.log("%s is %d", "x", 4);
      console.group("group");
      console.warn("indented");
      console.groupEnd();
      console.dir({ a: { b: {} } }, { depth: 0 });
      console.assert(1 > 2, "not %s", "true");
      console.count("times");
      console.time("timer");
      console.timeEnd("timer");
    `);
    assert.match(
      text,
      /^x is 4\ngroup\n {2}indented\n\{ a: \[Object\] \}\nAssertion failed: not true\ntimes: 1\ntimer: [\d.]+ms\n$/,
    );
  });

  it("is silent when asked, and evaluates user expressions one by one", async () => {
    harness.outputs.length = 0;
    const outcome = await harness.run("const base = 2; base", {
      silent: true,
      userExpressions: { double: "base * 2", broken: "missing.name" },
    });
    assert.deepEqual(harness.outputs, []);
    assert.equal(outcome.status, "ok");
    const { double, broken } = outcome.userExpressions ?? {};
    assert.deepEqual(double, { status: "ok", data: { "text/plain": "4" }, metadata: {} });
    assert.equal(broken?.status, "error");
    assert.equal(broken?.ename, "ReferenceError");
  });
});
