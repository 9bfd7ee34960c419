import { stripVTControlCharacters } from "node:util";
import { firstLine, secondsOf, type CellDetails } from "./cell-details.js";

/** How often the line of a terminal is written anew, and how often plain lines say that a cell still runs. */
const terminalMs = 200;
const plainMs = 60_000;

type Stream = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;

/** Shows how a run goes on: one line that changes in a terminal, else a line for each cell that has ended. */
export class RunProgress {
  #running: { details: CellDetails; since: number; latest: string } | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param name what the lines start with, for several notebooks at once */
  constructor(
    private readonly stream: Stream,
    private readonly name = "",
    /** What the cells put out is shown, too. */
    private readonly showsOutput = false,
  ) {}

  start(details: CellDetails): void {
    this.#running = { details, since: performance.now(), latest: "" };
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), this.stream.isTTY ? terminalMs : plainMs).unref();
    this.#tick(true);
  }

  output(details: CellDetails, text: string | undefined): void {
    if (text === undefined) return;
    if (this.showsOutput) this.stream.write(`${this.#erase}${text.endsWith("\n") ? text : `${text}\n`}`);
    if (this.#running?.details !== details) return;
    const line = stripVTControlCharacters(text)
      .split(/[\r\n]/)
      .findLast((each) => each.trim() !== "");
    if (line !== undefined) this.#running.latest = line.trim();
  }

  end(details: CellDetails): void {
    if (this.#running?.details === details) this.stop();
    const mark = { done: "ok", failed: "FAILED", skipped: "skipped", interrupted: "INTERRUPTED" }[
      details.state as string
    ];
    const seconds = details.state === "skipped" ? "" : `${secondsOf(details).toFixed(1)} s`;
    this.#line(details, `${(mark ?? details.state).padEnd(7)} ${seconds.padStart(8)}`, "\n");
  }

  /** Shows no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#running = undefined;
    this.stream.write(this.#erase);
  }

  get #erase(): string {
    return this.stream.isTTY ? "\r\x1b[K" : "";
  }

  #tick(isFirst = false): void {
    if (!this.#running || (isFirst && !this.stream.isTTY)) return;
    const { details, since, latest } = this.#running;
    const seconds = `${((performance.now() - since) / 1000).toFixed(1)} s`;
    const line = `runs    ${seconds.padStart(8)}`;
    this.#line(details, line, this.stream.isTTY ? "" : "\n", this.stream.isTTY ? latest : "");
  }

  #line(details: CellDetails, text: string, end: string, latest = ""): void {
    const width = this.stream.isTTY ? this.stream.columns || 80 : 100;
    const place = `[${String(details.number).padStart(String(details.of).length)}/${details.of}]`;
    const start = `${this.name && `${this.name} `}${place} ${text}  `;
    const what = firstLine(details.cell, Math.max(width - start.length - 1, 10));
    const rest = latest && ` | ${latest}`;
    this.stream.write(
      this.#erase + (start + what + rest).slice(0, this.stream.isTTY ? width - 1 : undefined) + end,
    );
  }
}
