import assert from "node:assert/strict";
import { nameNamespace, patch, patches } from "../../src/tfjs/patch.js";

class Counter {
  count(): number {
    return 1;
  }
}

const why = "for this test";

describe("patch", () => {
  it("wraps, replaces and adds, and lists what it did", () => {
    const owner = Counter.prototype as Counter & { twice: number };
    patch(owner, "count", {
      name: "a",
      why,
      wrap: (count) =>
        function () {
          return count.call(this) + 1;
        },
    });
    patch(owner, "twice", {
      name: "b",
      why,
      after: ["a"],
      property: {
        get() {
          return 2 * this.count();
        },
      },
    });
    assert.equal((new Counter() as typeof owner).twice, 4);
    patch(owner, "count", { name: "c", why, upstream: "https://example.org/1", replace: () => 7 });
    assert.equal(new Counter().count(), 7);
    const listed = patches().filter((one) => one.owner === "Counter");
    assert.deepEqual(listed, [
      { owner: "Counter", member: "count", kind: "wrapped", name: "a", why },
      { owner: "Counter", member: "twice", kind: "added", name: "b", why, after: ["a"] },
      {
        owner: "Counter",
        member: "count",
        kind: "replaced",
        name: "c",
        why,
        upstream: "https://example.org/1",
      },
    ]);
  });

  it("refuses a change that was made, or that comes too early, and leaves the method alone", () => {
    const functions = { one: () => 1 };
    nameNamespace(functions, "functions");
    patch(functions, "one", { name: "first", why, replace: () => 2 });
    const again = () => patch(functions, "one", { name: "first", why, replace: () => 3 });
    assert.throws(again, /first of functions\.one was made already/);
    const early = () => patch(functions, "one", { name: "early", why, after: ["late"], replace: () => 3 });
    assert.throws(early, /early of functions\.one must come after late/);
    assert.equal(functions.one(), 2);
  });
});
