import assert from "node:assert/strict";
import { EditedSource } from "../../../src/kernel/types/edited-source.js";

describe("EditedSource", () => {
  const edited = new EditedSource("const a = [1, 2, 3]; a.b", [
    { start: 10, end: 19, text: "any" },
    { start: 21, end: 21, text: "!!" },
  ]);

  it("has the edits in its text", () => assert.equal(edited.text, "const a = any; !!a.b"));

  for (const [inSource, inText] of [
    [0, 0],
    [9, 9],
    [19, 13],
    [21, 17],
    [24, 20],
  ] as const) {
    it(`finds offset ${inSource} of the source`, () => {
      assert.equal(edited.fromSource(inSource), inText);
      assert.equal(edited.toSource(inText), inSource);
    });
  }
});
