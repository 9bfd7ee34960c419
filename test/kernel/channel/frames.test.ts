import assert from "node:assert/strict";
import { decodeMessage, encodeMessage, FrameReader } from "../../../src/kernel/channel/frames.js";

describe("kernel/runner frames", () => {
  it("are read wherever the stream is cut, also within a header", () => {
    const messages = ["a", "", "学び".repeat(20), "z"];
    const stream = Buffer.concat(messages.map((message) => encodeMessage(message, [Buffer.from(message)])));
    for (let first = 0; first <= stream.length; first++) {
      for (const second of [1, 2, 3, 7]) {
        const reader = new FrameReader();
        const cuts = [0, first, Math.min(first + second, stream.length), stream.length];
        const frames = cuts.slice(1).flatMap((end, index) => reader.push(stream.subarray(cuts[index], end)));
        const read = frames.map(({ payload }) => decodeMessage(payload));
        assert.deepEqual(
          read.map(({ message, buffers }) => [message, String(buffers[0])]),
          messages.map((message) => [message, message]),
          `cut at ${first} and ${second} bytes later`,
        );
      }
    }
  });
});
