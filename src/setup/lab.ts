import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { lessonFolder } from "./lesson-folder.js";
import type { Project } from "./project.js";

/** Variables that keep everything Jupyter writes inside the project folder; those that are set already stay. */
export function jupyterEnvironment(project: Project): NodeJS.ProcessEnv {
  const folder = path.join(project.state, "jupyter");
  return {
    JUPYTER_CONFIG_DIR: path.join(folder, "config"),
    JUPYTER_DATA_DIR: path.join(folder, "data"),
    JUPYTER_RUNTIME_DIR: path.join(folder, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: path.join(folder, "lab/settings"),
    JUPYTERLAB_WORKSPACES_DIR: path.join(folder, "lab/workspaces"),
    IPYTHONDIR: path.join(folder, "ipython"),
    // JupyterLab asks npm for its settings, which logs that. (npm start brings the user's own.)
    npm_config_cache: path.join(folder, "npm"),
    ...project.env,
  };
}

/** The first time, the map of the lessons; after that JupyterLab opens what was open. */
function firstPage(project: Project): string[] {
  const workspaces = jupyterEnvironment(project).JUPYTERLAB_WORKSPACES_DIR!;
  const isFirst = !fs.existsSync(workspaces) || fs.readdirSync(workspaces).length === 0;
  return isFirst ? ["--LabApp.default_url=/lab/tree/index.ipynb"] : [];
}

/** The arguments of `python` that start JupyterLab; `options` are the user's and go last, so they win. */
export function labArguments(project: Project, options: string[], isRoot: boolean): string[] {
  return [
    "-m",
    "jupyterlab",
    ...(options.some((option) => option.startsWith("--ServerApp.root_dir="))
      ? []
      : [`--ServerApp.root_dir=${lessonFolder(project)}`, ...firstPage(project)]),
    "--MultiKernelManager.default_kernel_name=manabi",
    // Ctrl-C ends it at once, without a question.
    "--ServerApp.answer_yes=True",
    ...(isRoot ? ["--allow-root"] : []),
    ...options,
  ];
}

/** Runs .venv's Python until it ends; signals to this process are handed on. @returns its exit code */
export function runPython(project: Project, args: string[], cwd: string): Promise<number> {
  const child = spawn(project.python, args, { cwd, env: jupyterEnvironment(project), stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches the child without our help.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal!]));
  });
}

/** Runs JupyterLab until it ends. @returns its exit code */
export const runLab = (project: Project, options: string[]): Promise<number> =>
  runPython(project, labArguments(project, options, process.getuid?.() === 0), project.root);
