import { writeWholeSync } from "../files/write-whole.js";
import { JobError } from "./job-error.js";

/**
 * Writes a file whole or not at all: who reads it while a job runs, or after it was killed, sees the last whole one. Makes
 * its folder.
 * @throws JobError where it cannot be written
 */
export function writeWhole(file: string, text: string): void {
  try {
    writeWholeSync(file, text);
  } catch (error) {
    throw new JobError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
