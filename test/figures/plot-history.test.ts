import assert from "node:assert/strict";
import { plotHistory, type HistoryValues } from "../../src/figures/plot-history.js";
import { assertSnapshot, bundleOf, svgOf } from "./snapshot.js";

/** A training that goes the way trainings go. */
function training(speed: number): HistoryValues {
  const series = (from: number, to: number): number[] =>
    Array.from({ length: 8 }, (_, epoch) => to + (from - to) * Math.exp(-epoch / speed));
  return {
    loss: series(0.3, 0.02),
    acc: series(0.9, 0.99),
    val_loss: series(0.2, 0.07),
    val_acc: series(0.94, 0.98),
  };
}

type Figure = { data: Record<string, unknown>[]; layout: Record<string, Record<string, unknown>> };

function plotlyOf(value: ReturnType<typeof plotHistory>): Figure {
  return bundleOf(value)["application/vnd.plotly.v1+json"] as Figure;
}

describe("plotHistory", () => {
  it("draws the loss and each metric, training solid and validation dashed", () => {
    const { data } = plotlyOf(plotHistory({ history: training(2), epoch: [0] }));
    assert.deepEqual(
      data.map(({ name, xaxis, line }) => [name, xaxis, (line as { dash: string }).dash]),
      [
        ["training", "x1", "solid"],
        ["validation", "x1", "4px,3px"],
        ["training", "x2", "solid"],
        ["validation", "x2", "4px,3px"],
      ],
    );
    assert.deepEqual(data[0]!["x"], [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("gives the same picture as static SVG, the same each time, with every text", () => {
    const svg = svgOf(plotHistory(training(2), { title: "Digits" }));
    assert.ok(svg === svgOf(plotHistory(training(2), { title: "Digits" })));
    for (const text of ["loss", "acc", "epoch", "training", "validation", "Digits", "0.1", "0.9"]) {
      assert.match(svg, new RegExp(`>${text}</t`), text);
    }
    assertSnapshot("history", svg);
  });

  it("compares runs by name", () => {
    const value = plotHistory({ small: training(2), large: { history: training(4) } }, { metrics: ["loss"] });
    assert.deepEqual(
      plotlyOf(value).data.map(({ name }) => name),
      ["small, training", "small, validation", "large, training", "large, validation"],
    );
    assertSnapshot("history-runs", svgOf(value));
  });

  it("takes NaN as a gap and shows accuracy only once", () => {
    const { data } = plotlyOf(plotHistory({ loss: [1, Number.NaN], acc: [0, 1], accuracy: [0, 1] }));
    assert.deepEqual(data.map(({ y }) => y), [[1, null], [0, 1]]); // prettier-ignore
  });

  it("shows Keras's names once, with the names of outputs, too", () => {
    const { data } = plotlyOf(plotHistory({ x_acc: [0, 1], x_accuracy: [0, 1], y_accuracy: [0, 1] }));
    assert.equal(data.length, 2);
  });

  it("says what is wrong", () => {
    const call =
      (value: unknown, options = {}) =>
      () =>
        plotHistory(value as HistoryValues, options);
    assert.throws(
      call(Promise.resolve()),
      /needs what model.fit resolves to \(await it\).*but got a promise/,
    );
    assert.throws(call({ loss: 1 }), /but got an object with loss/);
    assert.throws(call({ loss: [] }), /trained for at least one epoch/);
    assert.throws(call({ loss: [1] }, { metrics: ["mae"] }), /has no metric mae. It has: loss/);
  });
});
