/**
 * Manabi's kernel against Deno's, tslab and ipykernel: one client, alternating, medians of several rounds.
 *
 *   npm run bench -- kernel [measurement ...]
 *
 * The floor is a kernel that runs no code (floor-kernel.ts): no kernel on Node takes less.
 *
 * Deno comes from npm into `.manabi/bench/` at the first run; the measuring itself is in kernel.py.
 */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { projectAt, projectRoot } from "../kernel-setup/project.js";
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
  "completion after tf., idle": [{ atMost: 0.015 }],
  "completion after tf., during a loop": [{ atMost: 0.04 }],
  "100,000 lines, all before idle": [{ peer: "ipykernel", factor: 1 }],
  "interrupt of a loop": [{ atMost: 0.04 }],
  "1e9 additions at top level": [{ peer: "node function", factor: 1.1 }],
  "memory, idle (PSS)": [{ peer: "deno", factor: 0.8 }],
};

export async function run(names: string[]): Promise<void> {
  const measurements = names.length > 0 ? names : allMeasurements;
  const unknown = measurements.filter((name) => !allMeasurements.includes(name));
  if (unknown.length > 0) {
    throw new Error(`Unknown measurement ${unknown.join(", ")}: choose from ${allMeasurements.join(", ")}.`);
  }
  const request = {
    kernels: await kernels(),
    measurements,
    rounds: { default: 5, growth: 1, completion: 3, output: 3, interrupt: 2, loop: 3, memory: 3 },
  };
  const { stdout } = await execa(project.python, [path.join(projectRoot, "bench/kernel.py")], {
    input: JSON.stringify(request),
    stderr: "inherit",
  });
  const results = JSON.parse(stdout) as Record<string, Record<string, (number | null)[]>>;
  const loop = results["1e9 additions at top level"];
  if (loop) loop["node function"] = [await loopInNode(), await loopInNode(), await loopInNode()];
  console.log(`\n${machine()}\n\n${report(results)}`);
}

function report(results: Record<string, Record<string, (number | null)[]>>): string {
  const columns = ["manabi", "deno", "tslab", "ipykernel", "node function", "floor"];
  const rows = [["", ...columns, "bar", ""]];
  for (const [row, values] of Object.entries(results)) {
    const medians = Object.fromEntries(
      Object.entries(values).map(([kernel, all]) => [
        kernel,
        all.includes(null) ? undefined : median(all as number[]),
      ]),
    );
    const show = (value: number | undefined): string =>
      value === undefined
        ? "fails"
        : row.startsWith("memory")
          ? `${value.toFixed(0)} MiB`
          : `${(value * 1000).toFixed(1)} ms`;
    const limits = limitsOf(row, medians, results);
    const reached = medians.manabi !== undefined && limits.every(({ limit }) => medians.manabi! <= limit);
    rows.push([
      row,
      ...columns.map((kernel) => (kernel in values ? show(medians[kernel]) : "")),
      limits.map(({ limit, text }) => `<= ${show(limit)} (${text})`).join(", "),
      limits.length === 0 ? "" : reached ? "reached" : "MISSED",
    ]);
  }
  return table(rows);
}

function limitsOf(
  row: string,
  medians: Record<string, number | undefined>,
  results: Record<string, Record<string, (number | null)[]>>,
): { limit: number; text: string }[] {
  if (row.startsWith("cell 1,000")) {
    const early = results["cell 10, TensorFlow imported"]?.manabi?.[0];
    return early == null ? [] : [{ limit: early * 1.5, text: "1.5 x cell 10" }];
  }
  return (bars[row] ?? []).flatMap(({ peer, factor, atMost }) => {
    if (atMost !== undefined) return [{ limit: atMost, text: "fixed" }];
    const value = medians[peer!];
    return value === undefined ? [] : [{ limit: value * factor!, text: `${factor} x ${peer}` }];
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
