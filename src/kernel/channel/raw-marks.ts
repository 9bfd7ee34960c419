/**
 * Marks in the runner's raw stdout and stderr. Child processes and native libraries write to these descriptors
 * directly; the marks, which no program prints by chance, say how far the stream had come when frames were written
 * to the output channel.
 */

import { bufferFrom } from "../intrinsics.js";

/** The mark of barrier `number`. `token` is a random text of the process. */
export function rawMark(token: string, number: number): Buffer {
  return bufferFrom(`\0${token}:${number.toString(16).padStart(8, "0")}\0`);
}

export type RawPiece = { text: Buffer } | { mark: number };

/** Splits a raw stream into what programs wrote and the marks between. */
export class RawMarkReader {
  private readonly prefix: Buffer;
  private readonly markLength: number;
  private rest: Buffer = Buffer.alloc(0);

  constructor(token: string) {
    this.prefix = Buffer.from(`\0${token}:`);
    this.markLength = rawMark(token, 0).length;
  }

  push(chunk: Buffer): RawPiece[] {
    let data: Buffer = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const pieces: RawPiece[] = [];
    for (;;) {
      const at = data.indexOf(this.prefix);
      if (at < 0) break;
      if (at > 0) pieces.push({ text: data.subarray(0, at) });
      data = data.subarray(at);
      if (data.length < this.markLength) {
        this.rest = data;
        return pieces;
      }
      const number = data.toString("latin1", this.prefix.length, this.markLength - 1);
      pieces.push({ mark: Number.parseInt(number, 16) });
      data = data.subarray(this.markLength);
    }
    // The end may be the beginning of a mark.
    const last = data.lastIndexOf(0);
    const cut =
      last >= 0 && this.prefix.subarray(0, data.length - last).equals(data.subarray(last))
        ? last
        : data.length;
    if (cut > 0) pieces.push({ text: data.subarray(0, cut) });
    this.rest = data.subarray(cut);
    return pieces;
  }

  /** What is left when the stream has ended. */
  end(): Buffer {
    return this.rest;
  }
}
