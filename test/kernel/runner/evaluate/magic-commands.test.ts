import assert from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { mock } from "node:test";
import type { RunMagic } from "../../../../src/kernel/transform/cell-context.js";
import { NotebookScope } from "../../../../src/kernel/transform/scope.js";
import type { MimeBundle } from "../../../../src/kernel/contracts.js";
import { createMagics, type MagicHost } from "../../../../src/kernel/runner/evaluate/magic-commands.js";

describe("magics", () => {
  const scope = new NotebookScope();
  const shown: MimeBundle[] = [];
  let folder: string;
  let interrupt: AbortController;
  let host: MagicHost;
  let run: RunMagic;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "manabi-magics-")));
    interrupt = new AbortController();
    shown.length = 0;
    host = {
      folder,
      scope,
      display: (bundle) => void shown.push(bundle),
      ask: () => undefined,
      interruptSignal: () => interrupt.signal,
    };
    run = createMagics(host);
  });
  afterEach(() => {
    scope.delete();
    rmSync(folder, { recursive: true });
  });

  /** What a magic writes, with its result. */
  async function output(...call: Parameters<RunMagic>): Promise<{ text: string; result: unknown }> {
    let text = "";
    const collect = (chunk: string): boolean => Boolean((text += chunk));
    const written = [process.stdout, process.stderr].map((stream) => mock.method(stream, "write", collect));
    try {
      return { result: await run(...call), text };
    } finally {
      for (const { mock: replaced } of written) replaced.restore();
    }
  }

  it("! runs commands in the notebook's folder and says how they end", async () => {
    const command = await output("!", "pwd; echo problem >&2; exit 3");
    assert.equal(command.result, undefined);
    assert.match((await output("!", "pwd")).text, new RegExp(`^${folder}\\n$`));
    const { text } = await output("!", "echo problem >&2; exit 3");
    assert.equal(text, "problem\n(ended with exit code 3)\n");
  });

  it("! ends with its shell, whatever that has left running", async () => {
    const start = performance.now();
    assert.equal((await output("!", "sleep 5 & echo started")).text, "started\n");
    assert.ok(performance.now() - start < 3000);
  });

  it("! ends by an interrupt of the cell", async () => {
    const sleeping = run("!", "sleep 60");
    setTimeout(() => interrupt.abort(), 50);
    await assert.rejects(Promise.resolve(sleeping), { name: "AbortError" });
  });

  it("%npm leaves Manabi's own packages alone", async () => {
    writeFileSync(join(folder, "package.json"), "{}");
    mkdirSync(join(folder, "inner"));
    const prefixIn = async (where: string) => {
      run = createMagics({ ...host, folder: where });
      return (await output("%npm", "prefix")).text.trim().split("\n").at(-1);
    };
    assert.equal(await prefixIn(join(folder, "inner")), folder);
    assert.equal(await prefixIn(resolve("notebooks")), resolve("notebooks"));
  });

  it("%npm runs npm, and fails with it", async () => {
    writeFileSync(join(folder, "package.json"), '{ "scripts": { "hello": "echo hello from npm" } }');
    assert.match((await output("%npm", "run hello")).text, /hello from npm/);
    await assert.rejects(
      output("%npm", "run nothing"),
      /npm run nothing ended with exit code 1; its output is above/,
    );
  });

  it("%time and %%time give the result and tell the time, also of a failure", async () => {
    const timed = await output("%time", () => Promise.resolve(5));
    assert.equal(timed.result, 5);
    assert.match(timed.text, /^Wall time: [\d.]+ [mµn]s \(CPU: .* user, .* system\)\n$/);
    assert.deepEqual((await output("%%time", "", () => Promise.resolve({ value: 6 }))).result, { value: 6 });
    await assert.rejects(
      output("%time", () => Promise.reject(new RangeError("inner"))),
      RangeError,
    );
  });

  it("%timeit measures many runs", async () => {
    let calls = 0;
    const { text } = await output("%timeit", () => {
      calls += 1;
      const end = performance.now() + 20;
      while (performance.now() < end);
    });
    assert.match(
      text,
      /^\d\d(?:\.\d+)? ms ± [\d.]+ .s per loop \(mean ± standard deviation of 7 runs, 10 loops each\)\n$/,
    );
    assert.equal(calls, 1 + 10 + 70);
  }).timeout(20_000);

  it("%who lists names, %reset forgets them", async () => {
    assert.match((await output("%who", "")).text, /No cell has declared a name yet/);
    scope.set("rate", 0.5);
    scope.set("people", new Map([["a", 1]]));
    assert.equal(
      (await output("%who", "")).text,
      "rate    number  0.5\npeople  Map     Map(1) { 'a' => 1 }\n",
    );
    await output("%reset", "");
    assert.deepEqual(scope.names(), []);
  });

  it("%%writefile writes, appends, and leaves nothing beside", async () => {
    assert.match((await output("%%writefile", "a.txt", "one\n")).text, /^Wrote .*a\.txt\n$/);
    await output("%%writefile", "-a a.txt", "two\n");
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "one\ntwo\n");
    assert.deepEqual(readdirSync(folder), ["a.txt"]);
    await assert.rejects(output("%%writefile", "", "x"), /needs the path of a file/);
    await assert.rejects(output("%%writefile", "-a", "x"), /needs the path of a file/);
  });

  it("%%writefile keeps a file's mode, follows links, takes quotes and options as IPython does", async () => {
    const file = join(folder, "run.sh");
    writeFileSync(file, "old", { mode: 0o755 });
    symlinkSync("run.sh", join(folder, "link"));
    await output("%%writefile", '"link"', "new\n");
    await output("%%writefile", "run.sh --append", "more\n");
    assert.equal(readFileSync(file, "utf8"), "new\nmore\n");
    assert.equal(statSync(file).mode & 0o777, 0o755);
    assert.ok(lstatSync(join(folder, "link")).isSymbolicLink());
    await output("%%writefile", "'two words.txt'", "x");
    assert.ok(readdirSync(folder).includes("two words.txt"));
    await assert.rejects(
      output("%%writefile", "none/a.txt", "x"),
      /There is no folder .*none\. !mkdir -p .*none makes it/,
    );
  });

  it("@module writes a module in place of its earlier version, and of no other file; @browser says no", async () => {
    const version = (n: number) => `/** @module shapes */ export const sides = ${n};`;
    await output("@module", "shapes", version(3));
    await output("@module", "shapes", version(4));
    assert.equal(readFileSync(join(folder, "shapes.ts"), "utf8"), `${version(4)}\n`);
    writeFileSync(join(folder, "own.ts"), "export {};\n");
    await assert.rejects(output("@module", "own", version(5)), /own\.ts is there already/);
    assert.equal(readFileSync(join(folder, "own.ts"), "utf8"), "export {};\n");
    await assert.rejects(output("@module", "", "x"), /A module needs a name/);
    await assert.rejects(output("@browser", "", "x"), /do not run here/);
  });

  it("%%html and %%markdown show the cell, %%bash runs it", async () => {
    await output("%%html", "", "<b>bold</b>");
    await output("%%markdown", "", "# Title");
    assert.deepEqual(
      shown.map((bundle) => Object.keys(bundle)[0]),
      ["text/html", "text/markdown"],
    );
    assert.equal((await output("%%bash", "", "for i in 1 2; do echo $i; done")).text, "1\n2\n");
    await assert.rejects(output("%%bash", "", "exit 3"), /bash ended with exit code 3; its output is above/);
    await assert.rejects(output("%%bash", "", "kill -9 $$"), /bash ended by SIGKILL/);
  });

  it("%help describes all of them, or one", async () => {
    const lines = (await output("%help", "")).text.split("\n");
    assert.equal(lines.length, 18);
    // A notebook of usual width does not wrap them.
    assert.ok(lines.every((line) => line.length <= 110));
    assert.match(lines.at(-2)!, /^name\? +Shows the documentation/);
    assert.equal(
      (await output("%help", "who")).text,
      "%who  Lists the names that cells have declared, with their values.\n",
    );
    assert.match((await output("%help", "nope")).text, /no magic nope/);
    await assert.rejects(output("%%nope", "", "x"), /There is no magic %%nope/);
  });
});
