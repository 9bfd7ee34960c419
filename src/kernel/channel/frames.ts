/**
 * Frames between the front process and the runner, the same in both directions:
 *
 *   length of what follows  uint32 LE
 *   kind                    uint8
 *   payload                 message: uint32 LE length of the JSON text, the JSON text, then the buffers, whose
 *                                    lengths the JSON text lists
 *                           stdout, stderr: uint16 LE length of the cell's id, the id, UTF-8 text
 *                           barrier: uint32 LE number, uint8 bits of the raw descriptors that carry its mark,
 *                                    uint32 LE length of the frames that were written with it
 */

import { allocate, bufferFrom, concat, parseJson, stringify, withOwnJson } from "../intrinsics.js";

export const FrameKind = { message: 0, stdout: 1, stderr: 2, barrier: 3 } as const;

/** Bytes before a frame's payload. */
export const frameHeaderLength = 5;

export interface Frame {
  kind: number;
  payload: Buffer;
}

/** A message and the binary buffers that travel with it. */
export function encodeMessage(message: unknown, buffers: readonly Uint8Array[] = []): Buffer {
  const json = bufferFrom(
    withOwnJson(() => stringify({ message, lengths: buffers.map((buffer) => buffer.byteLength) })),
  );
  const head = allocate(frameHeaderLength + 4);
  const total = json.length + buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  head.writeUInt32LE(1 + 4 + total, 0);
  head.writeUInt8(FrameKind.message, 4);
  head.writeUInt32LE(json.length, frameHeaderLength);
  return concat([head, json, ...buffers]);
}

/** The inverse of `encodeMessage`, for the payload of a frame. */
export function decodeMessage(payload: Buffer): { message: unknown; buffers: Buffer[] } {
  let offset = 4 + payload.readUInt32LE(0);
  const { message, lengths } = parseJson(payload.toString("utf8", 4, offset)) as {
    message: unknown;
    lengths: number[];
  };
  const buffers = lengths.map((length) => payload.subarray(offset, (offset += length)));
  return { message, buffers };
}

/** Cuts a stream of chunks into frames. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private available = 0;

  /** The frames that are complete with this chunk. */
  push(chunk: Buffer): Frame[] {
    this.chunks.push(chunk);
    this.available += chunk.length;
    const frames: Frame[] = [];
    if (this.available < frameHeaderLength || this.available < 4 + this.nextLength()) return frames;
    const data = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
    let offset = 0;
    while (data.length - offset >= frameHeaderLength) {
      const end = offset + 4 + data.readUInt32LE(offset);
      if (end > data.length) break;
      frames.push({
        kind: data.readUInt8(offset + 4),
        payload: data.subarray(offset + frameHeaderLength, end),
      });
      offset = end;
    }
    this.available = data.length - offset;
    this.chunks = this.available > 0 ? [data.subarray(offset)] : [];
    return frames;
  }

  /** Length field of the first frame; its four bytes may lie in several chunks. */
  private nextLength(): number {
    if (this.chunks[0]!.length < 4) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0]!.readUInt32LE(0);
  }
}
