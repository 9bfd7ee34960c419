import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import * as h5wasm from "h5wasm";
import { KerasFileError, loadModel } from "../../src/saving/index.js";
import { tf } from "../../src/keras/load.js";
import { Mutations } from "./mutations.js";

const fixtures = new URL("../../../test/fixtures/keras/files/", import.meta.url);
const rounds = Number(process.env["MANABI_FUZZ_ROUNDS"] ?? 80);
const seed = Number(process.env["MANABI_FUZZ_SEED"] ?? 27);

describe("loadModel of a thousand damaged files", () => {
  let folder: string;
  let originals: { name: string; bytes: Uint8Array }[];
  const { warn } = console;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-fuzz-"));
    const names = (await readdir(fixtures)).filter((name) => /^\w+\.(?:keras|h5)$/.test(name)).toSorted();
    originals = await Promise.all(
      names.map(async (name) => ({ name, bytes: new Uint8Array(await readFile(new URL(name, fixtures))) })),
    );
    console.warn = () => undefined;
  });
  after(async () => {
    console.warn = warn;
    await rm(folder, { recursive: true });
  });

  const mutations = new Mutations(seed);
  for (const [kind, mutate] of Object.entries(mutations.all)) {
    it(`by ${kind}: gives a model or says what is wrong`, async function () {
      this.timeout(60_000);
      const { FS, HEAPU8 } = await h5wasm.ready;
      const [room, files] = [HEAPU8.length, FS.readdir("/").length];
      let refused = 0;
      for (let round = 0; round < rounds; round++) {
        const { name, bytes } = originals[round % originals.length]!;
        const path = join(folder, `damaged${extname(name)}`);
        const damaged = mutate(
          bytes,
          originals.map((one) => one.bytes),
        );
        // oxlint-disable-next-line no-await-in-loop -- file after file
        await writeFile(path, damaged);
        const before = tf.memory().numTensors;
        try {
          // oxlint-disable-next-line no-await-in-loop -- file after file
          (await loadModel(path)).dispose();
        } catch (error) {
          refused++;
          assert.ok(error instanceof KerasFileError, `${name}, round ${round}: ${(error as Error).stack}`);
          assert.match(error.message, /\. Expected [^]+\. \S/);
          assert.doesNotMatch(error.message, /HDF5-DIAG|Cannot read|is not a function|call stack/);
          assert.equal(
            tf.memory().numTensors,
            before,
            `tensors of a model that did not load: ${error.message}`,
          );
        }
      }
      assert.ok(refused > 0);
      assert.equal(FS.readdir("/").length, files, "files left in WebAssembly's memory");
      const { HEAPU8: after } = await h5wasm.ready;
      assert.ok(after.length - room < 64 << 20, `WebAssembly's memory grew to ${after.length} bytes`);
    });
  }
});
