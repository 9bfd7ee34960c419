import assert from "node:assert/strict";
import { failed, RunnerHarness } from "./runner/harness.js";

describe("kernel/intrinsics", () => {
  let harness: RunnerHarness;
  beforeEach(async () => {
    harness = new RunnerHarness();
    harness.write("local.ts", "export const local: number[] = [1];");
    await harness.runner.start();
  });
  afterEach(() => harness.stop());

  /** Whether cells do what they did before. */
  const works = async (): Promise<void> => {
    assert.equal(
      await harness.result("import { local } from './local'; console.log('printed'); [local]"),
      "[ [ 1 ] ]",
    );
    assert.equal(harness.text(), "printed\n");
    const { text } = await harness.failure("1;\nthrow new Error('here')");
    assert.match(text, /^Error: here\n {4}at cell \[\d+\]:2:7/);
    assert.equal(
      await harness.result("await new Promise((r) => require('child_process').exec('true', r)); 5"),
      "5",
    );
  };

  const changes: Record<string, string> = {
    "replaces JSON": "JSON.stringify = () => 'x'; JSON.parse = () => { throw new Error('parse'); };",
    "gives arrays and objects toJSON":
      "Array.prototype.toJSON = () => 'gone'; Object.prototype.toJSON = () => 'gone';",
    "mocks timers": "require('node:test').mock.timers.enable();",
    "replaces timers":
      "for (const name of ['setTimeout', 'setImmediate', 'queueMicrotask', 'AbortController']) globalThis[name] = () => { throw 1; };" +
      "performance.now = Date.now = () => 0;",
    "freezes what there is":
      "for (const each of [Object, Array, Function, Error, Promise, JSON, Map]) Object.freeze(Object.freeze(each).prototype);",
    "replaces other things": "Buffer.from = () => { throw 1; }; process.stdout.end();",
  };
  for (const [what, code] of Object.entries(changes)) {
    it(`takes what the runner needs before user code ${what}`, async () => {
      await harness.printed(`${code} undefined`);
      await works();
    });
  }

  it("takes files before user code mocks them", async () => {
    await harness.printed(
      "const fs = require('fs'); for (const name of Object.keys(fs)) if (typeof fs[name] === 'function') fs[name] = () => { throw 1; };" +
        "require('module').syncBuiltinESMExports(); undefined",
    );
    assert.equal(await harness.result("import { local } from './local'; local"), "[ 1 ]");
  });

  it("says so where that does not help, and starts anew", async () => {
    const broken = failed(await harness.run("Array.prototype.map = () => { throw new Error('map'); }; 4"));
    assert.match(broken.evalue, /its code has changed what the kernel needs itself.*All variables are lost/);
    const garbled = failed(
      await harness.run(
        "require('fs').writeSync(3, Buffer.from([8, 0, 0, 0, 0, 3, 0, 0, 0, 123, 123, 123])); await new Promise(() => {})",
      ),
    );
    assert.match(garbled.evalue, /its code has changed what the kernel needs itself/);
    assert.equal(await harness.result("1 + 1"), "2");
  });
});
