import { createHmac, getHashes, timingSafeEqual } from "node:crypto";

/** How many signatures of received messages are remembered, as in jupyter_client's Session. */
const rememberedSignatures = 65_536;

/** Signs what the kernel sends and checks what it receives. An empty key switches both off, as the protocol says. */
export class Signer {
  readonly #key: string;
  readonly #hash: string;
  /** Signatures already used, oldest first. */
  readonly #seen = new Set<string>();

  constructor(key: string, scheme = "hmac-sha256") {
    this.#key = key;
    this.#hash = scheme.replace(/^hmac-/, "");
    if (!scheme.startsWith("hmac-") || !getHashes().includes(this.#hash)) {
      throw new Error(`signature scheme "${scheme}" is unknown; expected for example "hmac-sha256"`);
    }
  }

  sign(parts: readonly Uint8Array[]): string {
    if (this.#key === "") return "";
    const hmac = createHmac(this.#hash, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  /** Why the message must not be trusted, or undefined if it may be. A signature is accepted only once. */
  refusal(signature: Uint8Array, parts: readonly Uint8Array[]): "forged" | "replayed" | undefined {
    if (this.#key === "") return undefined;
    const expected = this.sign(parts);
    const expectedBytes = Buffer.from(expected);
    if (signature.length !== expectedBytes.length || !timingSafeEqual(signature, expectedBytes))
      return "forged";
    if (this.#seen.has(expected)) return "replayed";
    this.#seen.add(expected);
    if (this.#seen.size > rememberedSignatures) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return undefined;
  }
}
