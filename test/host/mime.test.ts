import assert from "node:assert/strict";
import { html, json, latex, markdown, png, svg } from "../../src/host/mime.js";
import { bundleOf } from "../figures/snapshot.js";

describe("values of one MIME type", () => {
  it("carry their source", () => {
    assert.equal(bundleOf(html("<b>x</b>"))["text/html"], "<b>x</b>");
    assert.equal(bundleOf(markdown("# x"))["text/markdown"], "# x");
    assert.equal(bundleOf(html`<b>${1 + 1}</b>`)["text/html"], "<b>2</b>");
    assert.equal(bundleOf(markdown`# ${"x"}`)["text/markdown"], "# x");
    assert.deepEqual(bundleOf(json({ a: 1 }))["application/json"], { a: 1 });
    assert.equal(bundleOf(svg("<svg/>"))["image/svg+xml"], "<svg/>");
  });

  it("puts formulas between delimiters once", () => {
    assert.equal(bundleOf(latex("x^2"))["text/latex"], "$$x^2$$");
    assert.equal(bundleOf(latex("$x$"))["text/latex"], "$x$");
  });

  it("takes a PNG as bytes or base64, and says when it is none", () => {
    const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    const base64 = Buffer.from(bytes).toString("base64");
    assert.equal(bundleOf(png(bytes))["image/png"], base64);
    assert.equal(bundleOf(png(base64))["image/png"], base64);
    assert.throws(() => png(Uint8Array.of(1, 2, 3)), /Expected the bytes of a PNG file.*use showImage/);
    assert.throws(() => svg("hello"), /Expected the source of an SVG picture \(<svg …>\), but got "hello"/);
  });
});
