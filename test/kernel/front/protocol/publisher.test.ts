import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../../../src/kernel/contracts.js";
import { type Outlet, type Output, Publisher } from "../../../../src/kernel/front/protocol/publisher.js";
import { type jupyterServerLimits, RateLimit } from "../../../../src/kernel/front/protocol/rate-limit.js";

const parent = {};
const none = { amount: Infinity, windowMs: 1 };
const unlimited = { messages: none, streamBytes: none, reserve: { messages: 0, bytes: 0 } };

function recording(limits?: typeof jupyterServerLimits) {
  const sent: Output[] = [];
  const outlet: Outlet = {
    encode: (output) => {
      sent.push(output);
      return [Buffer.from(JSON.stringify(output.content))];
    },
    send: () => new Promise((resolve) => setImmediate(resolve)),
  };
  const texts = () => sent.map(({ content }) => String(content["text"]));
  return { publisher: new Publisher(outlet, limits), sent, texts };
}

describe("Publisher", () => {
  it("joins text of the same stream and cell, and keeps the order of everything", async () => {
    const { publisher, sent } = recording();
    const other = {};
    void publisher.stream(parent, "stdout", "a");
    void publisher.stream(parent, "stdout", "b");
    void publisher.stream(parent, "stderr", "c");
    void publisher.stream(other, "stderr", "d");
    void publisher.output({ parent, type: "display_data", content: { data: {} } });
    void publisher.stream(parent, "stdout", "e");
    await publisher.flush();
    const content = (value: JsonObject) => value;
    assert.deepEqual(
      sent.map((output) => content(output.content)),
      [
        { name: "stdout", text: "ab" },
        { name: "stderr", text: "c" },
        { name: "stderr", text: "d" },
        { data: {} },
        { name: "stdout", text: "e" },
      ],
    );
  });

  it("sends text by itself after a moment", async () => {
    const { publisher, texts } = recording();
    void publisher.stream(parent, "stdout", "a");
    assert.deepEqual(texts(), []);
    await sleep(60);
    assert.deepEqual(texts(), ["a"]);
  });

  it("loses and splits nothing in a flood, in messages of about 64 KB", async () => {
    const { publisher, texts } = recording(unlimited);
    let expected = "";
    for (let line = 0; line < 20_000; line++) {
      const text = `${line} 😀\n`;
      expected += text;
      await publisher.stream(parent, "stdout", text);
    }
    const long = "x" + "😀".repeat(100_000);
    await publisher.stream(parent, "stdout", long);
    await publisher.flush();
    assert.equal(texts().join(""), expected + long);
    for (const text of texts()) {
      assert.ok(text.length <= 64 * 1024 + 1);
      assert.ok(!/\p{Surrogate}/u.test(text), "no half of a surrogate pair");
    }
  });

  it("asks the producer to wait when too much is queued, and lets it go on", async () => {
    const { publisher, texts } = recording();
    const waits = publisher.stream(parent, "stdout", "x".repeat(200_000));
    assert.ok(waits instanceof Promise);
    await waits;
    assert.ok(texts().join("").length >= 130_000);
    assert.equal(publisher.stream(parent, "stdout", "y"), undefined);
    const big = publisher.output({
      parent,
      type: "display_data",
      content: { data: { "image/png": "x".repeat(200_000) } },
    });
    assert.ok(big instanceof Promise);
    await big;
    await publisher.flush();
  });

  it("keeps within the rate limit", async () => {
    const { publisher, sent } = recording({ ...unlimited, messages: { amount: 5, windowMs: 100 } });
    const start = performance.now();
    for (let n = 0; n < 11; n++)
      void publisher.output({ parent, type: "display_data", content: { data: {} } });
    await publisher.flush();
    assert.equal(sent.length, 11);
    const duration = performance.now() - start;
    assert.ok(duration >= 190, `took ${duration} ms`);
  });

  it("flushes what was put in before, however much follows", async () => {
    const { publisher, texts } = recording({ ...unlimited, messages: { amount: 2, windowMs: 50 } });
    void publisher.stream(parent, "stdout", "mine");
    const flushed = publisher.flush();
    for (let n = 0; n < 10; n++)
      void publisher.output({ parent, type: "display_data", content: { data: {} } });
    await flushed;
    assert.deepEqual(texts()[0], "mine");
    assert.ok(texts().length < 5);
    await publisher.flush();
  });
});

describe("RateLimit", () => {
  const limits = {
    messages: none,
    streamBytes: { amount: 10, windowMs: 1000 },
    reserve: { messages: 2, bytes: 8 },
  };
  const timed = async (action: () => Promise<void>) => {
    const start = performance.now();
    await action();
    return performance.now() - start;
  };

  it("waits until the window has room", async () => {
    const limit = new RateLimit(limits);
    assert.ok((await timed(() => limit.turn(6))) < 500);
    assert.ok((await timed(() => limit.turn(4))) < 500);
    assert.ok((await timed(() => limit.turn(1))) >= 900);
    limit.reset();
    assert.ok((await timed(() => limit.turn(100))) < 500, "what is beyond the limit is not held for ever");
  });

  it("stops waiting to hurry, as far as the reserve goes, and when all is forgotten", async () => {
    const limit = new RateLimit(limits);
    await limit.turn(10);
    setTimeout(() => limit.hurry(), 10);
    assert.ok((await timed(() => limit.turn(5))) < 500);
    assert.ok((await timed(() => limit.turn(3))) < 500);
    limit.hurry();
    assert.ok((await timed(() => limit.turn(3))) >= 400, "the reserve is used up");
    setTimeout(() => limit.reset(), 10);
    assert.ok((await timed(() => limit.turn(10))) < 500);
  });
});
