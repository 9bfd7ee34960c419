import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Signer } from "../../../../src/kernel/front/wire/signature.js";

describe("Signer", () => {
  const parts = ["{}", "{}", "{}", '{"a":1}'].map((part) => Buffer.from(part));

  it("signs as the protocol says: HMAC-SHA256 over the parts, in hex", () => {
    assert.equal(
      new Signer("key").sign(parts),
      createHmac("sha256", "key").update('{}{}{}{"a":1}').digest("hex"),
    );
  });

  it("accepts each signature once", () => {
    const signature = Buffer.from(new Signer("key").sign(parts));
    const signer = new Signer("key");
    assert.equal(signer.refusal(signature, parts), undefined);
    assert.equal(signer.refusal(signature, parts), "replayed");
  });

  it("refuses signatures made with another key, of other content, of another length, or empty", () => {
    const signer = new Signer("key");
    for (const signature of [
      new Signer("other").sign(parts),
      new Signer("key").sign(parts.slice(1)),
      "abc",
      "",
    ]) {
      assert.equal(signer.refusal(Buffer.from(signature), parts), "forged");
    }
  });

  it("with an empty key signs nothing and accepts everything", () => {
    const signer = new Signer("");
    assert.equal(signer.sign(parts), "");
    assert.equal(signer.refusal(Buffer.from("whatever"), parts), undefined);
    assert.equal(signer.refusal(Buffer.from("whatever"), parts), undefined);
  });

  it("forgets the oldest of more than 65,536 signatures", () => {
    const signer = new Signer("key");
    const accept = (n: number) => {
      const content = [Buffer.from(String(n))];
      return signer.refusal(Buffer.from(signer.sign(content)), content);
    };
    for (let n = 0; n <= 65_536; n++) assert.equal(accept(n), undefined);
    assert.equal(accept(1), "replayed");
    assert.equal(accept(0), undefined);
  });

  it("says which signature scheme it does not know", () => {
    assert.throws(
      () => new Signer("key", "rot13"),
      /signature scheme "rot13" is unknown; expected for example "hmac-sha256"/,
    );
    assert.equal(new Signer("key", "hmac-sha512").sign(parts).length, 128);
  });
});
