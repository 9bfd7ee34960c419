/** Prints the seconds that one case of `npm run bench -- data` takes here: `node data-case.js CASE FOLDER`. */
import path from "node:path";
import { readFile } from "node:fs/promises";
import { loadNpz } from "../src/arrays/npy/npz.js";
import { cifar10 } from "../src/datasets/index.js";

const [name, folder] = process.argv.slice(2) as [string, string];

const cases: Record<string, () => Promise<unknown>> = {
  npz: () => loadNpz(path.join(folder, "npz.npz")),
  cifar10: () => cifar10.loadData({ checksums }),
  "npz-compressed": () => loadNpz(path.join(folder, "npz-compressed.npz")),
};

// Keras's own archive is found where the peer has put it; its random content has a hash of its own.
process.env.KERAS_HOME = folder;
process.env.MANABI_HOME = path.join(folder, "manabi");
const checksums =
  name === "cifar10"
    ? { "cifar-10-python.tar.gz": (await readFile(path.join(folder, "cifar10.sha256"), "utf8")).trim() }
    : undefined;

const start = performance.now();
await cases[name]!();
console.log((performance.now() - start) / 1000);
