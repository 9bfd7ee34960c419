/** `process.stdout`, `process.stderr` and `console` of the runner: all of them write to the output channel. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import tty from "node:tty";
import { inspect } from "node:util";
import { nextTick } from "../../intrinsics.js";
import { firstRows, moreRows, tableHtml, tableOf } from "../show/console-table.js";
import { proxyTarget } from "../show/proxy-target.js";
import type { OutputChannel } from "./output-channel.js";
import { colorDepth, depthOf } from "./color-support.js";
import { TerminalLine } from "./terminal-line.js";
import { currentCell } from "../evaluate/running-cell.js";

/** Width that programs should assume for tables and progress bars. */
const columns = 100;

type WriteCallback = (error?: Error | null) => void;

/** A stream that hands over each chunk before `write` returns. It is a terminal of one line, as libraries draw progress. */
class CellStream extends Writable {
  readonly isTTY = true;
  readonly columns = columns;
  readonly rows = 30;
  private readonly decoder = new StringDecoder("utf8");
  private readonly line = new TerminalLine();
  /** Whose line it is. */
  private cellId = "";

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
    const line = this.currentLine();
    this.channel.text(this.cellId, this.streamName, line.print(this.decode(chunk, encoding)));
    if (done) nextTick(done);
    return true;
  }

  /** @see https://nodejs.org/api/tty.html#writestreamclearlinedir-callback */
  clearLine(direction: -1 | 0 | 1, callback?: WriteCallback): boolean {
    return this.print((line) => line.clear(direction), callback);
  }

  clearScreenDown(callback?: WriteCallback): boolean {
    return this.print((line) => line.clear(1), callback);
  }

  cursorTo(column: number, rowOrCallback?: number | WriteCallback, callback?: WriteCallback): boolean {
    const done = typeof rowOrCallback === "function" ? rowOrCallback : callback;
    return this.print((line) => line.moveTo(column), done);
  }

  moveCursor(columnsRight: number, _rowsDown: number, callback?: WriteCallback): boolean {
    return this.print((line) => line.moveTo(line.column + columnsRight), callback);
  }

  private print(draw: (line: TerminalLine) => string, done?: WriteCallback): boolean {
    const line = this.currentLine();
    this.channel.text(this.cellId, this.streamName, draw(line));
    if (done) nextTick(done);
    return true;
  }

  private currentLine(): TerminalLine {
    const { cellId } = currentCell();
    if (cellId !== this.cellId) this.line.reset();
    this.cellId = cellId;
    return this.line;
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

  getColorDepth(env?: NodeJS.ProcessEnv): number {
    return env ? depthOf(env) : colorDepth();
  }

  hasColors(count: number | object = 16, env?: NodeJS.ProcessEnv): boolean {
    return (
      2 ** this.getColorDepth(env) >= (typeof count === "number" ? count : 16) && this.getColorDepth(env) > 1
    );
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
  const own = new Console({ stdout, stderr, ignoreErrors: false, colorMode: "auto" });
  // Node's own object stays: other modules hold it already.
  for (const [name, value] of Object.entries(own)) replace(console, name, value);
  for (const name of ["debug", "error", "info", "log", "warn"] as const) {
    replace(console, name, withPlainNumbers(own[name]));
  }
  replace(console, "clear", () => {
    channel.message({ type: "clear_output", cellId: currentCell().cellId, wait: false });
  });
  replace(console, "table", (value: unknown, properties?: string[]) => {
    const data = proxyTarget(value);
    const { shown, left } = firstRows(data);
    const table = tableOf(shown, properties);
    if (!table) return console.log(data);
    const { cellId } = currentCell();
    const more = moreRows(left);
    const text = tableText(shown, properties) + (more && `\n${more}`);
    const display = { "text/plain": text, "text/html": tableHtml(table) + (more && `<p>${more}</p>`) };
    channel.message({ type: "display_data", cellId, data: display, metadata: {}, displayId: undefined });
  });
  // Libraries ask for the descriptor whether they may use colours.
  const { isatty } = tty;
  tty.isatty = (fd) => ((fd === 1 || fd === 2) && colorDepth() > 1) || isatty(fd);
  process.env["TERM"] ??= "xterm-256color";
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
  new Console({ stdout, colorMode: false }).table(data, properties);
  return text.trimEnd();
}

/** Colours are for structure: a printed number is text like any other, also for who reads the output by program. */
function withPlainNumbers(print: (...values: unknown[]) => void): (...values: unknown[]) => void {
  return (...values) => {
    const [format] = values;
    if (values.length === 1 && typeof format === "string") return print(format);
    const formatted =
      typeof format === "string" && format.includes("%") ? (format.match(placeholders)?.length ?? 0) : 0;
    const plain = (value: unknown, index: number): unknown =>
      isStructure(value) || (index > 0 && index <= formatted) ? value : inspect(value);
    print(...values.map(plain));
  };
}

/** What takes a value in a format. */
const placeholders = /%[sdifjoOc]/g;

/** What is printed as it is, or in colours. */
function isStructure(value: unknown): boolean {
  return (
    typeof value === "string" || typeof value === "function" || (typeof value === "object" && value !== null)
  );
}
