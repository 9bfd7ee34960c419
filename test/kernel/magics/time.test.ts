import assert from "node:assert/strict";
import { RunningMagic } from "./running-magic.js";

describe("%time and %timeit", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("%time and %%time give the result and tell the time, also of a failure", async () => {
    const timed = await magic.output("%time", () => Promise.resolve(5));
    assert.equal(timed.result, 5);
    assert.match(timed.text, /^Wall time: [\d.]+ [mµn]s \(CPU: .* user, .* system\)\n$/);
    assert.deepEqual((await magic.output("%%time", "", () => Promise.resolve({ value: 6 }))).result, {
      value: 6,
    });
    await assert.rejects(
      magic.output("%time", () => Promise.reject(new RangeError("inner"))),
      RangeError,
    );
  });

  it("%timeit measures many runs", async () => {
    let calls = 0;
    const { text } = await magic.output("%timeit", () => {
      calls += 1;
      const end = performance.now() + 20;
      while (performance.now() < end);
    });
    assert.match(
      text,
      /^\d\d(?:\.\d+)? ms ± [\d.]+ .s per loop \(mean ± standard deviation of 7 runs, 10 loops each\)\n$/,
    );
    assert.equal(calls, 1 + 10 + 70);
  }).timeout(20_000);
});
