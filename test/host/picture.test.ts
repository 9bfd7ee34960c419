import assert from "node:assert/strict";
import { pictureBundle } from "../../src/host/picture.js";

describe("pictureBundle", () => {
  it("carries the SVG as it is, and in an <img> that also shows in notebooks nobody trusts", () => {
    const bundle = pictureBundle("<svg/>", 'a "b"');
    assert.equal(bundle["image/svg+xml"], "<svg/>");
    assert.equal(bundle["text/plain"], 'a "b"');
    const base64 = Buffer.from("<svg/>").toString("base64");
    assert.equal(bundle["text/html"], `<img alt="a &#34;b&#34;" src="data:image/svg+xml;base64,${base64}">`);
  });
});
