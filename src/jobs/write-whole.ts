import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { JobError } from "./job-error.js";

/**
 * Writes a file whole or not at all: who reads it while a job runs, or after it was killed, sees the last whole one. Makes
 * its folder.
 * @throws JobError where it cannot be written
 */
export function writeWhole(file: string, text: string): void {
  const partial = `${file}.${randomUUID().slice(0, 8)}.partial`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(partial, text);
    fs.renameSync(partial, file);
  } catch (error) {
    fs.rmSync(partial, { force: true });
    throw new JobError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
