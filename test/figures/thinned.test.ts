import assert from "node:assert/strict";
import { historyFigure } from "../../src/figures/plot-history.js";
import { placesToDraw } from "../../src/figures/thinned.js";

describe("figures: long series", () => {
  it("are drawn by few points that have all peaks, in order", () => {
    const values = Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 5000));
    values[54_321] = 9;
    values[54_322] = -9;
    const places = placesToDraw(values);
    assert.ok(places.length <= 2002, `${places.length} points`);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    for (const place of [0, 54_321, 54_322, 99_999])
      assert.ok(places.includes(place), `${place} is left out`);
    assert.deepEqual(placesToDraw([3, 1, 2]), [0, 1, 2]);
    assert.ok(placesToDraw(Array<number>(5000).fill(Number.NaN)).length > 1);
  });

  it("make a history of 100,000 epochs a small figure, with the numbers of its epochs", () => {
    const loss = Array.from({ length: 100_000 }, (_, i) => 1 / (i + 1));
    const { data } = historyFigure({ loss, val_loss: loss }) as { data: { x: number[]; y: number[] }[] };
    assert.ok(JSON.stringify(data).length < 200_000);
    for (const { x, y } of data) {
      assert.deepEqual([x[0], x.at(-1), y.at(-1)], [1, 100_000, loss.at(-1)]);
      assert.equal(x.length, y.length);
    }
  });
});
