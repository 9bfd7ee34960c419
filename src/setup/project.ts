import path from "node:path";

/** Where everything is and what the machine offers. Every set-up function takes it, so tests can hand in another. */
export interface Project {
  /** Absolute path of the folder that holds package.json. */
  root: string;
  env: NodeJS.ProcessEnv;
  /** Absolute path of the Node that runs kernels. */
  node: string;
  platform: NodeJS.Platform;
  arch: string;
  /** Shows what child processes print while they run. */
  verbose: boolean;

  venv: string;
  /** The .venv's Python. */
  python: string;
  /** The .venv's Jupyter folder: kernels/, labextensions/, lab/. */
  jupyter: string;
  /** What set-up makes outside node_modules and .venv. */
  state: string;
  /** The `main.js` that kernel.json starts. */
  kernelMain: string;
  tfjsNode: string;
  /** Where tfjs-node looks for its native half. */
  binding: string;
}

/** Variables that lead pip or Python out of a .venv: a cluster's modules and people's shells set them. */
const leadingOut = ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PYTHONPATH", "PYTHONHOME"];

function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !leadingOut.includes(name)));
}

/** Describes the project in the folder `root` on this machine; `overrides` replace what tests want to be different. */
export function projectAt(
  root: string,
  overrides: Partial<Pick<Project, "env" | "node" | "platform" | "arch" | "verbose">> = {},
): Project {
  const platform = overrides.platform ?? process.platform;
  const venv = path.join(root, ".venv");
  const tfjsNode = path.join(root, "node_modules/@tensorflow/tfjs-node");
  return {
    root,
    node: process.execPath,
    platform,
    arch: process.arch,
    verbose: false,
    venv,
    python: path.join(venv, platform === "win32" ? "Scripts/python.exe" : "bin/python"),
    jupyter: path.join(venv, "share/jupyter"),
    state: path.join(root, ".manabi"),
    kernelMain: path.join(root, "dist/src/kernel/main.cjs"),
    tfjsNode,
    binding: path.join(tfjsNode, "lib/napi-v8/tfjs_binding.node"),
    ...overrides,
    env: ownEnvironment(overrides.env ?? process.env),
  };
}

/** The project this compiled file belongs to: dist/src/setup/ is three folders below its root. */
export const projectRoot = path.join(import.meta.dirname, "../../..");
