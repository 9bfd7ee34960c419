/** `input("name? ")`, `input.password("key? ")` and `prompt("name?")`: questions to whoever runs the cell. */
import { randomUUID } from "../../intrinsics.js";
import type { OutputChannel } from "../output/output-channel.js";
import { currentCell } from "./running-cell.js";

const pause = new Int32Array(new SharedArrayBuffer(4));
const pauseMs = 10;

export class Inputs {
  private readonly waiting = new Map<string, (value: string | undefined) => void>();

  /** `receive` takes the requests that have come meanwhile. */
  constructor(
    private readonly channel: OutputChannel,
    private readonly receive: () => void,
  ) {}

  async ask(prompt: string, password: boolean): Promise<string> {
    if (!currentCell().allowStdin) {
      throw new Error(
        "input() needs a front end that can answer, but this cell was run without one (allow_stdin).",
      );
    }
    const answer = await this.line(prompt, password);
    if (answer === undefined) throw new Error("The front end gave no answer to input().");
    return answer;
  }

  /** Undefined if nobody answers. */
  line(prompt: string, password = false): Promise<string | undefined> {
    const cell = currentCell();
    if (!cell.allowStdin) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const requestId = randomUUID();
      this.waiting.set(requestId, (value) => {
        this.waiting.delete(requestId);
        resolve(value);
      });
      cell.controller.signal.addEventListener("abort", () => this.waiting.delete(requestId), { once: true });
      this.channel.message(
        { type: "input_request", cellId: cell.cellId, prompt, password, requestId },
        [],
        true,
      );
    });
  }

  /** Waits without letting other code run, as browsers and Deno do; null if there is no answer. */
  readonly prompt = (message = "Prompt", defaultValue = ""): string | null => {
    const { cellId, allowStdin } = currentCell();
    if (!allowStdin) return null;
    const requestId = randomUUID();
    const answers: (string | undefined)[] = [];
    this.waiting.set(requestId, (value) => answers.push(value));
    this.channel.message(
      { type: "input_request", cellId, prompt: message, password: false, requestId },
      [],
      true,
    );
    try {
      while (answers.length === 0) {
        Atomics.wait(pause, 0, 0, pauseMs);
        this.receive();
      }
    } finally {
      this.waiting.delete(requestId);
    }
    const [answer] = answers;
    return answer === "" ? defaultValue : (answer ?? null);
  };

  readonly confirm = (message = "Confirm"): boolean =>
    /^y(es)?$/i.test(this.prompt(`${message} [y/N] `) ?? "");

  reply(requestId: string, value: string | undefined): void {
    this.waiting.get(requestId)?.(value);
  }

  /** The function that cells see. */
  cellFunction(): ((prompt?: string) => Promise<string>) & { password(prompt?: string): Promise<string> } {
    return Object.assign((prompt = "") => this.ask(prompt, false), {
      password: (prompt = "") => this.ask(prompt, true),
    });
  }
}
