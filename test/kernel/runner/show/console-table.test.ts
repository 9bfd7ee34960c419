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

  it("is HTML in which nothing of the data is code, with no more than 1000 rows", () => {
    assert.equal(
      tableHtml({ head: ["(index)", "<a>"], rows: [["0", "<script>&"]] }),
      "<table><thead><tr><th>(index)</th><th>&lt;a&gt;</th></tr></thead>" +
        "<tbody><tr><th>0</th><td>&lt;script&gt;&amp;</td></tr></tbody></table>",
    );
    const long = tableHtml({ head: ["(index)"], rows: Array.from({ length: 3500 }, () => ["0"]) });
    assert.equal(long.match(/<tr>/g)?.length, 1001);
    assert.match(long, /… 2,500 more rows/);
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
