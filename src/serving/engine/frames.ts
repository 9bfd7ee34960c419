import type { Duplex } from "node:stream";

/** A frame is the lengths of its two parts as uint32, a message in JSON padded to 8 bytes, and bytes. */
const headSize = 8;
const pad = (size: number): number => (size + 7) & ~7;

/** More than a frame may have: something else than a frame has come. */
const mostBytes = 2 ** 31;

/** Writes a message with bytes after it, without joining them. */
export function writeFrame(to: Duplex, message: unknown, parts: readonly Uint8Array[] = []): void {
  const text = Buffer.from(JSON.stringify(message));
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(headSize + pad(text.length), " ");
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(size, 4);
  text.copy(head, headSize);
  to.cork();
  to.write(head);
  for (const part of parts) if (part.length > 0) to.write(part);
  to.uncork();
}

/** Calls `onFrame` for each frame that comes. The bytes begin at an address that any typed array can begin at. */
export function readFrames(from: Duplex, onFrame: (message: unknown, bytes: Uint8Array) => void): void {
  const head = Buffer.alloc(headSize);
  let body: Buffer | undefined;
  let filled = 0;
  let textSize = 0;
  const finish = (frame: Buffer): void => {
    body = undefined;
    filled = 0;
    const message: unknown = JSON.parse(frame.toString("utf8", 0, textSize));
    onFrame(message, frame.subarray(pad(textSize)));
  };
  from.on("data", (chunk: Buffer) => {
    let at = 0;
    while (at < chunk.length) {
      const target = body ?? head;
      const copied = chunk.copy(target, filled, at);
      at += copied;
      filled += copied;
      if (filled < target.length) continue;
      if (body) finish(body);
      else {
        textSize = head.readUInt32LE(0);
        const size = pad(textSize) + head.readUInt32LE(4);
        if (size > mostBytes) throw new Error(`A frame of ${size} bytes came.`);
        filled = 0;
        // Not from Node's pool, whose pieces begin anywhere.
        body = Buffer.from(new ArrayBuffer(size));
      }
    }
  });
}
