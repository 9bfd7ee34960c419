import assert from "node:assert/strict";
import { decode, encode, RefusedMessage } from "../../../../src/kernel/front/wire/framing.js";
import type { Message } from "../../../../src/kernel/front/wire/message.js";
import { Signer } from "../../../../src/kernel/front/wire/signature.js";

const header = {
  msg_id: "1",
  msg_type: "comm_msg",
  session: "s",
  username: "u",
  date: "2026-01-01T00:00:00Z",
  version: "5.5",
};

describe("framing", () => {
  const message: Message = {
    identities: [Buffer.from([0, 1, 2])],
    header,
    parentHeader: { ...header, msg_id: "0" },
    metadata: { m: 1 },
    content: { text: "学び 😀 \ud800" },
    buffers: [Buffer.from([255, 0]), Buffer.alloc(0)],
  };

  it("decodes what it encoded", () => {
    assert.deepEqual(decode(encode(message, new Signer("key")), new Signer("key")), message);
  });

  it("puts identities, delimiter, signature, four parts and buffers in this order", () => {
    const frames = encode(message, new Signer("")).map(String);
    assert.equal(frames.length, 1 + 1 + 1 + 4 + 2);
    assert.equal(frames[1], "<IDS|MSG>");
    assert.equal(frames[2], "");
    assert.equal(frames[5], '{"m":1}');
  });

  const signed = (...parts: string[]) => {
    const frames = parts.map((part) => Buffer.from(part));
    return [Buffer.from("<IDS|MSG>"), Buffer.from(new Signer("key").sign(frames)), ...frames];
  };
  const refused: [string, Uint8Array[], RegExp][] = [
    ["no frames", [], /no <IDS\|MSG> delimiter/],
    ["too few frames", signed("{}", "{}").slice(0, 3), /too few/],
    ["a forged signature", encode(message, new Signer("other")), /its signature is forged/],
    ["JSON cut short", signed("{", "{}", "{}", "{}"), /not JSON/],
    ["a list for an object", signed("[]", "{}", "{}", "{}"), /not a JSON object/],
    ["a header without msg_id", signed('{"msg_type":"a"}', "{}", "{}", "{}"), /lacks msg_id/],
    ["nesting without end", signed("{", "{}", "{}", "[".repeat(100_000)), /not JSON/],
  ];
  for (const [name, frames, reason] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => decode(frames, new Signer("key")),
        (error) => error instanceof RefusedMessage && reason.test(error.message),
      );
    });
  }
});
