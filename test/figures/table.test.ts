import assert from "node:assert/strict";
import { inspect } from "node:util";
import pl from "nodejs-polars";
import { isDisplayable } from "../../src/host/connect.js";
import { displaySymbol, type MimeBundle } from "../../src/host/host.js";
import { table } from "../../src/figures/table.js";
import { bundleOf } from "./snapshot.js";

describe("table", () => {
  it("shows objects, numbers to the right", () => {
    const rows = [{ name: "MLP", accuracy: 0.98163333 }, { name: "<CNN>", note: null }]; // prettier-ignore
    assert.equal(
      inspect(table(rows)),
      [
        "name   accuracy  note",
        "─────────────────────",
        "MLP    0.981633",
        "<CNN>            null",
        "─────────────────────",
        "2 rows × 3 columns",
      ].join("\n"),
    );
    assert.match(
      bundleOf(table(rows))["text/html"] as string,
      /<td style="text-align:left">&#60;CNN&#62;<\/td>/,
    );
  });

  it("shows the ends and the shape of long and wide tables", () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ a: i, b: 2 * i, c: 3 * i }));
    const text = inspect(table(rows, { maxRows: 4, maxColumns: 2 }));
    assert.match(
      text,
      /^  a +b  …\n─+\n  0 +0  …\n  1 +2  …\n  … +…  …\n998 +1996  …\n999 +1998  …\n─+\n1,000 rows × 3 columns; \{ maxRows: 40 \} shows more$/,
    );
    assert.equal(inspect(table(rows, { maxRows: 1 })).split("\n").length, 5);
  });

  it("shows a million rows of nodejs-polars at once", () => {
    const count = 1_000_000;
    const frame = pl.DataFrame({
      id: Int32Array.from({ length: count }, (_, i) => i),
      half: new Float64Array(count).fill(0.5),
    });
    const start = performance.now();
    const html = bundleOf(table(frame, { maxRows: 6 }))["text/html"] as string;
    assert.ok(performance.now() - start < 500);
    assert.equal(html.match(/<tr>/g)!.length, 1 + 6 + 1);
    assert.match(html, />999999</);
    assert.match(html, /1,000,000 rows × 2 columns/);
  });

  it("is not needed for the head: data frames show it by themselves", () => {
    const frame = pl.DataFrame({ id: Array.from({ length: 1000 }, (_, i) => i) });
    assert.ok(isDisplayable(frame));
    const bundle = frame[displaySymbol]() as MimeBundle;
    assert.equal((bundle["text/html"] as string).match(/<tr>/g)!.length, 1 + 50);
  });

  it("shows columns that are called like a frame's own members, big integers and dates that are none", () => {
    const names = [
      "width",
      "columns",
      "height",
      "dtypes",
      "shape",
      "head",
      "toRecords",
      "getColumns",
      "length",
    ];
    const frame = pl.DataFrame(Object.fromEntries(names.map((name) => [name, [1n, 2n]])));
    assert.match(inspect(table(frame)), /^width  columns .*\n─+\n +1 +1[^]*2 rows × 9 columns$/);
    assert.match(
      inspect(table([{ a: 10n ** 20n, b: new Date(Number.NaN) }])),
      /100000000000000000000 +Invalid Date/,
    );
  });

  it("says what is wrong", () => {
    assert.throws(
      () => table(5 as unknown as object[]),
      /needs an array of objects or a data frame of nodejs-polars, but got 5/,
    );
    assert.throws(() => table([1, 2] as unknown as object[]), /but got \[ 1, 2 \]/);
    assert.throws(() => table([], { maxRows: 0 }), /maxRows must be a whole number from 1 up, but got 0/);
  });
});
