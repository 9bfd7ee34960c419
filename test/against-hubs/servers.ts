import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { manabiKernelSpec, registerKernel, type KernelSpec } from "../../src/setup/kernelspec.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { temporaryFolder } from "../setup/sandbox.js";

export const project = projectAt(projectRoot);

/** Python's folder of programs. */
export const programs = path.dirname(process.env["MANABI_HUBS_PYTHON"]!);

/** A folder with our kernel, for JUPYTER_PATH; `change` makes another kernelspec of it. */
export async function jupyterPath(
  change: (spec: KernelSpec) => KernelSpec = (spec) => spec,
): Promise<string> {
  const folder = temporaryFolder();
  await registerKernel(project, folder, "manabi", change(manabiKernelSpec(project)));
  return folder;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const started: { child: ChildProcess; log: () => string }[] = [];

/** Starts one of Python's programs; it ends after the test. */
export function start(program: string, args: string[], env: NodeJS.ProcessEnv = {}): void {
  const folder = temporaryFolder();
  const child = spawn(path.join(programs, program), args, {
    cwd: folder,
    // Nothing of the user's settings.
    env: {
      ...process.env,
      PATH: `${programs}:${path.dirname(process.execPath)}:${process.env["PATH"]}`,
      JUPYTER_CONFIG_DIR: folder,
      JUPYTER_DATA_DIR: path.join(folder, "data"),
      JUPYTER_RUNTIME_DIR: path.join(folder, "runtime"),
      ...env,
    },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += String(chunk)));
  started.push({ child, log: () => log });
}

/** Ends what a test has started; says what it has logged if the test has failed. */
export async function stopAll(hasFailed: boolean): Promise<void> {
  for (const { child, log } of started.splice(0)) {
    if (hasFailed) console.log(log().slice(-5000));
    try {
      process.kill(-child.pid!, "SIGTERM");
      await pause(1500);
      process.kill(-child.pid!, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

interface Asked {
  url: string;
  token: string;
  kernel?: string;
  usage?: boolean;
  cells: { code: string; interruptAfter?: number }[];
}

interface Answered {
  cells: { status: string; text: string }[];
  usage?: Record<string, unknown>;
}

/** Runs cells on a Jupyter server as a browser does. */
export function runCells(asked: Asked): Answered {
  const script = path.join(projectRoot, "test/against-hubs/run_cells.py");
  const input = JSON.stringify({ kernel: "manabi", ...asked });
  const options = { input, encoding: "utf8" as const, timeout: 150_000 };
  const { status, stdout, stderr } = spawnSync(path.join(programs, "python"), [script], options);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Answered;
}

/** Cells that show that a kernel works: it computes, ends at an interrupt, and keeps its variables. */
export const usualCells: Asked["cells"] = [
  { code: "const a: number = 20; console.log(a)" },
  { code: "for (;;) {}", interruptAfter: 2 },
  { code: "a + 22" },
];

export function assertUsual({ cells }: Answered): void {
  assert.deepEqual(cells, [
    { status: "ok", text: "20\n" },
    { status: "error", text: "Interrupted" },
    { status: "ok", text: "42" },
  ]);
}

export const write = (folder: string, name: string, text: string): string => {
  fs.writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};
