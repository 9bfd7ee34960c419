/** `input("name? ")` and `input.password("key? ")`: questions to whoever runs the cell. */
import { randomUUID } from "node:crypto";
import type { OutputChannel } from "./output-channel.js";
import { currentCell } from "./running-cell.js";

export class Inputs {
  private readonly waiting = new Map<string, (value: string | undefined) => void>();

  constructor(private readonly channel: OutputChannel) {}

  ask(prompt: string, password: boolean): Promise<string> {
    const cell = currentCell();
    return new Promise((resolve, reject) => {
      if (!cell.allowStdin) {
        throw new Error(
          "input() needs a front end that can answer, but this cell was run without one (allow_stdin).",
        );
      }
      const requestId = randomUUID();
      this.waiting.set(requestId, (value) => {
        this.waiting.delete(requestId);
        if (value === undefined) reject(new Error("The front end gave no answer to input()."));
        else resolve(value);
      });
      cell.controller.signal.addEventListener("abort", () => this.waiting.delete(requestId), { once: true });
      this.channel.message(
        { type: "input_request", cellId: cell.cellId, prompt, password, requestId },
        [],
        true,
      );
    });
  }

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
