import { readSync } from "node:fs";
import { refuse } from "../errors.js";

/** A field of a message in a file: where its content is, and its value, if that is a number. */
export interface WireField {
  field: number;
  wire: number;
  start: number;
  end: number;
  /** Of a varint. */
  value: number;
}

export const [varintWire, wire64, delimitedWire, wire32] = [0, 1, 2, 5];

const windowSize = 2 ** 16;

/**
 * Protocol buffers in a file, of which only what is asked for is read: weights of half a gigabyte stay where they are
 * until their layer takes them. https://protobuf.dev/programming-guides/encoding/
 */
export class WireFile {
  private readonly window = Buffer.alloc(windowSize);
  private windowStart = 0;
  private windowEnd = 0;

  constructor(
    private readonly descriptor: number,
    readonly size: number,
    readonly name: string,
  ) {}

  /** The fields of the message between two places. */
  *fields(start: number, end: number): Generator<WireField> {
    let at = start;
    const varint = (): number => {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        if (at >= end || factor > 2 ** 63) this.damaged(at);
        const byte = this.byte(at++);
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    };
    while (at < end) {
      const fieldStart = at;
      const tag = varint();
      const [field, wire] = [Math.floor(tag / 8), tag % 8];
      const value = wire === varintWire ? varint() : 0;
      const length = wire === delimitedWire ? varint() : wire === wire32 ? 4 : wire === wire64 ? 8 : 0;
      const isKnown = wire === varintWire || wire === delimitedWire || wire === wire32 || wire === wire64;
      if (field === 0 || !isKnown || length > end - at) this.damaged(fieldStart);
      const found = { field, wire, start: at, end: at + length, value };
      at += length;
      yield found;
    }
  }

  text(start: number, end: number): string {
    if (end - start > windowSize) this.damaged(start);
    const bytes = new Uint8Array(end - start);
    this.read(bytes, start);
    return Buffer.from(bytes).toString();
  }

  /** Fills `target` with what is at `start`. */
  read(target: Uint8Array, start: number): void {
    for (let done = 0; done < target.length;) {
      const count = readSync(this.descriptor, target, done, target.length - done, start + done);
      if (count === 0) this.damaged(start + done);
      done += count;
    }
  }

  damaged(at: number): never {
    refuse(
      `${this.name} (${this.size} bytes) makes no sense at byte ${at}`,
      "a .caffemodel, complete",
      "It is damaged, cut off or of another format: compare its size with the original's, and copy it again.",
    );
  }

  private byte(at: number): number {
    if (at < this.windowStart || at >= this.windowEnd) {
      this.windowStart = at;
      this.windowEnd = at + readSync(this.descriptor, this.window, 0, windowSize, at);
      if (this.windowEnd === at) this.damaged(at);
    }
    return this.window[at - this.windowStart]!;
  }
}
