import assert from "node:assert/strict";
import { isComplete } from "../../../src/kernel/transform/completeness.js";

describe("isComplete", () => {
  const complete = [
    "",
    "1 + 1",
    "const a = 1;",
    "if (a) { b }",
    "<div>text</div>",
    "await f()",
    "const t = `a\n${b}`",
    "// note",
  ];
  for (const cell of complete) {
    it(`takes ${JSON.stringify(cell)} for complete`, () =>
      assert.deepEqual(isComplete(cell), { status: "complete" }));
  }

  const incomplete: [cell: string, indent: string][] = [
    ["function f() {\n  if (x) {\n    }", "  "],
    ["f([\n  1,\n], {", "  "],
    ["foo(", "  "],
    ["if (a) {", "  "],
    ["function f() {\n  return [\n    1,", "    "],
    ["const f = (x: number) =>", "  "],
    ["const t = `a ${b", ""],
    ["const t = `a\n", ""],
    ["/* a comment", ""],
    ["<div>\n  <b></b>", "  "],
    ["class A {\n  m() {", "    "],
    ["a +\n", ""],
    ["let x: number =", ""],
  ];
  for (const [cell, indent] of incomplete) {
    it(`takes ${JSON.stringify(cell)} for incomplete`, () =>
      assert.deepEqual(isComplete(cell), { status: "incomplete", indent }));
  }

  for (const cell of ["foo)", "let x: = 3", "const s = 'abc", "a b", "x = ;\n1", "return 1"]) {
    it(`takes ${JSON.stringify(cell)} for invalid`, () =>
      assert.deepEqual(isComplete(cell), { status: "invalid" }));
  }
});
