import assert from "node:assert/strict";
import pl from "nodejs-polars";
import { toNdArray } from "../../../src/arrays/ndarray.js";
import { figure, type FigureOptions } from "../../../src/figures/plotly/figure.js";
import { tf } from "../../../src/keras/load.js";
import { bundleOf, svgOf } from "../snapshot.js";

describe("figure", () => {
  it("takes titles as text, as older versions of plotly.js do", () => {
    const axis = { title: "length" };
    const bundle = bundleOf(figure({ data: [{ y: [1, 2] }], layout: { title: "Petals", xaxis2: axis } }));
    const { layout } = bundle["application/vnd.plotly.v1+json"] as { layout: Record<string, unknown> };
    assert.deepEqual(layout["title"], { text: "Petals" });
    assert.deepEqual(layout["xaxis2"], { title: { text: "length" } });
    assert.match(String(bundle["image/svg+xml"] ?? bundle["text/html"]), /Petals|base64/);
  });

  it("draws in three dimensions, in the static picture from one side", () => {
    for (const trace of [
      { type: "surface", z: toNdArray([[1, 2], [3, Number.NaN]]) }, // prettier-ignore
      { type: "scatter3d", x: ["a", "b"], y: [1, 2], z: [3, 4], mode: "markers" },
      { type: "mesh3d", x: [0, 1, 0], y: [0, 0, 1], z: [0, 0, 1] },
    ] as const) {
      const bundle = bundleOf(
        figure({ data: [trace], layout: { scene: { zaxis: { title: { text: "height" } } } } }),
      );
      const { data } = bundle["application/vnd.plotly.v1+json"] as { data: { type: string }[] };
      assert.equal(data[0]!.type, trace.type);
      assert.match(bundle["image/svg+xml"] as string, /class="point"[^]*>height</);
    }
  });

  it("says what it takes, and what it draws", () => {
    assert.throws(() => figure([{ y: [1] }] as never), /figure\(\{ data: \[\{ type: "scatter"/);
    assert.throws(
      () => figure({ data: [{ type: "scattermap", lat: [1] }] }),
      /cannot draw traces of type "scattermap"; it draws bar, box, contour, .*, violin\./,
    );
  });
});

describe("figures/plotly: what holds numbers plots", () => {
  const dataOf = (options: FigureOptions): Record<string, unknown>[] => {
    const { data } = bundleOf(figure(options))["application/vnd.plotly.v1+json"] as FigureOptions;
    return data as Record<string, unknown>[];
  };

  it("tensors, arrays, columns of data frames, bigints and dates", () => {
    const before = tf.memory().numTensors;
    const frame = pl.DataFrame({ width: [1n, 2n], name: ["a", "b"] });
    const [first, second, third] = dataOf({
      data: [
        { x: tf.tensor1d([1, 2]), y: toNdArray([3, 4]), mode: "markers" },
        { x: frame.getColumn("name"), y: frame.getColumn("width"), type: "bar" },
        {
          type: "heatmap",
          z: tf.tensor2d([[1, Number.NaN]]),
          x: [new Date(0), new Date(Number.NaN)],
          text: [1n],
        },
      ],
    });
    assert.deepEqual([first!["x"], first!["y"]], [[1, 2], [3, 4]]); // prettier-ignore
    assert.deepEqual([second!["x"], second!["y"]], [["a", "b"], [1, 2]]); // prettier-ignore
    assert.deepEqual([third!["z"], third!["x"]], [[[1, null]], ["1970-01-01T00:00:00.000Z", null]]);
    assert.equal(tf.memory().numTensors, before + 2);
  });

  it("and what holds none says so, in words or in the picture", () => {
    const y = (value: unknown): FigureOptions => ({ data: [{ y: value as number[] }] });
    assert.throws(
      () => figure(y(Promise.resolve([1]))),
      /data\[0\]\.y is a promise\. Expected numbers.*Await it\./,
    );
    assert.throws(() => figure(y(new Map())), /data\[0\]\.y is Map.*Array\.from/);
    assert.throws(() => figure(y(pl.DataFrame({ a: [1] }))), /getColumn/);
    assert.match(svgOf(figure(y([]))), /nothing to draw: all lists are empty/);
    assert.match(svgOf(figure(y([Number.NaN, null]))), /nothing to draw: no value is a finite number/);
    assert.match(svgOf(figure({ data: [{ ys: [1] }] })), /nothing to draw: no trace has x, y, z or values/);
    assert.match(svgOf(figure({ data: [] })), /nothing to draw: data is empty/);
    assert.doesNotMatch(svgOf(figure(y([1]))), /nothing to draw/);
  });

  it("options have plotly.js's own types", () => {
    // @ts-expect-error -- "markers" is meant
    assert.ok(figure({ data: [{ y: [1], mode: "marker" }] }));
  });
});
