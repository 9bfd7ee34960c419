import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { RunnerOutput } from "../../../../src/kernel/contracts.js";
import { RunnerHarness } from "../harness.js";

const isError = (output: RunnerOutput): output is Extract<RunnerOutput, { type: "error" }> =>
  output.type === "error";

describe("kernel/runner errors", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  after(() => harness.stop());

  it("show cell, line and the code around", async () => {
    const { ename, evalue, text } = await harness.failure(
      "interface Point { x: number }\nfunction read(point: Point | undefined) {\n  return point!.x;\n}\n\nread(undefined);",
    );
    assert.equal(ename, "TypeError");
    assert.equal(evalue, "Cannot read properties of undefined (reading 'x')");
    assert.equal(
      text.replaceAll(/\[\d+\]/g, "[N]"),
      `TypeError: Cannot read properties of undefined (reading 'x')
    at read (cell [N]:3:17)
      1 | interface Point { x: number }
      2 | function read(point: Point | undefined) {
    > 3 |   return point!.x;
        |                 ^
      4 | }
      5 | 
    at cell [N]:6:1
      4 | }
      5 | 
    > 6 | read(undefined);
        | ^`,
    );
  });

  it("name each cell of a stack", async () => {
    await harness.result("function outer(action: () => void) {\n  action();\n}");
    const { text } = await harness.failure("outer(() => {\n  throw new RangeError('too far');\n});");
    assert.match(
      text,
      /^RangeError: too far\n {4}at cell \[(\d+)\]:2:9[^]*at outer \(cell \[\d+\]:2:3\)[^]*at cell \[\1\]:1:1/,
    );
    assert.doesNotMatch(text, /node:|dist\/src|evaluator/);
  });

  it("show causes and the errors of an AggregateError", async () => {
    const { text } = await harness.failure(
      "throw new Error('outer', { cause: new AggregateError([new Error('first'), 'second'], 'both') });",
    );
    assert.match(
      text,
      /^Error: outer\n[^]*Caused by: AggregateError: both\n[^]*\[1 of 2\]: Error: first\n[^]*\[2 of 2\]: Thrown value: 'second'/,
    );
  });

  it("do not repeat the stack that a cause shares with its error", async () => {
    const { text } = await harness.failure(
      "function fail() {\n  throw new Error('outer', { cause: new Error('inner') });\n}\nfail();",
    );
    assert.match(text, /Caused by: Error: inner\n +at fail \(cell \[\d+\]:2:37\)\n[^]*\n +… and as above$/);
    assert.equal(text.match(/^ +at cell/gm)?.length, 1);
  });

  it("show calls within packages as one line, and always the line of the cell", async () => {
    harness.write("node_modules/deep/package.json", '{ "name": "deep", "main": "index.js" }');
    harness.write(
      "node_modules/deep/index.js",
      "exports.dive = (depth, action) => (depth > 0 ? exports.dive(depth - 1, action) : action());\n" +
        "exports.fail = () => { throw new Error('in the deep'); };",
    );
    const { text } = await harness.failure(
      "import { dive, fail } from 'deep';\ndive(20, () => dive(20, fail));",
    );
    assert.equal(
      text.replaceAll(/\[\d+\]/g, "[N]"),
      `Error: in the deep
    … 22 calls in deep
    at cell [N]:2:16
      1 | import { dive, fail } from 'deep';
    > 2 | dive(20, () => dive(20, fail));
        |                ^
    … 21 calls in deep
    at cell [N]:2:1
      1 | import { dive, fail } from 'deep';
    > 2 | dive(20, () => dive(20, fail));
        | ^`,
    );
    const { text: short } = await harness.failure("import { fail } from 'deep'; fail();");
    assert.match(short, /^Error: in the deep\n {4}at \S*fail \(deep\)\n {4}at cell/);
  });

  it("cut a deep stack in the middle", async () => {
    const { text } = await harness.failure(
      "function fall(depth) { if (depth === 0) throw new Error('down'); fall(depth - 1); }\nfall(30);",
    );
    assert.match(text, /… 22 more calls\n[^]*at cell \[\d+\]:2:1$/);
  });

  it("survive what is not an error, and errors that cannot be read", async () => {
    const { ename, evalue } = await harness.failure("throw { code: 5 };");
    assert.deepEqual([ename, stripVTControlCharacters(evalue)], ["Thrown value", "{ code: 5 }"]);
    assert.equal((await harness.failure("throw undefined")).evalue, "undefined");
    const broken =
      "throw new (class Odd extends Error { get message(): string { throw 1; } get stack(): string { throw 2; } })()";
    assert.match((await harness.failure(broken)).text, /^Error/);
    const self = "const loop = new Error('round'); loop.cause = loop; throw loop;";
    assert.match((await harness.failure(self)).text, /^Error: round/);
  });

  it("survive values that answer nothing", async () => {
    const proxy =
      "new Proxy({}, { get() { throw 1; }, has() { throw 1; }, ownKeys() { throw 1; }, getPrototypeOf() { throw 1; } })";
    assert.equal((await harness.failure(`throw ${proxy}`)).ename, "Thrown value");
    const named =
      "const odd = new Error('odd'); (odd as any).name = { get [Symbol.toStringTag]() { throw 1; } };";
    assert.match((await harness.failure(`${named} throw odd`)).text, /odd/);
    await harness.result(`setTimeout(() => { throw ${proxy}; }); Promise.reject(${proxy})`);
    await harness.waitFor((output): output is typeof output => output.type === "error");
    assert.equal(await harness.result("1"), "1");
    assert.deepEqual(harness.replaced, []);
  });

  it("show the details of system errors", async () => {
    const { text } = await harness.failure("require('node:fs').readFileSync('/not/there')");
    assert.match(text, /^Error \[ENOENT\]: ENOENT: no such file or directory/);
    assert.match(text, /path: '\/not\/there'/);
  });

  it("are all that comes of code that is nested too deep", async () => {
    const { ename, evalue } = await harness.failure("[".repeat(100_000) + "]".repeat(100_000));
    assert.deepEqual([ename, evalue], ["SyntaxError", "Brackets are nested more than 1000 levels deep."]);
    assert.deepEqual(harness.replaced, []);
  });

  it("point at the place of a syntax error", async () => {
    const { ename, text } = await harness.failure("const a = 1;\nconst b = = 2;");
    assert.equal(ename, "SyntaxError");
    assert.match(text, /2 \| const b = = 2;\n +\| +\^/);
  });

  it("of timers and promises belong to the cell that caused them, and the process goes on", async () => {
    harness.outputs.length = 0;
    await harness.run("setTimeout(() => { throw new Error('in a timer'); }, 30); undefined");
    const cellId = `cell-${harness.count}`;
    await harness.run("await new Promise((resolve) => setTimeout(resolve, 100));");
    const late = await harness.waitFor(isError);
    assert.equal(late.cellId, cellId);
    assert.equal(late.evalue, "in a timer");

    harness.outputs.length = 0;
    await harness.run("void Promise.reject(new TypeError('nobody caught')); undefined");
    const rejected = await harness.waitFor(isError);
    assert.equal(rejected.cellId, `cell-${harness.count}`);
    assert.equal(rejected.ename, "TypeError");
  });

  it("that nobody catches while the cell still runs go to its stderr", async () => {
    harness.outputs.length = 0;
    await harness.result(
      "void Promise.reject(new Error('early')); await new Promise((resolve) => setTimeout(resolve, 50)); 1",
    );
    assert.match(harness.text(), /Error: early\n +at cell/);
    assert.deepEqual(
      harness.outputs.map((output) => output.type),
      ["stream", "execute_result"],
    );
  });

  it("print in console with positions in cells", async () => {
    assert.match(
      await harness.printed("\nconsole.error(new Error('printed'));"),
      /Error: printed\n +at cell \[\d+\]:2:15/,
    );
    assert.match(await harness.printed("console.trace('here');"), /Trace: here\n +at cell \[\d+\]:1:9/);
  });
});
