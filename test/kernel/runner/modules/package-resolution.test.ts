import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner packages", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    harness.install("other", { main: "index.js" }, { "index.js": "exports.other = 1;" });
    await harness.runner.start();
  });
  after(() => harness.stop());

  it("finds what was installed after it had been missed, by its exports", async () => {
    const install = (name: string) =>
      harness.install(
        name,
        { type: "module", exports: { ".": "./dist/index.js" } },
        { "dist/index.js": "export const fresh = true;" },
      );
    assert.match((await harness.failure("import 'new-one'")).text, /%npm install new-one/);
    install("new-one");
    assert.equal(await harness.result("import { fresh } from 'new-one'; fresh"), "true");
    assert.match((await harness.failure("require('new-two')")).text, /%npm install new-two/);
    install("new-two");
    assert.equal(await harness.result("import { fresh } from 'new-two'; fresh"), "true");
    harness.write("uses.ts", "import { fresh } from 'new-three'; export const value = fresh;");
    assert.match(
      (await harness.failure("import './uses'")).text,
      /Cannot find package 'new-three'.*uses\.ts/,
    );
    install("new-three");
    assert.equal(await harness.result("import { value } from './uses'; value"), "true");
  });

  it("runs TypeScript of a workspace's package, and reads it again when it was edited", async () => {
    harness.write(
      "packages/lib/package.json",
      '{ "name": "@here/lib", "exports": { ".": "./src/index.ts", "./*": "./src/*.ts" } }',
    );
    harness.write("packages/lib/src/index.ts", "import { b } from './b'; export const a: number = 1 + b;");
    harness.write("packages/lib/src/b.ts", "export const b: number = 1;");
    mkdirSync(join(harness.folder, "node_modules/@here"));
    symlinkSync("../../packages/lib", join(harness.folder, "node_modules/@here/lib"));
    assert.equal(
      await harness.result("import { a } from '@here/lib'; import { b } from '@here/lib/b'; [a, b]"),
      "[ 2, 1 ]",
    );
    assert.equal(await harness.result("require('@here/lib').a"), "2");
    harness.write("packages/lib/src/b.ts", "export const b: number = 10;");
    assert.equal(await harness.result("import { a } from '@here/lib'; a"), "11");
    assert.equal(await harness.result("require('@here/lib').a"), "11");
    harness.write("through.ts", "import { a } from '@here/lib'; export const through = a;");
    assert.equal(await harness.result("import { through } from './through'; through"), "11");
    harness.write("packages/lib/src/b.ts", "export const b: number = 20;");
    assert.equal(await harness.result("import { through } from './through'; through"), "21");
  });

  it("knows the folder's own package by its name and its aliases", async () => {
    harness.write(
      "package.json",
      '{ "name": "own", "exports": "./main.ts", "imports": { "#unit": "./unit.ts", "#lib/*": "./lib/*.ts", "#o": "other" } }',
    );
    harness.write("main.ts", "import { unit } from '#unit'; export const size: string = 3 + unit;");
    harness.write("unit.ts", "export const unit: string = 'm';");
    harness.write("lib/part.ts", "export const part: string = 'part';");
    const imports =
      "import { unit } from '#unit'; import { part } from '#lib/part'; import { other } from '#o';";
    assert.equal(
      await harness.result(`${imports} import { size } from 'own'; [unit, part, other, size]`),
      "[ 'm', 'part', 1, '3m' ]",
    );
    assert.equal(await harness.result("[require('#unit').unit, require('own').size]"), "[ 'm', '3m' ]");
    harness.write("unit.ts", "export const unit: string = 'km';");
    assert.equal(await harness.result("import { size } from 'own'; size"), "'3km'");
    assert.match((await harness.failure("import '#nothing'")).evalue, /has no "imports" for '#nothing'/);
  });
});
