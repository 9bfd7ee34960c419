import type { CellError, JsonObject, RunnerOutput } from "../kernel/contracts.js";
import type { Output } from "./notebook.js";

/** Outputs with a display id that may still be redrawn, by any cell. */
export type Displays = Map<string, Output[]>;

/** What a cell has put out, as a notebook's file has it. */
export class CellOutputs {
  readonly outputs: Output[] = [];
  #clears = false;

  /** @param displays shared by all cells of a run */
  constructor(
    private readonly executionCount: number,
    private readonly displays: Displays,
  ) {}

  add(output: RunnerOutput): void {
    switch (output.type) {
      case "clear_output":
        if (output.wait) this.#clears = true;
        else this.outputs.length = 0;
        return;
      case "stream":
        this.#clear();
        return this.#stream(output.name, output.text);
      case "display_data":
        this.#clear();
        return this.#display(output);
      case "update_display_data":
        for (const shown of this.displays.get(output.displayId ?? "") ?? [])
          Object.assign(shown, { data: output.data, metadata: output.metadata });
        return;
      case "execute_result": {
        this.#clear();
        const { data, metadata } = output;
        this.outputs.push({
          output_type: "execute_result",
          execution_count: this.executionCount,
          data,
          metadata,
        });
        return;
      }
      case "error":
        this.#clear();
        return this.error(output);
      default: // Widgets have nobody to talk to, questions nobody who answers.
    }
  }

  error({ ename, evalue, traceback }: CellError): void {
    this.outputs.push({ output_type: "error", ename, evalue, traceback });
  }

  /** Puts what is wrong with the cell's types before all else. */
  findings(text: string): void {
    if (text !== "") this.outputs.unshift({ output_type: "stream", name: "stderr", text });
  }

  #clear(): void {
    if (this.#clears) this.outputs.length = 0;
    this.#clears = false;
  }

  #stream(name: string, text: string): void {
    const last = this.outputs.at(-1);
    if (last?.output_type === "stream" && last["name"] === name) {
      const before = String(last["text"]);
      // The text as a whole is not looked at for each of many pieces.
      const open = /\r/.test(text) || before.endsWith("\r") ? before.lastIndexOf("\n") + 1 : before.length;
      last["text"] = before.slice(0, open) + asOnPaper(before.slice(open) + text);
    } else this.outputs.push({ output_type: "stream", name, text: asOnPaper(text) });
  }

  #display({
    data,
    metadata,
    displayId,
  }: {
    data: JsonObject;
    metadata: JsonObject;
    displayId?: string;
  }): void {
    const output: Output = { output_type: "display_data", data, metadata };
    this.outputs.push(output);
    if (displayId === undefined) return;
    const shown = this.displays.get(displayId);
    if (shown) shown.push(output);
    else this.displays.set(displayId, [output]);
  }
}

/** Of a line that was written anew, only what came last is kept; a return at the end may be followed by more. */
const asOnPaper = (text: string): string =>
  text.includes("\r") ? text.replace(/\r+\n/g, "\n").replace(/[^\n]*\r(?=[^\r\n])/g, "") : text;
