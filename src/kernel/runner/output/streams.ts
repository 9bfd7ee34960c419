/** `process.stdout`, `process.stderr` and `console` of the runner: all of them write to the output channel. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { inspect } from "node:util";
import { nextTick } from "../../intrinsics.js";
import { tableHtml, tableOf } from "../show/console-table.js";
import { proxyTarget } from "../show/proxy-target.js";
import type { OutputChannel } from "./output-channel.js";
import { currentCell } from "../evaluate/running-cell.js";

/** Width that programs should assume for tables and progress bars. */
const columns = 100;

type WriteCallback = (error?: Error | null) => void;

/** A stream that hands over each chunk before `write` returns. Not a terminal, but it shows colours. */
class CellStream extends Writable {
  readonly isTTY = false;
  readonly columns = columns;
  readonly rows = 30;
  private readonly decoder = new StringDecoder("utf8");

  constructor(
    private readonly channel: OutputChannel,
    private readonly streamName: "stdout" | "stderr",
    readonly fd: number,
  ) {
    super({ decodeStrings: false });
  }

  // Overrides `write` itself: the machinery of Writable costs more than the rest of a `console.log`.
  override write(
    chunk: unknown,
    encodingOrCallback?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    const done = typeof encodingOrCallback === "function" ? encodingOrCallback : callback;
    const encoding = typeof encodingOrCallback === "string" ? encodingOrCallback : "utf8";
    this.channel.text(currentCell().cellId, this.streamName, this.decode(chunk, encoding));
    if (done) nextTick(done);
    return true;
  }

  /** Reached by `end(chunk)` only. */
  override _write(chunk: unknown, encoding: BufferEncoding, callback: WriteCallback): void {
    this.write(chunk, encoding, callback);
  }

  /** Like the real standard streams, it cannot be closed. */
  override _destroy(_error: Error | null, callback: WriteCallback): void {
    callback();
  }

  getWindowSize(): [number, number] {
    return [this.columns, this.rows];
  }

  getColorDepth(): number {
    return 8;
  }

  hasColors(count = 16): boolean {
    return count <= 256;
  }

  private decode(chunk: unknown, encoding: BufferEncoding): string {
    if (typeof chunk === "string") {
      return encoding === "hex" || encoding === "base64" || encoding === "base64url"
        ? this.decoder.write(Buffer.from(chunk, encoding))
        : chunk;
    }
    if (!ArrayBuffer.isView(chunk)) {
      throw new TypeError(
        `process.${this.streamName}.write expects a string or a Uint8Array, not ${typeof chunk}. ` +
          "Use console.log to print any other value.",
      );
    }
    return this.decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
}

/** Puts the streams and the console in place. */
export function installStreams(channel: OutputChannel): void {
  const stdout = new CellStream(channel, "stdout", 1);
  const stderr = new CellStream(channel, "stderr", 2);
  const replace = (target: object, name: string, value: unknown): void => {
    Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true });
  };
  replace(process, "stdout", stdout);
  replace(process, "stderr", stderr);
  // `ignoreErrors` would add and remove a listener for each line.
  const own = new Console({ stdout, stderr, ignoreErrors: false, colorMode: true });
  // Node's own object stays: other modules hold it already.
  for (const [name, value] of Object.entries(own)) replace(console, name, value);
  for (const name of ["debug", "error", "info", "log", "warn"] as const) {
    replace(console, name, withPlainNumbers(own[name]));
  }
  replace(console, "table", (value: unknown, properties?: string[]) => {
    const data = proxyTarget(value);
    const table = tableOf(data, properties);
    if (!table) return console.log(data);
    const { cellId } = currentCell();
    const display = { "text/plain": tableText(data, properties), "text/html": tableHtml(table) };
    channel.message({ type: "display_data", cellId, data: display, metadata: {}, displayId: undefined });
  });
}

/** What Node prints. */
function tableText(data: unknown, properties: string[] | undefined): string {
  let text = "";
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      text += String(chunk);
      callback();
    },
  });
  new Console({ stdout, colorMode: true }).table(data, properties);
  return text.trimEnd();
}

/** Colours are for structure: a printed number is text like any other, also for who reads the output by program. */
function withPlainNumbers(print: (...values: unknown[]) => void): (...values: unknown[]) => void {
  return (...values) => {
    const isFormat = typeof values[0] === "string" && values[0].includes("%");
    print(...(isFormat ? values : values.map((value) => (isStructure(value) ? value : inspect(value)))));
  };
}

/** What is printed as it is, or in colours. */
function isStructure(value: unknown): boolean {
  return (
    typeof value === "string" || typeof value === "function" || (typeof value === "object" && value !== null)
  );
}
