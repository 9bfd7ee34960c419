import assert from "node:assert/strict";
import { codePointOffset, utf16Offset } from "../../../../src/kernel/front/protocol/code-points.js";

describe("code points", () => {
  it("convert to UTF-16 offsets and back", () => {
    const text = "a😀é👩‍💻z";
    const characters = Array.from(text);
    for (let codePoints = 0; codePoints <= characters.length; codePoints++) {
      const utf16 = utf16Offset(text, codePoints);
      assert.equal(utf16, characters.slice(0, codePoints).join("").length);
      assert.equal(codePointOffset(text, utf16), codePoints);
    }
  });

  it("end with the text", () => {
    assert.equal(utf16Offset("😀", 9), 2);
    assert.equal(codePointOffset("😀", 9), 1);
    assert.equal(utf16Offset("😀", -1), 0);
  });
});
