import assert from "node:assert/strict";
import { shownLine } from "../../src/kernel/shown-line.js";

describe("kernel/shown-line", () => {
  it("leaves short lines as they are", () => {
    assert.deepEqual(shownLine("  f(1);", 3), { text: "  f(1);", column: 3 });
  });

  it("shows what is around the column of a long line", () => {
    const line = Array.from({ length: 50 }, (_, i) => `call${i}();`).join(" ");
    for (const name of ["call0(", "call1(", "call25(", "call49("]) {
      const { text, column } = shownLine(line, line.indexOf(name) + 1);
      assert.ok(text.slice(column - 1).startsWith(name), `${name} in ${text}`);
      assert.ok(text.length <= 92);
      assert.equal(text.startsWith("…"), name !== "call0(" && name !== "call1(");
      assert.equal(text.endsWith("…"), name !== "call49(");
    }
  });
});
