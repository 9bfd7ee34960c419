/**
 * Puts the three streams of a runner in one order: frames of the output channel, and the raw stdout and stderr that
 * child processes and native libraries write to. Barriers among the frames and marks in the raw streams say how they
 * mesh: what was printed before mark n comes before the frames of write-out n, what was printed later, after them.
 */
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { FrameKind, frameHeaderLength, FrameReader, type Frame } from "../channel/frames.js";
import { RawMarkReader, type RawPiece } from "../channel/raw-marks.js";

export interface OutputSink {
  /** A frame of the output channel, barriers excepted. A promise makes the runner wait. */
  frame(frame: Frame): void | Promise<void>;
  /** What was printed to a raw stream. */
  raw(name: "stdout" | "stderr", text: string): void | Promise<void>;
}

export class OrderedOutput {
  /** Resolves when all streams have ended and everything has been handed over. */
  readonly ended: Promise<void>;
  /** Set while an interrupt must get through: reads on although nobody takes the output. */
  eager = false;

  private readonly raws: [RawStream, RawStream];
  private readonly frames: Frame[] = [];
  /** The last write-out whose frames have all been handed over. */
  private complete = 0;
  /** The write-out that is being handed over, and how much of it is missing. */
  private current = { number: 0, missing: 0 };
  private channelEnded = false;
  private busy = false;
  private finish!: () => void;

  constructor(
    private readonly channel: Readable,
    stdout: Readable,
    stderr: Readable,
    token: string,
    private readonly sink: OutputSink,
  ) {
    this.ended = new Promise((resolve) => (this.finish = resolve));
    this.raws = [new RawStream("stdout", stdout, token), new RawStream("stderr", stderr, token)];
    const reader = new FrameReader();
    channel.on("data", (chunk: Buffer) => {
      this.frames.push(...reader.push(chunk));
      this.pump();
    });
    onEnd(channel, () => {
      this.channelEnded = true;
      // The process died in the middle of a write-out.
      this.complete = Infinity;
      this.pump();
    });
    for (const raw of this.raws) raw.start(() => this.pump());
  }

  /** Hands over all that may be handed over now. */
  pump(): void {
    if (this.busy && !this.eager) return;
    for (;;) {
      const handed = this.nextRaw(this.raws[0]) ?? this.nextRaw(this.raws[1]) ?? this.nextFrame();
      if (handed === undefined) break;
      if (handed instanceof Promise && !this.eager) {
        this.busy = true;
        const goOn = (): void => {
          this.busy = false;
          this.pump();
        };
        void handed.then(goOn, goOn);
        break;
      }
    }
    flow(this.channel, !this.busy && this.frames.length === 0);
    for (const raw of this.raws) flow(raw.stream, !this.busy && raw.pieces.length === 0);
    const isEmpty =
      this.frames.length === 0 && this.raws.every((raw) => raw.ended && raw.pieces.length === 0);
    if (this.channelEnded && isEmpty && !this.busy) this.finish();
  }

  /** Stops reading raw streams that a surviving child process keeps open. */
  endRaw(): void {
    for (const raw of this.raws) raw.stream.destroy();
  }

  /** True or a promise if something was handed over. */
  private nextRaw(raw: RawStream): true | Promise<void> | undefined {
    const [piece] = raw.pieces;
    if (piece === undefined || raw.mark > this.complete) return undefined;
    raw.pieces.shift();
    if ("mark" in piece) {
      raw.mark = piece.mark;
      return true;
    }
    const text = raw.decoder.write(piece.text);
    return (text !== "" && this.sink.raw(raw.name, text)) || true;
  }

  private nextFrame(): true | Promise<void> | undefined {
    const [frame] = this.frames;
    if (!frame) return undefined;
    if (frame.kind !== FrameKind.barrier) {
      this.frames.shift();
      this.advance(frameHeaderLength + frame.payload.length);
      return this.sink.frame(frame) ?? true;
    }
    const number = frame.payload.readUInt32LE(0);
    const marked = frame.payload.readUInt8(4);
    const isReached = (raw: RawStream, bit: number): boolean =>
      raw.ended || !(marked & bit) || raw.mark >= number;
    if (!isReached(this.raws[0], 1) || !isReached(this.raws[1], 2)) return undefined;
    this.frames.shift();
    this.current = { number, missing: frame.payload.readUInt32LE(5) };
    this.advance(0);
    return true;
  }

  private advance(length: number): void {
    this.current.missing -= length;
    if (this.current.missing === 0) this.complete = Math.max(this.complete, this.current.number);
  }
}

class RawStream {
  readonly pieces: RawPiece[] = [];
  readonly decoder = new StringDecoder("utf8");
  /** The last mark that was passed. */
  mark = 0;
  ended = false;
  private readonly reader: RawMarkReader;

  constructor(
    readonly name: "stdout" | "stderr",
    readonly stream: Readable,
    token: string,
  ) {
    this.reader = new RawMarkReader(token);
  }

  start(onChange: () => void): void {
    this.stream.on("data", (chunk: Buffer) => {
      this.pieces.push(...this.reader.push(chunk));
      onChange();
    });
    onEnd(this.stream, () => {
      const rest = this.reader.end();
      if (rest.length > 0) this.pieces.push({ text: rest });
      this.ended = true;
      onChange();
    });
  }
}

function onEnd(stream: Readable, listener: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) listener();
    done = true;
  };
  stream.on("end", once);
  stream.on("close", once);
  // The end of the process says what happened.
  stream.on("error", once);
}

function flow(stream: Readable, on: boolean): void {
  if (on === !stream.isPaused()) return;
  if (on) stream.resume();
  else stream.pause();
}
