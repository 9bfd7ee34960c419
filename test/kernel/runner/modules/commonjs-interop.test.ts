import assert from "node:assert/strict";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner CommonJS as bundlers import it", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    // As in lodash, nothing of what it exports can be seen in its text.
    harness.install(
      "tools",
      { main: "tools.js" },
      {
        "tools.js":
          "const tools = () => 'called'; tools.sum = (a) => a.reduce((x, y) => x + y, 0); tools.later = 'before';\n" +
          "tools.change = () => (tools.later = 'after'); (() => { module.exports = tools; })();",
        "part.js": "exports.part = 'part';",
      },
    );
    harness.install(
      "was-module",
      { main: "index.js" },
      {
        "index.js":
          "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = () => 'default'; exports.other = 3;",
      },
    );
    harness.install(
      "instance",
      { main: "index.js" },
      {
        "index.js":
          "module.exports = new (class { own = 1; method() { return this.own; } get read() { return 2; } })();",
      },
    );
    harness.install("text", { main: "index.js" }, { "index.js": "module.exports = 'text';" });
    harness.install(
      "thenable",
      { main: "index.js" },
      { "index.js": "module.exports = { then() { throw new Error('called'); }, x: 1 };" },
    );
    harness.install(
      "esm-thenable",
      { type: "module", exports: "./index.js" },
      { "index.js": "export function then() {} export const x = 2; export default 3;" },
    );
    await harness.runner.start();
  });
  after(() => harness.stop());

  it("has all properties of module.exports as exports", async () => {
    assert.equal(await harness.result("import * as tools from 'tools'; tools.sum([1, 2])"), "3");
    assert.equal(await harness.result("import { sum } from 'tools'; sum([1, 3])"), "4");
    assert.equal(
      await harness.result("const { sum: imported } = await import('tools'); imported([1, 4])"),
      "5",
    );
    assert.equal(await harness.result("import call from 'tools'; call() + call.sum([5])"), "'called5'");
    assert.equal(await harness.result("(await import('tools')) === (await import('tools'))"), "true");
    assert.equal(await harness.result("import { part } from 'tools/part'; part"), "'part'");
    assert.equal(
      await harness.result(
        "import { method, read } from 'instance'; import * as it from 'instance'; [it.method(), read]",
      ),
      "[ 1, 2 ]",
    );
    assert.equal(
      await harness.result("import text from 'text'; import * as t from 'text'; text === t.default"),
      "true",
    );
  });

  it("has their present values", async () => {
    assert.equal(
      await harness.result("import * as tools from 'tools'; import { later, change } from 'tools'; later"),
      "'before'",
    );
    assert.equal(await harness.result("change(); [later, tools.later]"), "[ 'after', 'after' ]");
  });

  it("has exports.default of what was an ES module as the default export", async () => {
    assert.equal(
      await harness.result("import hello, { other } from 'was-module'; hello() + other"),
      "'default3'",
    );
    assert.equal(
      await harness.result("import * as was from 'was-module'; was.default() + was.other"),
      "'default3'",
    );
  });

  it("imports a package that exports `then`", async () => {
    assert.equal(await harness.result("import { x, then } from 'thenable'; x + typeof then"), "'1function'");
    assert.equal(await harness.result("import * as thenable from 'thenable'; thenable.x"), "1");
    assert.equal(await harness.result("import three, { x as two } from 'esm-thenable'; three + two"), "5");
  });

  it("does so in local modules", async () => {
    harness.write(
      "local.ts",
      "import * as all from 'tools';\nimport call, { sum as add } from 'tools'; import type { Nothing } from 'tools';\n" +
        "export { sum as total } from 'tools'; export * as everything from 'tools';\n" +
        "export const sums: number[] = [all.sum([1]), add([2]), call.sum([3])];\n" +
        "export function fail(): never { throw new Error('here'); }",
    );
    assert.equal(
      await harness.result(
        "import { sums, total, everything, fail } from './local'; [...sums, total([4]), everything.sum([5])]",
      ),
      "[ 1, 2, 3, 4, 5 ]",
    );
    assert.match((await harness.failure("fail()")).text, /local\.ts:5:/);
    harness.write("lacks.ts", "import { nothing } from 'tools'; export const value = nothing;");
    assert.match(
      (await harness.failure("import './lacks'")).text,
      /'tools' does not provide an export named 'nothing'/,
    );
  });
});
