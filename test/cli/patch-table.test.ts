import assert from "node:assert/strict";
import { patchTable } from "../../src/cli/patch-table.js";

describe("cli: doctor --patches", () => {
  it("says of each change what it changes, why and after what", () => {
    const one = { owner: "Engine", kind: "wrapped", name: "first", why: "it is slow" };
    const table = patchTable([
      { ...one, member: "startScope" },
      { ...one, member: "endScope", upstream: "https://example.org/1" },
      {
        owner: "kernels",
        member: "Exp",
        kind: "added",
        name: "second",
        why: "there is none",
        after: ["first"],
      },
      ...Array.from({ length: 9 }, (_, i) => ({
        owner: "tf.layers",
        member: `m${i}`,
        kind: "replaced",
        name: "third",
        why: "names",
      })),
    ]);
    assert.equal(
      table,
      [
        "  1  first",
        "       it is slow",
        "       https://example.org/1",
        "       wraps Engine.startScope, endScope",
        "  2  second",
        "       there is none",
        "       after first",
        "       adds kernels.Exp",
        "  3  third",
        "       names",
        "       replaces tf.layers.m0, m1, m2, m3, m4, m5, m6, m7, … (9)",
        "",
        "3 changes of 12 methods, kernels, gradients and classes of TensorFlow.js.",
      ].join("\n"),
    );
  });
});
