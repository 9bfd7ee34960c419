import type { RunnerOutput } from "../../contracts.js";

type Recorded = Exclude<RunnerOutput, { type: "input_request" }>;

/** About so many units of what a cell has put out last are known. */
const mostUnits = 1_000_000;

/** What a cell has put out until now: as a front end would show it, so that bars that were redrawn are there once. */
export class OutputRecord {
  #outputs: Recorded[] = [];
  #units = 0;
  /** A `clear_output` that waits for the next output. */
  #clears = false;
  #ended = false;
  readonly #followers = new Set<(output: Recorded) => void>();
  #onEnd: (() => void)[] = [];

  add(output: Recorded): void {
    for (const follow of this.#followers) follow(output);
    if (output.type === "clear_output") {
      if (output.wait) this.#clears = true;
      else this.forget();
      return;
    }
    if (this.#clears) this.forget();
    this.#clears = false;
    if (output.type === "stream") this.#addText(output);
    else if (output.type === "update_display_data") this.#update(output);
    else if (!output.type.startsWith("comm_")) this.#outputs.push(output);
    this.#units += unitsOf(output);
    if (this.#units > mostUnits) this.#shorten();
  }

  /** Calls `follow` for all that the cell has put out, and will. Resolves when the cell has ended. */
  follow(follow: (output: Recorded) => void): Promise<void> {
    for (const output of this.#outputs) follow(output);
    if (this.#ended) return Promise.resolve();
    this.#followers.add(follow);
    return new Promise((resolve) => {
      this.#onEnd.push(() => {
        this.#followers.delete(follow);
        resolve();
      });
    });
  }

  /** The cell has ended; what it still puts out comes late. */
  end(): void {
    this.#ended = true;
    for (const tell of this.#onEnd.splice(0)) tell();
  }

  forget(): void {
    this.#outputs = [];
    this.#units = 0;
  }

  #addText(output: Extract<Recorded, { type: "stream" }>): void {
    const last = this.#outputs.at(-1);
    if (last?.type === "stream" && last.name === output.name) last.text += output.text;
    else this.#outputs.push({ ...output });
  }

  /** Leaves the later half. */
  #shorten(): void {
    let units = 0;
    const kept: Recorded[] = [];
    for (const output of this.#outputs.toReversed()) {
      if (output.type === "stream") output.text = visibleEnd(output.text);
      units += unitsOf(output);
      if (kept.length > 0 && units > mostUnits / 2) break;
      kept.unshift(output);
    }
    this.#outputs = kept;
    this.#units = units;
  }

  #update(output: Extract<Recorded, { type: "update_display_data" | "display_data" }>): void {
    for (const [index, each] of this.#outputs.entries()) {
      if (each.type === "display_data" && each.displayId === output.displayId)
        this.#outputs[index] = { ...each, data: output.data, metadata: output.metadata };
    }
  }
}

/** Of a line that was written anew, only what came last is seen. */
function visibleEnd(text: string): string {
  return text.replace(/^.*\r(?=[^\r\n]*\r)/gm, "").slice(-mostUnits / 4);
}

/** About how much memory an output takes. */
function unitsOf(output: Recorded): number {
  if (output.type === "stream") return output.text.length;
  const values = "data" in output ? Object.values(output.data) : [];
  return values.reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? value.length : 10_000),
    500,
  );
}
