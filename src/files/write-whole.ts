import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

const temporaryName = (path: string): string => `${path}.${randomUUID()}.partial`;

/**
 * Writes a file, and makes its folder, under a temporary name beside `path`, flushes it to disk and renames it: whole or not at
 * all.
 *
 * @param content what to write, or what writes it
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string | ((file: FileHandle) => Promise<void>),
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "wx");
    try {
      await (typeof content === "function" ? content(file) : file.writeFile(content));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The same at once, for small texts. */
export function writeWholeSync(path: string, text: string): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
