import assert from "node:assert/strict";
import { createHook } from "node:async_hooks";
import { whatArrived } from "../../src/figures/what-arrived.js";

describe("figures/what-arrived", () => {
  it("says in a line what a value is, also while async_hooks run", () => {
    const hook = createHook({ init() {} }).enable();
    try {
      assert.equal(whatArrived(Promise.resolve([1])), "a promise");
    } finally {
      hook.disable();
    }
    assert.equal(whatArrived({ a: { b: 1 }, c: "x" }), "{ a: [Object], c: 'x' }");
    assert.equal(whatArrived(undefined), "undefined");
  });
});
