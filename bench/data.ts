/**
 * Reading data here against NumPy and Keras: the same files, alternating, each in a process of its own.
 *
 *   npm run bench -- data [npz npz-compressed cifar10 pictures pictures-layers pictures-epoch] [--rounds 3]
 *
 * NumPy is in the Python that `npm run test:keras` makes, or the one that MANABI_KERAS_PYTHON names.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { projectRoot } from "../src/setup/project.js";
import { machine, median, table } from "./table.js";

/** What is measured, in seconds, and what ours may take of the peer's at most. */
const cases: Record<string, { title: string; bar: number; pictures?: true }> = {
  npz: { title: ".npz of 500 MB, read", bar: 1.2 },
  "npz-compressed": { title: ".npz of 200 MB, compressed, read", bar: 1.2 },
  cifar10: { title: "cifar10.loadData() from the cache", bar: 1 },
  pictures: { title: "320 pictures changed, to Keras's generator", bar: 0.2, pictures: true },
  "pictures-layers": { title: "320 pictures changed, to tf.data and layers", bar: 0.67, pictures: true },
  "pictures-epoch": { title: "epoch of a CNN on 640 pictures", bar: 0.4, pictures: true },
};

export async function run(options: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: options,
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" } },
  });
  const chosen = positionals.length > 0 ? positionals : Object.keys(cases);
  const unknown = chosen.filter((name) => !Object.hasOwn(cases, name));
  if (unknown.length > 0)
    throw new Error(`Unknown case ${unknown.join(", ")}: choose from ${Object.keys(cases).join(", ")}.`);
  const python = process.env["MANABI_KERAS_PYTHON"] ?? path.join(projectRoot, ".manabi/keras/bin/python");
  const folder = await mkdtemp(path.join(tmpdir(), "manabi-bench-"));
  const measure = async ([command, ...args]: string[], ...more: string[]): Promise<number> =>
    Number((await execa(command!, [...args, ...more, folder])).stdout.trim().split("\n").at(-1));
  console.log(`${machine()}; seconds, medians of ${values.rounds} alternating rounds\n`);
  const rows = [["", "ours", "Python", "ours / Python", "bar", ""]];
  try {
    for (const name of chosen) {
      const { title, bar, pictures } = cases[name]!;
      const peer = [python, path.join(projectRoot, "bench", pictures ? "picture_peers.py" : "data_peers.py")];
      const ours = [
        process.execPath,
        path.join(import.meta.dirname, pictures ? "picture-case.js" : "data-case.js"),
      ];
      await measure(peer, "prepare", name);
      // What is made once only, by both.
      await measure(ours, name);
      const seconds: [number[], number[]] = [[], []];
      for (let round = 0; round < Number(values.rounds); round++) {
        seconds[0].push(await measure(ours, name));
        seconds[1].push(await measure(peer, "measure", name));
      }
      const [mine, theirs] = seconds.map(median) as [number, number];
      const ratio = mine / theirs;
      const digits = [mine, theirs, ratio].map((value) => value.toPrecision(3));
      rows.push([title, ...digits, bar.toFixed(2), ratio <= bar ? "reached" : "missed"]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  console.log(table(rows));
}
