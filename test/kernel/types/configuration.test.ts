import assert from "node:assert/strict";
import { CheckedNotebook } from "./checked-notebook.js";

const nodeTypes = (version: string, text: string) => ({
  "node_modules/@types/node/package.json": JSON.stringify({ name: "@types/node", version }),
  "node_modules/@types/node/index.d.ts": text,
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
