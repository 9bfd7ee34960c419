/** Prints the seconds that one case of `npm run bench -- data` takes here: `node data-case.js CASE FOLDER`. */
import path from "node:path";
import { loadNpz } from "../src/arrays/npy/npz.js";

const [name, folder] = process.argv.slice(2) as [string, string];

const cases: Record<string, () => Promise<unknown>> = {
  npz: () => loadNpz(path.join(folder, "npz.npz")),
  "npz-compressed": () => loadNpz(path.join(folder, "npz-compressed.npz")),
};

const start = performance.now();
await cases[name]!();
console.log((performance.now() - start) / 1000);
