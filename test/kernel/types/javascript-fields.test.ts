import assert from "node:assert/strict";
import { CheckedNotebook } from "./checked-notebook.js";

describe("fields of a JavaScript class", function () {
  this.timeout(60_000);
  let notebook: CheckedNotebook;
  before(() => (notebook = new CheckedNotebook()));
  after(() => notebook.close());

  it("are those that it assigns", () => {
    assert.deepEqual(
      notebook.check(
        "class P { constructor(n) { this.name = n; this.size = 3 } grow() { this.size += 1; this.grown = true } }",
      ),
      [],
    );
    assert.deepEqual(
      notebook.check(
        "class Q extends P { constructor() { super('q'); this.age = this.name = 1 } }\nnew Q().age.foo",
      ),
      ["2339 2:13 foo"],
    );
    assert.deepEqual(notebook.check("const p = new P('p'); [p.name, p.grown, p.size.foo, p.none]"), [
      "2339 1:48 foo",
      "2339 1:55 none",
    ]);
  });

  it("are as they are declared, also by what it extends", () => {
    const cell =
      "class A { a: number; constructor(private b: string, readonly c = 1) { this.a = 'x'; this.b = 1 } set d(v) { this.d = v } }";
    assert.deepEqual(notebook.check(cell), ["2322 1:71 this.a", "2322 1:85 this.b"]);
    assert.deepEqual(notebook.check("class B extends Error { constructor() { super(); this.name = 1 } }"), [
      "2322 1:50 this.name",
    ]);
  });

  it("are those of the innermost class, of classes without names and of those that extend what is imported", () => {
    const cell = `import { EventEmitter } from "node:events";
      class Outer extends EventEmitter {
        constructor() { super(); this.inner = new (class { constructor() { this.depth = 2 } })(); this.on("x", () => {}) }
      }
      new Outer().inner.depth.foo; new Outer().depth; new Outer().emit("x")`;
    assert.deepEqual(notebook.check(cell), ["2339 5:31 foo", "2339 5:48 depth"]);
  });
});
