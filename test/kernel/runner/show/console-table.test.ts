import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { tableHtml, tableOf } from "../../../../src/kernel/runner/show/console-table.js";
import { RunnerHarness, succeeded } from "../harness.js";

describe("kernel/runner console.table", function () {
  this.timeout(20_000);

  it("has the rows and columns that Node has", () => {
    assert.deepEqual(tableOf([{ a: 1, b: "x" }, { c: [1] }, 5]), {
      head: ["(index)", "a", "b", "c", "Values"],
      rows: [
        ["0", "1", "x", "", ""],
        ["1", "", "", "[ 1 ]", ""],
        ["2", "", "", "", "5"],
      ],
    });
    assert.deepEqual(tableOf({ first: { a: 1, b: 2 } }, ["b", "z"]), {
      head: ["(index)", "b", "z"],
      rows: [["first", "2", ""]],
    });
    assert.deepEqual(tableOf(new Map([["k", { a: 1 }]])), {
      head: ["(iteration index)", "Key", "Values"],
      rows: [["0", "k", "{ a: 1 }"]],
    });
    assert.deepEqual(tableOf(new Set(["s"]))?.head, ["(iteration index)", "Values"]);
    assert.equal(tableOf("text"), undefined);
  });

  it("is HTML in which nothing of the data is code", () => {
    assert.equal(
      tableHtml({ head: ["(index)", "<a>"], rows: [["0", "<script>&"]] }),
      "<table><thead><tr><th>(index)</th><th>&lt;a&gt;</th></tr></thead>" +
        "<tbody><tr><th>0</th><td>&lt;script&gt;&amp;</td></tr></tbody></table>",
    );
  });

  it("has 1000 rows in each form, and says how to see more", async () => {
    const harness = new RunnerHarness();
    await harness.runner.start();
    const list = "Array.from({ length: 3500 }, (_, n) => n)";
    for (const data of [
      list,
      `new Set(${list})`,
      `new Map(${list}.map((n) => [n, n]))`,
      `({ ...${list} })`,
      `Int8Array.from(${list})`,
    ]) {
      harness.outputs.length = 0;
      succeeded(await harness.run(`console.table(${data}); undefined`));
      const [table] = harness.outputs;
      assert.ok(table?.type === "display_data");
      const { "text/plain": text, "text/html": html } = table.data as Record<string, string>;
      assert.match(
        text!,
        /… 2,500 more rows; console\.table\(rows\.slice\(1000, 2000\)\) shows the next ones\.$/,
      );
      assert.match(html!, /<p>… 2,500 more rows/);
      assert.equal(html!.match(/<tr>/g)?.length, 1001);
      assert.equal(text!.split("\n").length, 1005);
    }
    await harness.stop();
  });

  it("shows both forms in their place among what is printed", async () => {
    const harness = new RunnerHarness();
    await harness.runner.start();
    succeeded(await harness.run("console.log('before'); console.table([1]); console.table(2); 0;"));
    await harness.stop();
    assert.deepEqual(
      harness.outputs.slice(0, 3).map(({ type }) => type),
      ["stream", "display_data", "stream"],
    );
    const table = harness.outputs[1];
    assert.ok(table?.type === "display_data");
    assert.match(stripVTControlCharacters(String(table.data["text/plain"])), /│ 0 +│ 1 +│/);
    assert.match(String(table.data["text/html"]), /<th>0<\/th><td>1<\/td>/);
    assert.equal(harness.text(), "before\n2\n");
  });
});
