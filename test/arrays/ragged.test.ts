import assert from "node:assert/strict";
import { inspect } from "node:util";
import { toNdArray } from "../../src/arrays/ndarray.js";
import { Ragged } from "../../src/arrays/ragged.js";
import { displaySymbol } from "../../src/host/host.js";

describe("Ragged", () => {
  const rows = Ragged.from([[1, 14, 22], [], [1, 2], [-7]]);

  it("gives rows as views, by index, in turn and by slice", () => {
    assert.equal(rows.length, 4);
    assert.deepEqual([...rows.at(0)], [1, 14, 22]);
    assert.deepEqual([...rows.at(-1)], [-7]);
    assert.equal(rows.at(2).buffer, rows.values.buffer);
    assert.deepEqual(
      [...rows].map((row) => row.length),
      [3, 0, 2, 1],
    );
    assert.deepEqual([...rows.lengths], [3, 0, 2, 1]);
    assert.deepEqual(rows.slice(1, -1).toArray(), [[], [1, 2]]);
    assert.deepEqual([...rows.slice(2).offsets], [0, 2, 3]);
    assert.equal(rows.slice(2).values.buffer, rows.values.buffer);
    assert.deepEqual(rows.slice(3, 1).toArray(), []);
    assert.deepEqual(rows.slice(9).toArray(), []);
    assert.deepEqual(Ragged.from([]).toArray(), []);
    for (const index of [4, -5, 0.5, NaN])
      assert.throws(() => rows.at(index), new RegExp(`Index ${index} is outside of 4 rows`));
  });

  it("maps and gathers into copies", () => {
    const longer = rows.map((row, i) => [...row, i]);
    assert.deepEqual(longer.toArray(), [[1, 14, 22, 0], [1], [1, 2, 2], [-7, 3]]);
    const gathered = rows.gather([2, 0, 2]);
    assert.deepEqual(gathered.toArray(), [
      [1, 2],
      [1, 14, 22],
      [1, 2],
    ]);
    const copy = Ragged.from(rows);
    copy.values[0] = 9;
    gathered.values[0] = 9;
    assert.deepEqual(rows.toArray(), [[1, 14, 22], [], [1, 2], [-7]]);
  });

  it("is refused in words where rows or offsets are wrong", () => {
    const wrong = (given: unknown): Ragged => Ragged.from(given as number[][]);
    assert.throws(() => wrong([[1], 2]), /row 1 is 2/);
    assert.throws(() => wrong([[1], null]), /row 1 is null/);
    assert.throws(() => wrong([[1], "ab"]), /row 1 is 'ab'/);
    assert.throws(() => wrong([[1], [2, 0.5]]), /number 1 of row 1 is 0.5/);
    assert.throws(() => wrong([[2 ** 31]]), /number 0 of row 0 is 2147483648/);
    assert.throws(() => wrong([[NaN]]), /is NaN/);
    assert.throws(() => wrong([["1"]]), /is '1'/);
    assert.throws(() => wrong([[true]]), /is true/);
    assert.throws(() => new Ragged(Int32Array.of(1), Uint32Array.of(0, 2)), /lead from 0 to 2/);
    assert.throws(() => new Ragged(Int32Array.of(), new Uint32Array()), /from undefined to undefined/);
    assert.throws(() => new Ragged(Int32Array.of(1, 2), Uint32Array.of(0, 2, 1, 2)), /number 2 is 1 after 2/);
    assert.throws(() => toNdArray(rows as never), /padSequences/);
  });

  it("shows itself, shortened", () => {
    assert.equal(rows.toString(), "Ragged, 4 rows of 0 to 3 numbers\n[1 14 22]\n[]\n[1 2]\n[-7]");
    assert.deepEqual(rows[displaySymbol](), { "text/plain": rows.toString() });
    assert.equal(inspect(rows), rows.toString());
    assert.match(inspect({ rows }), /rows: Ragged, 4 rows of 0 to 3 numbers }/);
    const long = Ragged.from(Array.from({ length: 2000 }, () => new Int32Array(30)));
    assert.match(long.toString(), /^Ragged, 2,000 rows of 30 numbers\n\[(?:0 ){20}…\] \(30\)\n/);
    assert.match(long.toString(), /\n… 1,990 more rows$/);
    assert.equal(Ragged.from([]).toString(), "Ragged, 0 rows");
  });
});
