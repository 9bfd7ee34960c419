import assert from "node:assert/strict";
import { RunnerHarness } from "../harness.js";

const display = 'Symbol.for("Jupyter.display")';

describe("kernel/runner MIME bundles", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
    await harness.run("let calls = 0; const note = () => { calls++; throw new Error('called'); };");
  });
  after(() => harness.stop());

  const data = async (code: string): Promise<unknown> => {
    harness.outputs.length = 0;
    const outcome = await harness.run(code);
    assert.equal(outcome.status, "ok");
    assert.equal(harness.text(), "");
    return harness.outputs.find((output) => "data" in output)?.data;
  };

  it("of a Proxy is that of what it stands for: none of its traps is called", async () => {
    const traps =
      "get: note, has: note, ownKeys: note, getPrototypeOf: note, getOwnPropertyDescriptor: note, apply: note";
    assert.equal(await harness.result(`new Proxy({ a: 1 }, { ${traps} })`), "{ a: 1 }");
    assert.equal(
      await harness.result(`new Proxy(new Proxy({ a: 1 }, { ${traps} }), { ${traps} })`),
      "{ a: 1 }",
    );
    assert.equal(
      await harness.result(
        "const all = new Proxy(function () {}, { get: () => all, apply: () => all, has: () => true }); all",
      ),
      "[Function (anonymous)]",
    );
    assert.deepEqual(
      await data(`await display(new Proxy({ [${display}]: () => ({ "text/html": "x" }) }, { has: note }))`),
      {
        "text/plain": "[Object]",
        "text/html": "x",
      },
    );
    assert.equal(
      await harness.result("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); proxy"),
      "<Revoked Proxy>",
    );
    assert.match((await harness.failure("throw all")).text, /^Thrown value: \[Function/);
    assert.equal(await harness.result("calls"), "0");
  });

  it("reads getters of classes only, and takes failing ones for missing", async () => {
    const getters = `get outerHTML() { return note(); }, get toSpec() { return note(); }, get [${display}]() { return note(); }`;
    assert.match(String(await harness.result(`({ ${getters}, a: 1 })`)), /a: 1/);
    assert.equal(await harness.result("calls"), "0");
    assert.equal(
      await harness.result("new (class Failing { get outerHTML() { throw new Error('no'); } })()"),
      "Failing {}",
    );
    assert.deepEqual(await data("new (class Element { get outerHTML() { return '<b>b</b>'; } })()"), {
      "text/plain": "[Element]",
      "text/html": "<b>b</b>",
    });
  });

  it("does without the forms that fail", async () => {
    const shown = (forms: string) =>
      data(`const circle = {}; circle.circle = circle; ({ [${display}]: () => (${forms}) })`);
    assert.deepEqual(await shown('{ "text/html": "x", get "image/png"() { throw new Error("no"); } }'), {
      "text/plain": "[Object]",
      "text/html": "x",
    });
    assert.deepEqual(await shown('{ "text/html": "x", "application/json": circle }'), {
      "text/plain": "[Object]",
      "text/html": "x",
    });
    assert.deepEqual(
      await shown('{ "text/plain": "x", "application/json": { small: 5n, large: 2n ** 64n } }'),
      {
        "text/plain": "x",
        "application/json": { small: 5, large: "18446744073709551616" },
      },
    );
    const outcome = await harness.run("1", {
      userExpressions: { whole: `({ [${display}]: () => ({ "application/json": 5n }) })` },
    });
    assert.ok(outcome.status === "ok" && outcome.userExpressions["whole"]?.["status"] === "ok");
  });
});
