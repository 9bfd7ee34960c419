import assert from "node:assert/strict";
import { sweepReport } from "../../../src/jobs/sweep/sweep-report.js";
import type { RunRecord } from "../../../src/jobs/sweep/run-record.js";
import { sweepTable, tableCsv, tableText } from "../../../src/jobs/sweep/sweep-table.js";

describe("jobs/sweep/table", () => {
  const record = (
    rate: number,
    results: Record<string, unknown>,
    more: Partial<RunRecord> = {},
  ): RunRecord => ({
    state: "done",
    point: { rate: String(rate), kind: "<b>" },
    parameters: { rate, kind: "<b>" },
    results,
    seconds: 1.5,
    notebook: "x",
    ...more,
  });
  const records = [
    record(0.1, { accuracy: 0.9, loss: "NaN" }),
    record(0.01, { accuracy: 0.95, loss: 2 }),
    undefined,
    record(0.001, {}, { state: "failed", error: 'cell 1: "a",\nb' }),
    record(1, { accuracy: 0.5, loss: 1, note: "=1+1" }),
  ];

  it("sorts by a column, what has no number last", () => {
    const order = (sort: string): unknown[] => sweepTable(records, sort).rows.map(({ cells }) => cells[0]);
    assert.deepEqual(order("accuracy"), [0.01, 0.1, 1, 0.001]);
    assert.deepEqual(order("-accuracy"), [1, 0.1, 0.01, 0.001]);
    assert.deepEqual(order("-rate"), [0.001, 0.01, 0.1, 1]);
    assert.deepEqual(order("no such"), [0.1, 0.01, 0.001, 1]);
    assert.deepEqual(sweepTable(records, "accuracy").results, ["loss", "note", "accuracy"]);
  });

  it("is written for terminals and spreadsheets", () => {
    const table = sweepTable(records);
    const [head, first] = tableText(table).split("\n");
    assert.equal(head, " rate  kind  accuracy  loss  note  seconds");
    assert.equal(first, "  0.1  <b>        0.9  NaN             1.5");
    const lines = tableCsv(table).split("\r\n");
    assert.equal(lines[0], "rate,kind,accuracy,loss,note,seconds,state,error");
    assert.equal(lines[3], '0.001,<b>,,,,1.5,failed,"cell 1: ""a"",\nb"');
    assert.equal(lines[4], "1,<b>,0.5,1,'=1+1,1.5,done,");
  });

  it("is drawn as lines across axes, one for each run that has ended well", () => {
    const html = sweepReport("a/note.ipynb", sweepTable(records, "-accuracy"), 5);
    assert.equal(html.match(/<polyline/g)?.length, 3);
    assert.match(html, /4 of 5 runs have ended, 1 of them failed/);
    for (const axis of ["rate", "accuracy", "loss"])
      assert.match(html, new RegExp(`text-anchor="middle"[^>]*>${axis}<`));
    assert.doesNotMatch(html, /<b>|>kind<\/text>/);
    assert.doesNotMatch(html, /NaN,|,NaN"/);
    assert.match(sweepReport("note.ipynb", sweepTable([records[0]]), 1), /A picture needs two runs/);
  });
});
