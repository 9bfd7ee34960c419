import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PhotoRecord } from "./photo.js";

const fileName = "photos.jsonl";

/** What a collection holds: a line of JSON a picture, so that a process that is killed loses no more than one. */
export class PhotoLog {
  private constructor(
    private readonly folder: string,
    readonly records: PhotoRecord[],
  ) {}

  /** Opens the log of a folder, which is made if there is none. Pictures that somebody removed are not in it any more. */
  static async open(folder: string): Promise<PhotoLog> {
    await mkdir(folder, { recursive: true });
    const records = await readRecords(folder);
    const there = records.filter(({ file }) => existsSync(join(folder, file)));
    // A line that was cut off would run into the next one.
    await writeFile(join(folder, fileName), there.map(lineOf).join(""));
    return new PhotoLog(folder, there);
  }

  async add(record: PhotoRecord): Promise<void> {
    await appendFile(join(this.folder, fileName), lineOf(record));
    this.records.push(record);
  }

  has({ source, id }: Pick<PhotoRecord, "source" | "id">): boolean {
    return this.records.some((record) => record.source === source && record.id === id);
  }

  /** Writes who made the pictures and under which licence, which most licences ask for. */
  async writeCredits(): Promise<void> {
    const lines = this.records.map(
      ({ file, title, author, page, licence, licenceUrl }) =>
        `- \`${file}\`: ${link(title || "untitled", page)} by ${plain(author) || "unknown"}, ` +
        link(licence || licenceUrl, licenceUrl),
    );
    await writeFile(join(this.folder, "CREDITS.md"), `# Credits\n\n${lines.join("\n")}\n`);
  }
}

/** The records of a folder, in the order in which the pictures came; none where there is no log. */
export async function readRecords(folder: string): Promise<PhotoRecord[]> {
  const text = await readFile(join(folder, fileName), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as PhotoRecord];
    } catch {
      // The last line of a process that was killed.
      return [];
    }
  });
}

const lineOf = (record: PhotoRecord): string => `${JSON.stringify(record)}\n`;

/** Strangers' texts as Markdown shows them, and nothing more. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#|!()]/g, String.raw`\$&`);

const link = (text: string, url: string): string =>
  /^https?:\/\/[^\s()<>]+$/.test(url) ? `[${plain(text)}](${url})` : plain(text);
