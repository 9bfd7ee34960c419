import assert from "node:assert/strict";
import { Batcher, type BatchSettings, type Cancellation } from "../../src/serving/models/batcher.js";
import type { InputParts, RunResult } from "../../src/serving/models/engine.js";
import { invalid, type ServingError } from "../../src/serving/status.js";
import type { Signature, Tensor } from "../../src/serving/tensors.js";

const signature = (shape = [-1, 1]): Signature => ({
  inputs: { x: { dtype: "float", shape, tensor: "x:0" } },
  outputs: { y: { dtype: "float", shape, tensor: "y:0" } },
  method: "tensorflow/serving/predict",
});

const floats = (...values: number[]): Tensor => ({
  dtype: "float",
  shape: [values.length, 1],
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** Doubles its input, when it is told to; refuses what is negative. */
class FakeEngine {
  readonly sizes: number[] = [];
  readonly #held: (() => void)[] = [];
  isHeld = false;

  async run(_: string, __: number, { x }: Record<string, InputParts>): Promise<RunResult> {
    const values = x!.parts.flatMap((part) => [...new Float32Array(part.slice().buffer)]);
    this.sizes.push(values.length);
    if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (values.some((value) => value < 0)) throw invalid("negative");
    return { outputs: { y: floats(...values.map((value) => value * 2)) }, seconds: 0.001 };
  }

  runPictures(): Promise<RunResult> {
    throw new Error("no pictures");
  }

  letGo(): void {
    this.isHeld = false;
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

describe("serving/models/batcher", () => {
  const listener = { ran: () => undefined, waited: () => undefined };
  let engine: FakeEngine;
  let batcher: Batcher;
  const open = (settings: Partial<BatchSettings> = {}, shape?: number[]): void => {
    engine = new FakeEngine();
    const all = { maxBatchSize: 4, batchTimeoutMs: 0, maxQueue: 100, requestTimeoutMs: 10_000, ...settings };
    batcher = new Batcher(engine, { s: signature(shape) }, all, listener);
  };
  const ask = async (values: number[], cancellation?: Cancellation): Promise<number[]> => {
    const { y } = await batcher.run({ signature: "s", inputs: { x: floats(...values) } }, cancellation);
    return [...new Float32Array(y!.bytes.slice().buffer)];
  };
  const refusal = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => "answered",
      (error: ServingError) => error.code,
    );
  afterEach(() => batcher.close());

  it("runs a lone request at once, and what comes meanwhile together", async () => {
    open();
    engine.isHeld = true;
    const all = Promise.all([1, 2, 3, 4, 5, 6].map((value) => ask([value])));
    engine.letGo();
    assert.deepEqual(await all, [[2], [4], [6], [8], [10], [12]]);
    assert.deepEqual(engine.sizes, [1, 4, 1]);
  });

  it("counts the samples of each request", async () => {
    open();
    engine.isHeld = true;
    const all = Promise.all([ask([1]), ask([2, 3, 4]), ask([5, 6]), ask([7]), ask([1, 2, 3, 4, 5, 6])]);
    engine.letGo();
    assert.deepEqual(await all, [[2], [4, 6, 8], [10, 12], [14], [2, 4, 6, 8, 10, 12]]);
    assert.deepEqual(engine.sizes, [1, 3, 3, 6]);
  });

  it("waits for others where it is told to, and not when the batch is full", async () => {
    open({ batchTimeoutMs: 50 });
    const start = performance.now();
    const first = ask([1]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await Promise.all([first, ask([2])]), [[2], [4]]);
    assert.ok(performance.now() - start >= 45);
    assert.deepEqual(await Promise.all([ask([1, 2]), ask([3, 4])]), [[2, 4], [6, 8]]); // prettier-ignore
    assert.deepEqual(engine.sizes, [2, 4]);
  });

  it("a request that the model refuses does not fail those beside it", async () => {
    open();
    engine.isHeld = true;
    const all = Promise.all([ask([1]), ask([2]), refusal(ask([-1])), ask([3])]);
    engine.letGo();
    assert.deepEqual(await all, [[2], [4], "INVALID_ARGUMENT", [6]]);
  });

  it("refuses more than may wait", async () => {
    open({ maxQueue: 2 });
    engine.isHeld = true;
    const all = [ask([1]), ask([2]), ask([3])];
    await assert.rejects(
      ask([4]),
      (error: ServingError) => error.code === "UNAVAILABLE" && error.retryAfter === 1,
    );
    engine.letGo();
    assert.deepEqual(await Promise.all(all), [[2], [4], [6]]);
  });

  it("answers what takes too long, waiting or running", async () => {
    open({ requestTimeoutMs: 50 });
    engine.isHeld = true;
    const all = await Promise.all([refusal(ask([1])), refusal(ask([2]))]);
    assert.deepEqual(all, ["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"]);
    engine.letGo();
    assert.deepEqual(await ask([3]), [6]);
    assert.deepEqual(engine.sizes, [1, 1]);
  });

  it("leaves out who has gone away", async () => {
    open();
    engine.isHeld = true;
    const first = ask([1]);
    const cancellation: Cancellation = {};
    const second = refusal(ask([2], cancellation));
    const third = ask([3]);
    cancellation.onCancel!();
    assert.equal(await second, "ABORTED");
    engine.letGo();
    assert.deepEqual([await first, await third], [[2], [6]]);
    assert.deepEqual(engine.sizes, [1, 1]);
  });

  it("runs alone what has no batch", async () => {
    open({}, [2, 1]);
    engine.isHeld = true;
    const all = Promise.all([ask([1, 2]), ask([3, 4]), ask([5, 6])]);
    engine.letGo();
    assert.deepEqual(await all, [[2, 4], [6, 8], [10, 12]]); // prettier-ignore
    assert.deepEqual(engine.sizes, [2, 2, 2]);
  });
});
