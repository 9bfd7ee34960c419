/**
 * `manabi run` of lesson 01 against papermill with ipykernel on a twin of it in Python, alternating; and the same with a
 * notebook of one cell, which is what starting costs.
 *
 *   npm run bench -- jobs [--rounds 3] [--python .manabi/bench-venv/bin/python]
 *
 * (`python3 -m venv .manabi/bench-venv && .manabi/bench-venv/bin/pip install keras tensorflow-cpu papermill ipykernel matplotlib`)
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { projectAt, projectRoot } from "../src/setup/project.js";
import { machine, median, table } from "./table.js";

/** Ours over papermill's, at most. */
const bar = 0.6;

interface Row {
  name: string;
  ours: string;
  theirs: string;
}

export async function run(options: string[]): Promise<void> {
  const { values } = parseArgs({
    args: options,
    options: { rounds: { type: "string", default: "3" }, python: { type: "string" } },
  });
  const python = path.resolve(
    values.python ?? path.join(projectAt(projectRoot).state, "bench-venv/bin/python"),
  );
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manabi-bench-"));
  const notebook = (name: string, cells: string[]): string => {
    const file = path.join(folder, `${name}.ipynb`);
    const code = cells.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }));
    fs.writeFileSync(file, JSON.stringify({ cells: code, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    return file;
  };
  const twin = JSON.parse(
    fs.readFileSync(path.join(projectRoot, "bench/and_gate_twin.json"), "utf8"),
  ) as string[];
  const rows: Row[] = [
    { name: "one cell", ours: notebook("ours", ["1 + 1"]), theirs: notebook("theirs", ["1 + 1"]) },
    {
      name: "lesson 01",
      ours: path.join(projectRoot, "notebooks/01-and-gate.ipynb"),
      theirs: notebook("twin", twin),
    },
  ];
  // The kernelspec of that Python, and of no other.
  const spec = path.join(folder, "share/kernels/twin");
  fs.mkdirSync(spec, { recursive: true });
  const argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"];
  fs.writeFileSync(
    path.join(spec, "kernel.json"),
    JSON.stringify({ argv, display_name: "twin", language: "python" }),
  );
  const env = { JUPYTER_PATH: path.join(folder, "share"), TF_CPP_MIN_LOG_LEVEL: "3" };
  const out = path.join(folder, "out.ipynb");
  const seconds = async (command: string, args: string[]): Promise<number> => {
    const started = performance.now();
    await execa(command, args, { env, cwd: folder });
    return (performance.now() - started) / 1000;
  };
  const shown = [["", "manabi run", "papermill", "ratio", "bar"]];
  for (const { name, ours, theirs } of rows) {
    const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let round = 0; round < Number(values.rounds); round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      times.ours.push(
        await seconds(process.execPath, [path.join(projectRoot, "bin/manabi.js"), "run", ours, "--out", out]),
      );
      times.theirs.push(
        // oxlint-disable-next-line no-await-in-loop -- likewise
        await seconds(python, ["-m", "papermill", "--kernel", "twin", "--no-progress-bar", theirs, out]),
      );
    }
    const [mine, peers] = [median(times.ours), median(times.theirs)];
    shown.push([
      name,
      `${mine.toFixed(2)} s`,
      `${peers.toFixed(2)} s`,
      (mine / peers).toFixed(2),
      name === "lesson 01" ? `<= ${bar}` : "",
    ]);
  }
  console.log(`${machine()}\n\n${table(shown)}`);
  fs.rmSync(folder, { recursive: true });
}
