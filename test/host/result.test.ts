import assert from "node:assert/strict";
import { displaySymbol, type JupyterHost, type MimeBundle } from "../../src/host/host.js";
import { result, resultType } from "../../src/host/result.js";

describe("host/result", () => {
  const key = Symbol.for("Jupyter.host");
  const before = Reflect.get(globalThis, key) as unknown;
  let shown: MimeBundle[];
  beforeEach(() => {
    shown = [];
    const host: Pick<JupyterHost, "display"> = { display: (bundle) => void shown.push(bundle) };
    Reflect.set(globalThis, key, host);
  });
  afterEach(() => void Reflect.set(globalThis, key, before));

  it("shows values at once, and nothing more as the value of a cell", () => {
    const value = result({
      accuracy: 0.98123456,
      name: "<b>",
      tensor: { dataSync: () => new Float32Array([0.5]) },
    });
    assert.deepEqual(value[displaySymbol](), {});
    assert.deepEqual(shown[0]![resultType], { accuracy: 0.98123456, name: "<b>", tensor: 0.5 });
    assert.equal(shown[0]!["text/plain"], "accuracy: 0.981235\nname: <b>\ntensor: 0.5");
    assert.match(String(shown[0]!["text/html"]), /<td>&#60;b&#62;<\/td>/);
  });

  it("keeps numbers that JSON has not", () => {
    result({ loss: NaN, most: -Infinity, none: null, on: true });
    assert.deepEqual(shown[0]![resultType], { loss: "NaN", most: "-Infinity", none: null, on: true });
  });

  it("says what it cannot take", () => {
    assert.throws(
      () => result({ a: { dataSync: () => [1, 2] } }),
      /result: a must be a number.* is a tensor with 2 elements/,
    );
    assert.throws(() => result({ a: [1] as never }), /but is a list/);
    assert.throws(() => result(undefined as never), /takes values by name/);
    assert.deepEqual(shown, []);
  });
});
