import assert from "node:assert/strict";
import { figure } from "../../../src/figures/plotly/figure.js";
import { bundleOf } from "../snapshot.js";

describe("figure", () => {
  it("takes titles as text, as older versions of plotly.js do", () => {
    const axis = { title: "length" };
    const bundle = bundleOf(figure({ data: [{ y: [1, 2] }], layout: { title: "Petals", xaxis2: axis } }));
    const { layout } = bundle["application/vnd.plotly.v1+json"] as { layout: Record<string, unknown> };
    assert.deepEqual(layout["title"], { text: "Petals" });
    assert.deepEqual(layout["xaxis2"], { title: { text: "length" } });
    assert.match(String(bundle["image/svg+xml"] ?? bundle["text/html"]), /Petals|base64/);
  });

  it("says what it takes, and what it draws", () => {
    assert.throws(() => figure([{ y: [1] }] as never), /figure\(\{ data: \[\{ type: "scatter"/);
    assert.throws(
      () => figure({ data: [{ type: "surface", z: [[1]] }] }),
      /cannot draw traces of type "surface"; it draws bar, box, contour, .*, violin\. What has three dimensions/,
    );
  });
});
