import assert from "node:assert/strict";
import { CheckedNotebook } from "./checked-notebook.js";

const nodeTypes = (version: string, text: string) => ({
  "node_modules/@types/node/package.json": JSON.stringify({ name: "@types/node", version }),
  "node_modules/@types/node/index.d.ts": text,
});

describe("tsconfig.json", function () {
  this.timeout(60_000);

  it("may have baseUrl, and other options that TypeScript 7 has done away with", () => {
    const options = { baseUrl: "./src", paths: { "@/*": ["*"] }, target: "es5", esModuleInterop: false };
    const notebook = new CheckedNotebook({
      "tsconfig.json": JSON.stringify({ compilerOptions: options }),
      "src/parts/one.ts": "export const one = 1;",
      "src/two.ts": "import { one } from 'parts/one'; export const two = one + 1;",
    });
    const cell =
      "import { one } from '@/parts/one'; import { two } from 'two'; import fs from 'fs'; one.foo; two.foo";
    assert.deepEqual(notebook.check(cell), ["2339 1:88 foo", "2339 1:97 foo"]);
    assert.deepEqual(notebook.check("import none from 'none'"), ["2307 1:18 'none'"]);
    notebook.close();
  });
});

describe("declarations of Node", function () {
  this.timeout(60_000);
  let notebook: CheckedNotebook;
  afterEach(() => notebook.close());

  it("are not those of an older Node in a folder above", () => {
    notebook = new CheckedNotebook(
      {
        ...nodeTypes("14.18.0", "declare var process: { old: true };"),
        "node_modules/uses-node/index.d.ts":
          '/// <reference types="node" />\nexport const a: NodeJS.Process;',
      },
      "notes/today",
    );
    assert.deepEqual(
      notebook.check(
        "import { a } from 'uses-node'; fetch('x'); structuredClone(1); process.pid; a.pid; a.foo",
      ),
      ["2339 1:86 foo"],
    );
  });

  it("are the folder's if they are of this Node or a newer one", () => {
    notebook = new CheckedNotebook(nodeTypes("99.0.0", "declare var process: { newest: true };"));
    assert.deepEqual(notebook.check("process.newest; process.pid"), ["2339 1:25 pid"]);
  });
});
