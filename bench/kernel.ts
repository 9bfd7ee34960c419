/**
 * Manabi's kernel against Deno's, tslab and ipykernel: one client, alternating, medians of several rounds.
 *
 *   npm run bench -- kernel [measurement ...]
 *
 * All of them take some five minutes on two cores. A kernel that has no answer after ten seconds is not waited for.
 *
 * The floor is a kernel that runs no code (floor-kernel.ts): no kernel on Node takes less.
 *
 * Deno comes from npm into `.manabi/bench/` at the first run; the measuring itself is in kernel.py.
 */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { projectAt, projectRoot } from "../src/setup/project.js";
import { machine, median, table } from "./table.js";

const project = projectAt(projectRoot);
const folder = path.join(project.state, "bench");
const allMeasurements = [
  "start",
  "first",
  "cells",
  "growth",
  "completion",
  "output",
  "interrupt",
  "loop",
  "memory",
];

/** One kernel as kernel.py wants it. */
interface KernelSpec {
  argv: string[];
  language: "typescript" | "python";
  cwd: string;
  measurements: string[];
  interrupt?: "message";
  diagnostics_off?: string;
  import_tensorflow?: string;
}

/** Each row's bar: at most `factor` times the peer's median, or at most `atMost` (seconds, MiB). */
const bars: Record<string, { peer?: string; factor?: number; atMost?: number }[]> = {
  "start to ready": [{ peer: "deno", factor: 0.6 }],
  "start to the first typed cell's result": [{ peer: "deno", factor: 0.8 }],
  "cell round trip": [{ peer: "tslab", factor: 0.25 }, { atMost: 0.003 }],
  "cell round trip, diagnostics off": [{ peer: "deno", factor: 0.9 }],
  "cell 1,000, TensorFlow imported": [{ peer: "cell 10", factor: 1.5 }],
  "completion after tf., idle": [{ atMost: 0.015 }],
  "completion after tf., during a loop": [{ atMost: 0.04 }],
  "100,000 lines, all before idle": [{ peer: "ipykernel", factor: 1 }],
  "interrupt of a loop": [{ atMost: 0.04 }],
  "1e9 additions at top level": [{ peer: "node function", factor: 1.1 }],
  "memory, idle (PSS)": [{ peer: "deno", factor: 0.8 }],
};

/** By row and kernel: the value of each round, or why there is none. */
type Results = Record<string, Record<string, (number | string)[]>>;

export async function run(names: string[]): Promise<void> {
  const measurements = names.length > 0 ? names : allMeasurements;
  const unknown = measurements.filter((name) => !allMeasurements.includes(name));
  if (unknown.length > 0) {
    throw new Error(`Unknown measurement ${unknown.join(", ")}: choose from ${allMeasurements.join(", ")}.`);
  }
  const request = {
    kernels: await kernels(),
    measurements,
    rounds: { default: 5, growth: 3, completion: 3, output: 3, interrupt: 2, loop: 3, memory: 3 },
  };
  const { stdout } = await execa(project.python, [path.join(projectRoot, "bench/kernel.py")], {
    input: JSON.stringify(request),
    stderr: "inherit",
  });
  const results = JSON.parse(stdout) as Results;
  const loop = results["1e9 additions at top level"];
  if (loop) loop["node function"] = [await loopInNode(), await loopInNode(), await loopInNode()];
  console.log(`\n${machine()}\n\n${report(results)}`);
}

function report(results: Results): string {
  const columns = ["manabi", "deno", "tslab", "ipykernel", "node function", "floor"];
  const rows = [["", ...columns, "against the bars", ""]];
  const early = results["cell 10, TensorFlow imported"]?.["manabi"];
  for (const [row, values] of Object.entries(results)) {
    const outcomes = Object.fromEntries(
      Object.entries(values).map(([kernel, all]) => [kernel, outcome(all)]),
    );
    const { manabi } = outcomes;
    const limits = limitsOf(row, { ...outcomes, "cell 10": early && outcome(early) });
    const isReached = typeof manabi === "number" && limits.every(({ limit }) => manabi <= limit);
    rows.push([
      row,
      ...columns.map((kernel) => show(row, outcomes[kernel])),
      limits.map(({ text }) => text).join("; "),
      limits.length === 0 ? "" : isReached ? "reached" : "MISSED",
    ]);
  }
  return table(rows);
}

/** The median, or why there is none. */
function outcome(values: (number | string)[]): number | string {
  return values.find((value) => typeof value === "string") ?? median(values as number[]);
}

function show(row: string, value: number | string | undefined): string {
  if (typeof value !== "number") return value ?? "";
  return row.startsWith("memory") ? `${value.toFixed(0)} MiB` : `${(value * 1000).toFixed(1)} ms`;
}

/** A row's bars: where each lies, and how we stand to it. */
function limitsOf(row: string, values: Record<string, number | string | undefined>) {
  return (bars[row] ?? []).flatMap(({ peer = "", factor = 1, atMost }) => {
    if (atMost !== undefined) return [{ limit: atMost, text: `bar ${show(row, atMost)}` }];
    const { manabi: own, [peer]: value } = values;
    if (typeof value !== "number") return [];
    const ratio = typeof own === "number" ? (own / value).toFixed(2) : "-";
    return [{ limit: value * factor, text: `${ratio} x ${peer}, bar ${factor}` }];
  });
}

/** The loop of the `loop` measurement inside an ordinary function of a Node process, in seconds. */
async function loopInNode(): Promise<number> {
  const script = `
    function add() { let sum = 0; for (let i = 0; i < 1e9; i++) sum += i; return sum; }
    const start = performance.now(); add(); console.log((performance.now() - start) / 1000);`;
  return Number((await execa(project.node, ["-e", script])).stdout);
}

async function kernels(): Promise<Record<string, KernelSpec>> {
  const cwd = path.join(projectRoot, "notebooks");
  const common = allMeasurements.filter((name) => !["growth", "completion"].includes(name));
  const file = "{connection_file}";
  return {
    manabi: {
      argv: [project.node, project.kernelMain, file],
      language: "typescript",
      cwd,
      measurements: allMeasurements,
      interrupt: "message",
      diagnostics_off: "%diagnostics off",
      import_tensorflow: `import * as tf from "@tensorflow/tfjs-node";`,
    },
    deno: {
      argv: [await deno(), "jupyter", "--kernel", "--conn", file],
      language: "typescript",
      cwd,
      measurements: common,
      diagnostics_off: "0",
    },
    tslab: {
      argv: [
        project.node,
        path.join(projectRoot, "node_modules/tslab/bin/tslab"),
        "kernel",
        "--config-path",
        file,
      ],
      language: "typescript",
      cwd,
      measurements: common,
    },
    ipykernel: {
      argv: [project.python, "-m", "ipykernel_launcher", "-f", file],
      language: "python",
      cwd,
      measurements: common.filter((name) => name !== "loop"),
    },
    floor: {
      argv: [project.node, path.join(projectRoot, "dist/bench/floor-kernel.js"), file],
      language: "typescript",
      cwd,
      measurements: ["cells"],
    },
  };
}

/** Deno's program, from npm. Its install script only links the file that this finds. */
async function deno(): Promise<string> {
  const platform = `${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`;
  const program = path.join(folder, "node_modules/@deno", platform, "deno");
  if (!existsSync(program)) {
    await mkdir(folder, { recursive: true });
    await execa("npm", ["install", "--prefix", folder, "--ignore-scripts", "deno@2.9.6"], {
      stdio: "inherit",
    });
  }
  return program;
}
