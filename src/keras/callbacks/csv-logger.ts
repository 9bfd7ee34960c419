import { existsSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { valueOf } from "./monitor.js";

export interface CsvLoggerOptions {
  /** What stands between the columns, `","` if left out. */
  separator?: string;
  /** Whether to go on in a file that is there, instead of replacing it. */
  append?: boolean;
}

/**
 * Writes a line per epoch into a CSV file: `epoch` (from 0), then the metrics in alphabetical order.
 * https://keras.io/api/callbacks/csv_logger/
 * @param path of the file; its folder must be there
 */
export function csvLogger(path: string, options: CsvLoggerOptions = {}): Callback {
  return new CsvLogger(path, options);
}

class CsvLogger extends tf.Callback {
  #columns: string[] | undefined;

  constructor(
    private readonly path: string,
    private readonly options: CsvLoggerOptions,
  ) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    this.#columns = undefined;
    if (!this.options.append) await writeFile(this.path, "");
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const { separator = ",", append = false } = this.options;
    const continued = append && !this.#columns && existsSync(this.path);
    const isNew = !this.#columns && !continued;
    this.#columns ??= Object.keys(logs).toSorted();
    const values = this.#columns.map((name) => (name in logs ? String(valueOf(logs[name]!)) : "NA"));
    const lines = [[String(epoch), ...values]];
    if (isNew) lines.unshift(["epoch", ...this.#columns]);
    await appendFile(this.path, lines.map((line) => `${line.join(separator)}\n`).join(""));
  }
}
