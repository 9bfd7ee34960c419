import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fromPercent, toPercent } from "../../../src/jobs/convert/percent-format.js";
import { parseNotebook, readNotebook, type Notebook } from "../../../src/jobs/notebook.js";
import { projectRoot } from "../../../src/setup/project.js";
import { mulberry32 } from "../../../src/tfjs/mulberry32.js";
import { temporaryFolder } from "../../setup/sandbox.js";
import { code, markdownCell, notebookOf } from "../notebooks.js";

describe("jobs/convert", function () {
  this.timeout(20_000);
  const withoutOutputs = (notebook: Notebook): Notebook => ({
    ...notebook,
    cells: notebook.cells.map((cell) =>
      cell.outputs ? { ...cell, outputs: [], execution_count: null } : cell,
    ),
  });
  const isKept = (notebook: Notebook, name = ""): void =>
    assert.deepEqual(fromPercent(toPercent(notebook), "x.ts"), withoutOutputs(notebook), name);

  it("is readable", () => {
    const notebook = notebookOf(
      markdownCell("# Title\n\ntext"),
      code("%time f()\nconst a = 1;\n\na", "parameters"),
      { ...code("raw"), cell_type: "raw" },
    );
    notebook.metadata.kernelspec = { name: "manabi", language: "typescript" };
    assert.equal(
      toPercent(notebook),
      `// ---
// jupyter:
//   jupytext:
//     text_representation:
//       extension: .ts
//       format_name: percent
//       format_version: "1.3"
//   kernelspec:
//     name: manabi
//     language: typescript
// ---

// %% [markdown]
// # Title
//
// text

// %% tags=["parameters"] manabi_id="cell-25"
// %time f()
const a = 1;

a

// %% [raw] manabi_id="cell-3"
// raw
`,
    );
  });

  it("loses nothing of the lessons", () => {
    for (const name of fs.readdirSync("notebooks").filter((each) => each.endsWith(".ipynb")))
      isKept(readNotebook(path.join("notebooks", name)), name);
  });

  it("loses nothing of what looks like the format itself", () => {
    const lines = [
      "",
      "//",
      "// ",
      "// %%",
      "// %% [markdown]",
      "// // %%",
      "%% a",
      "%%writefile x",
      "%time",
      "// %time",
      "// // %time",
      "  // %%",
      " %time",
      "//%% x",
      "/// %%",
      "// In[3]:",
      "<codecell>",
      "// <codecell>",
      "In[1]",
      "// ---",
      "---",
      "a",
      " ",
      "`",
      "\t// %%",
      "!ls",
      "x?",
      "// 5 %",
      "// % of",
      "日本 // %%",
      "\r",
      "a\r",
      "// %%%% x",
      "\u2028",
    ];
    const random = mulberry32(7);
    const pick = (): string => lines[Math.floor(random() * lines.length)]!;
    const metadatas = [
      {},
      { tags: ["a b", 'c="d"'] },
      { "a b": 1 },
      { "x.y": { z: [null, "{", "= "] } },
      { title: "[markdown] no" },
      { text: "x y=1" },
    ];
    for (let round = 0; round < 500; round += 1) {
      const cells = Array.from({ length: Math.floor(random() * 4) }, () => {
        const source = Array.from({ length: Math.floor(random() * 5) }, pick).join("\n");
        const type = (["code", "markdown", "raw"] as const)[Math.floor(random() * 3)]!;
        const cell = type === "code" ? code(source) : { ...markdownCell(source), cell_type: type };
        return { ...cell, metadata: metadatas[Math.floor(random() * metadatas.length)]! };
      });
      isKept(notebookOf(...cells), String(round));
    }
  });

  it("keeps metadata of every kind, attachments, and the minor version", () => {
    const notebook = notebookOf({
      ...markdownCell("![a](attachment:a.png)"),
      attachments: { "a.png": { "image/png": "AAA=" } },
    });
    notebook.metadata = {
      on: "no",
      text: "a: b\n---\n\n  c # d",
      date: "2020-01-01",
      list: [1, "1", null, true],
      jupytext: { formats: "ipynb,ts" },
    };
    notebook.nbformat_minor = 4;
    isKept(notebook);
  });

  it("reads what people and jupytext write", () => {
    const text =
      "import a from 'a';\n\n// %% A title [markdown]\n// # x\n// %% tags=[\"t\"]\n1\n// %%% deeper\n//%%time\n2\n";
    const { cells } = fromPercent(text, "x.ts");
    assert.deepEqual(
      cells.map(({ cell_type: type, metadata, source }) => [type, metadata, source]),
      [
        ["code", {}, "import a from 'a';"],
        ["markdown", { title: "A title" }, "# x"],
        ["code", { tags: ["t"] }, "1"],
        ["code", { title: "deeper", cell_depth: 1 }, "%%time\n2"],
      ],
    );
    assert.deepEqual(fromPercent(text.replaceAll("\n", "\r\n"), "x.ts").cells, cells);
    assert.deepEqual(fromPercent("", "x.ts").cells, []);
    assert.throws(() => fromPercent("// ---\n// a: [\n// ---\n", "x.ts"), /The header of x\.ts is not YAML/);
  });

  it("is a command; unchanged cells keep their outputs", () => {
    const folder = temporaryFolder();
    const manabi = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(projectRoot, "dist/src/cli/main.js"), "convert", ...args], {
        cwd: folder,
        encoding: "utf8",
      });
    const notebook = notebookOf(code("1 + 1"), code("2"));
    notebook.cells[0]!.outputs = [{ output_type: "stream", name: "stdout", text: "kept\n" }];
    fs.writeFileSync(path.join(folder, "a.ipynb"), JSON.stringify(notebook));
    assert.equal(manabi("a.ipynb", "a.ts").status, 0);
    const script = fs.readFileSync(path.join(folder, "a.ts"), "utf8");
    fs.writeFileSync(path.join(folder, "a.ts"), script.replace("\n2\n", "\n3\n"));
    assert.equal(manabi("a.ts", "a.ipynb").status, 0);
    const { cells } = parseNotebook(fs.readFileSync(path.join(folder, "a.ipynb"), "utf8"), "a.ipynb");
    assert.deepEqual(
      cells.map(({ source, outputs }) => [source, outputs!.length]),
      [
        ["1 + 1", 1],
        ["3", 0],
      ],
    );
    assert.match(manabi("a.ts", "b.ts").stderr, /expected a notebook and a script/);
    assert.match(manabi("no.ts", "b.ipynb").stderr, /There is no file no\.ts/);
  });
});
