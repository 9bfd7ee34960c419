import fs from "node:fs";
import path from "node:path";
import { SetupError } from "./command.js";

const text = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

/** What is free for this user on the disk of a folder, which need not be there yet, in bytes. */
export function freeSpace(folder: string): number {
  let existing = folder;
  while (!fs.existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = fs.statfsSync(existing);
  return bavail * bsize;
}

/**
 * Ends a set-up before it begins that could not come to its end.
 *
 * @param needed bytes
 * @throws SetupError
 */
export function checkSpace(folder: string, needed: number, free: number = freeSpace(folder)): void {
  if (free >= needed) return;
  throw new SetupError(
    `The disk of ${folder} is too full: what is still to be set up needs about ${text(needed)}, and ${text(free)} are free.`,
    "Free some space (or put the folder on another disk), then run the same command again: it goes on where it stopped.",
  );
}

/** An error that says what to do if it is one of a full disk; else the error itself. */
export function explainFullDisk(error: unknown, folder: string): unknown {
  const { code, message, output } = error as NodeJS.ErrnoException & { output?: string };
  if (code !== "ENOSPC" && !/ENOSPC|No space left on device/.test(`${message}\n${output ?? ""}`))
    return error;
  return new SetupError(
    `The disk of ${folder} is full: ${text(freeSpace(folder))} are free.`,
    "Free some space, then run the same command again: it goes on where it stopped.",
    output,
  );
}
