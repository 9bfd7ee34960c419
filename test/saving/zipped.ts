import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { unzipSync } from "fflate";

/** Files of test/fixtures/keras/NAME.zip, and what Keras predicts with the models in them. */
export class ZippedModels {
  readonly #files: Record<string, Uint8Array>;

  constructor(name: string) {
    this.#files = unzipSync(readFileSync(resolve(`test/fixtures/keras/${name}.zip`)));
  }

  /** Names of the files that are no measurements. */
  get names(): string[] {
    return Object.keys(this.#files).filter((name) => !/^[^/]*\.json$/.test(name));
  }

  measured(name: string): { inputs: unknown; predictions: number[][][] } {
    return JSON.parse(new TextDecoder().decode(this.#files[`${name}.json`])) as never;
  }

  async unpack(folder: string): Promise<void> {
    for (const [name, bytes] of Object.entries(this.#files)) {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
  }
}
