import fs from "node:fs";
import path from "node:path";
import { onExit } from "signal-exit";

/** The text of `file`, or undefined if there is none. */
export function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** Writes a file whole or not at all: killed or out of disk, the old one stays. */
export function writeAtomic(file: string, content: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  fs.writeFileSync(partial, content);
  fs.renameSync(partial, file);
}

/** Copies a file, whole or not at all. */
export function copyAtomic(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, `${to}.partial`);
  fs.renameSync(`${to}.partial`, to);
}

/** Gives `use` an empty folder, which is gone afterwards, also when the process ends in the middle (Ctrl-C). */
export async function withFolder<T>(folder: string, use: (folder: string) => T | Promise<T>): Promise<T> {
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  // A process that was killed has left one.
  remove();
  fs.mkdirSync(folder, { recursive: true });
  const forget = onExit(remove);
  try {
    return await use(folder);
  } finally {
    forget();
    remove();
  }
}

/**
 * Makes the folder `folder` by `fill`, which writes into an empty folder beside it. `folder` has either its old
 * content, none, or all of the new.
 */
export async function replaceFolder(
  folder: string,
  fill: (partial: string) => void | Promise<void>,
): Promise<void> {
  await withFolder(`${folder}.partial`, async (partial) => {
    await fill(partial);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(partial, folder);
  });
}
