import assert from "node:assert/strict";
import { RunningMagic } from "./running-magic.js";

describe("magics of markup", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("%%html and %%markdown show the cell", async () => {
    await magic.output("%%html", "", "<b>bold</b>");
    await magic.output("%%markdown", "", "# Title");
    assert.deepEqual(
      magic.shown.map((bundle) => Object.keys(bundle)[0]),
      ["text/html", "text/markdown"],
    );
  });
});
