import assert from "node:assert/strict";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner modules", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    harness.install(
      "esm-only",
      { type: "module", exports: { import: "./index.js" } },
      {
        "index.js": "export const kind = 'esm'; export default function hello() { return 'hello'; }",
      },
    );
    harness.install(
      "common",
      { main: "main.js" },
      { "main.js": "exports.kind = 'commonjs'; exports.here = __dirname;" },
    );
    harness.install("needs-another", { main: "main.js" }, { "main.js": "require('not-there-either');" });
    harness.write("data.json", '{ "answer": 42 }');
    harness.write("plain.js", "export const kind = 'plain';");
    harness.write("classic.cjs", "exports.kind = 'classic';");
    harness.write("shapes/index.ts", "export { area } from './area';\nexport * as names from './names.js';");
    harness.write(
      "shapes/area.ts",
      "import type { Box } from './types';\nimport { kind } from 'esm-only';\n" +
        "export const area = (box: Box): string => `${kind} ${box.width * box.height}`;",
    );
    harness.write("shapes/types.ts", "export interface Box { width: number; height: number }");
    harness.write("shapes/names.ts", "export enum Name { box = 'BOX' }");
    harness.write(
      "fails.ts",
      "interface Padding {\n  x: number;\n}\nexport function fail(): never {\n  throw new Error('in file');\n}",
    );
    await harness.runner.start();
  });
  after(() => harness.stop());

  it("imports built-in modules, statically and dynamically", async () => {
    assert.equal(await harness.result("import { sep } from 'node:path'; sep"), "'/'");
    assert.equal(await harness.result("(await import('path')).posix.sep"), "'/'");
  });

  it("imports packages, ECMAScript and CommonJS", async () => {
    assert.equal(
      await harness.result("import hello, { kind } from 'esm-only'; hello() + kind"),
      "'helloesm'",
    );
    assert.equal(await harness.result("import common from 'common'; common.kind"), "'commonjs'");
    assert.equal(
      await harness.result("import { kind as commonKind } from 'common'; commonKind"),
      "'commonjs'",
    );
    assert.equal(await harness.result("require('common').kind"), "'commonjs'");
  });

  it("imports Manabi and its packages where the folder has none", async () => {
    assert.equal(await harness.result("import { tf } from 'manabi'; typeof tf.tensor"), "'function'");
  });

  it("imports JSON with and without an attribute", async () => {
    assert.equal(await harness.result("import data from './data.json'; data.answer"), "42");
    assert.equal(
      await harness.result("import data2 from './data.json' with { type: 'json' }; data2.answer"),
      "42",
    );
    assert.equal(await harness.result("require('./data.json').answer"), "42");
    assert.equal(await harness.result("import * as all from './data.json'; all.answer"), "42");
    assert.equal(await harness.result("(await import('./data.json')).answer"), "42");
  });

  it("imports local files, TypeScript or not, with and without extension", async () => {
    assert.equal(await harness.result("import { kind as plain } from './plain.js'; plain"), "'plain'");
    assert.equal(await harness.result("import classic from './classic.cjs'; classic.kind"), "'classic'");
    assert.equal(
      await harness.result(
        "import { area, names } from './shapes'; area({ width: 2, height: 3 }) + names.Name.box",
      ),
      "'esm 6BOX'",
    );
    assert.equal(await harness.result("(await import('./shapes/names.js')).Name.box"), "'BOX'");
    assert.equal(await harness.result("require('./shapes/names.ts').Name.box"), "'BOX'");
  });

  it("compiles JSX as the folder's tsconfig.json says, in cells and in files", async () => {
    harness.write(
      "tsconfig.json",
      '{ // with a comment\n "compilerOptions": { "jsx": "react", "jsxFactory": "make", }, }',
    );
    harness.write(
      "view.tsx",
      "const make = (tag: string) => `<${tag}> of the file`; export const view = <em />;",
    );
    const cell = "const make = (tag: string) => `<${tag}>`; const element = <b>{view}</b>; element + view";
    assert.equal(await harness.result(`import { view } from './view'; ${cell}`), "'<b><em> of the file'");
  });

  it("follows the paths of tsconfig.json, also those that it extends, in cells and in files", async () => {
    harness.write("config/base.json", '{ "compilerOptions": { "paths": { "@lib/*": ["../lib/*"] } } }');
    harness.write("tsconfig.json", '{ "extends": "./config/base.json" }');
    harness.write("lib/units.ts", "export const unit = 'm';");
    harness.write("lib/size.ts", "import { unit } from '@lib/units'; export const size = 3 + unit;");
    assert.equal(await harness.result("import { size } from '@lib/size'; size"), "'3m'");
    assert.equal(await harness.result("(await import('@lib/units')).unit"), "'m'");
    assert.equal(await harness.result("require('@lib/units').unit"), "'m'");
    harness.write("lib/units.ts", "export const unit = 'km';");
    assert.equal(await harness.result("import { size } from '@lib/size'; size"), "'3km'");
    assert.match((await harness.failure("import '@lib/nothing'")).text, /npm install @lib\/nothing/);
  });

  it("compiles decorators in files", async () => {
    harness.write(
      "decorated.ts",
      `const twice = (_: unknown, { name }: ClassFieldDecoratorContext) => (n: number) => n * 2 + String(name).length;
       export class Pair { @twice size: number = 3; }`,
    );
    assert.equal(await harness.result("import { Pair } from './decorated'; new Pair().size"), "10");
  });

  it("finds for what local CommonJS requires what it finds for what others import", async () => {
    harness.write("unit.ts", "export const unit = 'm';");
    harness.write("old/size.cjs", "exports.size = 3 + require('../unit').unit;");
    harness.write(
      "old/user.cjs",
      "exports.all = require('./size.cjs').size + typeof require('fflate').zip + typeof require('tslab').newDisplay;",
    );
    assert.equal(await harness.result("require('./old/user.cjs').all"), "'3mfunctionfunction'");
    harness.write("old/wrong.cjs", "require('not-there-at-all')");
    assert.match(
      (await harness.failure("require('./old/wrong.cjs')")).text,
      /not-there-at-all[^]*wrong\.cjs/,
    );
  });

  it("reads an edited file again, and those that import it", async () => {
    harness.write("counter.ts", "export let count = 1; export const loaded = Math.random();");
    harness.write("user.ts", "import { count } from './counter.ts'; export const twice = count * 2;");
    assert.equal(await harness.result("import { twice } from './user'; twice"), "2");
    const loaded = await harness.result("import { loaded } from './counter'; loaded");
    assert.equal(await harness.result("import { loaded } from './counter'; loaded"), loaded);
    harness.write("counter.ts", "export let count = 5; export const loaded = Math.random();");
    assert.equal(await harness.result("import { twice } from './user'; twice"), "10");
    harness.write("old.cjs", "module.exports = 'before';");
    assert.equal(await harness.result("require('./old.cjs')"), "'before'");
    assert.equal(await harness.result("import old from './old.cjs'; old"), "'before'");
    harness.write("old.cjs", "module.exports = 'after';");
    assert.equal(await harness.result("require('./old.cjs')"), "'after'");
    harness.write("old.cjs", "module.exports = 'at last';");
    assert.equal(await harness.result("import old from './old.cjs'; old"), "'at last'");
  });

  it("takes npm: specifiers for those of installed packages", async () => {
    harness.write("node_modules/@scope/tool/package.json", '{ "name": "@scope/tool", "main": "index.js" }');
    harness.write("node_modules/@scope/tool/index.js", "exports.tool = 'main';");
    harness.write("node_modules/@scope/tool/part.js", "exports.tool = 'part';");
    assert.equal(await harness.result("import { tool } from 'npm:@scope/tool@^1.2.3'; tool"), "'main'");
    assert.equal(await harness.result("(await import('npm:@scope/tool@1/part.js')).tool"), "'part'");
    assert.match((await harness.failure("import 'npm:not-there@2'")).text, /npm install not-there /);
  });

  it("finds a package that was installed after it had been missed", async () => {
    const { text } = await harness.failure("import 'brand-new';");
    assert.match(
      text,
      /Cannot find the package 'brand-new' from .*Install it in a cell: %npm install brand-new/,
    );
    harness.write("node_modules/brand-new/package.json", '{ "name": "brand-new", "main": "index.js" }');
    harness.write("node_modules/brand-new/index.js", "exports.fresh = true;");
    assert.equal(await harness.result("import { fresh } from 'brand-new'; fresh"), "true");
  });

  it("imports as URLs say it: with a query another instance, with a hash the same file", async () => {
    harness.write("instance.mjs", "export const id = Math.random();");
    harness.write("instance.ts", "export const typed: string = 'typed';");
    const ids = "import { id as a } from './instance.mjs?v=1'; import { id as b } from './instance.mjs?v=2';";
    assert.equal(
      await harness.result(`${ids} import { id as c } from './instance.mjs?v=1'; [a === b, a === c]`),
      "[ false, true ]",
    );
    assert.equal(await harness.result("import { typed } from './instance.ts#part'; typed"), "'typed'");
    assert.equal(await harness.result("(await import('./instance?x=1')).typed"), "'typed'");
  });

  it("shows the present value of what a module exports, in later cells, too", async () => {
    harness.write("live.mjs", "export let count = 0; export const increment = () => ++count;");
    assert.equal(
      await harness.result("import { count, increment } from './live.mjs'; increment(); count"),
      "1",
    );
    assert.equal(await harness.result("increment(); count"), "2");
    const { text } = await harness.failure(
      "import { increment as count2, nothing } from './live.mjs'; nothing",
    );
    assert.match(text, /nothing is not defined/);
  });

  it("has module, exports and require.main for scripts that are pasted", async () => {
    assert.equal(await harness.result("exports.one = 1; module.exports.one"), "1");
    assert.equal(await harness.result("require.main === module"), "true");
    const umd = `(function (root, factory) {
      if (typeof module === "object" && module.exports) module.exports = factory(); else root.lib = factory();
    })(this, () => ({ two: 2 })); module.exports.two`;
    assert.equal(await harness.result(umd), "2");
    assert.equal(await harness.result("const exports = 3; exports"), "3");
  });

  it("resolves names by import.meta.resolve", async () => {
    const resolved = await harness.result(
      "['./a.ts', 'esm-only', 'fs'].map((name) => import.meta.resolve(name))",
    );
    assert.match(String(resolved), /'file:\/\/.*\/a\.ts',\s+'file:.*\/esm-only\/index\.js',\s+'node:fs'/);
  });

  it("runs .cts files, and requires TypeScript that imports TypeScript", async () => {
    harness.write("typed.cts", "import fs = require('node:fs'); export = { kind: typeof fs.readFileSync };");
    assert.equal(await harness.result("import typed from './typed.cts'; typed.kind"), "'function'");
    assert.equal(await harness.result("require('./typed.cts').kind"), "'function'");
    harness.write("part.ts", "export const part: number = 1;");
    harness.write("whole.ts", "import { part } from './part'; export const whole: number = part + 1;");
    assert.equal(await harness.result("require('./whole').whole"), "2");
    harness.write("part.ts", "export const part: number = 10;");
    assert.equal(await harness.result("require('./whole').whole"), "11");
  });

  it("blames the package that is really missing", async () => {
    assert.match((await harness.failure("import 'needs-another';")).text, /not-there-either/);
    for (const code of ["import './nowhere';", "require('./nowhere');"]) {
      const { text } = await harness.failure(code);
      assert.match(text, /Cannot find the file '.\/nowhere' from .*, nor one with \.ts, .*\n {4}at cell/);
    }
    harness.write("lost.ts", "import './nowhere';");
    const { text } = await harness.failure("import './lost';");
    assert.match(text, /Cannot find module .*nowhere.* imported from .*lost\.ts/);
    assert.doesNotMatch(text, /node:internal/);
    assert.match((await harness.failure("require('not-there');")).text, /npm install not-there/);
  });

  it("names file and line of an error in a local TypeScript file, with its code", async () => {
    const { text } = await harness.failure("import { fail } from './fails';\nfail();");
    assert.match(text, /at fail \(.*fails\.ts:5:9\)\n.*\n.*\n +> 5 \| {3}throw new Error\('in file'\);/);
    assert.match(text, /at cell \[\d+\]:2:1/);
  });

  it("knows __dirname, __filename and import.meta", async () => {
    assert.equal(
      await harness.result("__dirname === import.meta.dirname && import.meta.url.startsWith('file:')"),
      "true",
    );
    assert.equal(await harness.result("__dirname"), `'${harness.folder}'`);
  });

  it("gives cells tslab's display functions", async () => {
    await harness.result(`
      import * as tslab from "tslab";
      tslab.display.html("<b>bold</b>");
      tslab.display.png(new Uint8Array([1, 2, 3]));
      const slot = tslab.newDisplay();
      slot.markdown("# one");
      slot.markdown("# two");
    `);
    const shown = harness.outputs.map((output) => ("data" in output ? [output.type, output.data] : output));
    assert.deepEqual(shown, [
      ["display_data", { "text/html": "<b>bold</b>" }],
      ["display_data", { "image/png": "AQID" }],
      ["display_data", { "text/markdown": "# one" }],
      ["update_display_data", { "text/markdown": "# two" }],
    ]);
  });
});
