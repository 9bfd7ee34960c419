/** A folder with files, and the types of the cells of a notebook in it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { CellLanguage } from "../../../src/kernel/types/language.js";

/** The findings of a cell as `code line:column text`, where text is what is marked in the cell. */
export function check(language: CellLanguage, source: string): string[] {
  const { diagnostics, remember } = language.check(source);
  remember();
  return diagnostics.map(
    ({ code, line, column, start, end }) => `${code} ${line}:${column} ${source.slice(start, end)}`,
  );
}

export class CheckedNotebook {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), "manabi-types-test-")));
  readonly language: CellLanguage;
  readonly folder: string;

  /** @param folder that of the notebook, below the one that the files are written to */
  constructor(files: Record<string, string> = {}, folder = "") {
    this.folder = join(this.#root, folder);
    mkdirSync(this.folder, { recursive: true });
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    this.language = new CellLanguage(this.folder, resolve("."));
  }

  write(path: string, text: string): void {
    const file = join(this.#root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** The files of a package, installed as npm does. */
  install(name: string, files: Record<string, string>): void {
    const folder = `node_modules/${name}`;
    this.write(`${folder}/package.json`, JSON.stringify({ name, version: "1.0.0", types: "index.d.ts" }));
    for (const [path, text] of Object.entries(files)) this.write(`${folder}/${path}`, text);
  }

  check(cell: string): string[] {
    return check(this.language, cell);
  }

  /** What is said of a cell as a whole. */
  notices(cell: string): string[] {
    const { diagnostics, remember } = this.language.check(cell);
    remember();
    return diagnostics.filter(({ code }) => code === 0).map(({ message }) => message);
  }

  close(): void {
    this.language.close();
    rmSync(this.#root, { recursive: true });
  }
}
