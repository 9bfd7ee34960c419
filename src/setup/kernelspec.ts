import fs from "node:fs";
import path from "node:path";
import { readIfThere, replaceFolder } from "./files.js";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

/** The content of a kernel.json, as jupyter_client's documentation has it. */
export interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode?: "message" | "signal";
  metadata?: Record<string, unknown>;
  kernel_protocol_version?: string;
}

/** Our kernel. Paths are absolute: a front end starts it from any folder. */
export function manabiKernelSpec(project: Pick<Project, "node" | "kernelMain">): KernelSpec {
  return {
    argv: [project.node, project.kernelMain, "{connection_file}"],
    display_name: "TypeScript (Manabi)",
    language: "typescript",
    interrupt_mode: "message",
    kernel_protocol_version: "5.5",
    metadata: {},
  };
}

/** The upstream tslab kernel, as its own installer registers it. */
export function tslabKernelSpec(project: Pick<Project, "node" | "root">): KernelSpec {
  const tslab = path.join(project.root, "node_modules/tslab/bin/tslab");
  return {
    argv: [project.node, tslab, "kernel", "--config-path", "{connection_file}"],
    display_name: "TypeScript (tslab)",
    language: "typescript",
  };
}

/** The text of kernel.json. */
const kernelJson = (spec: KernelSpec) => `${JSON.stringify(spec, null, 2)}\n`;

const LOGOS = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];

/** Where kernel `name` is, below a Jupyter data folder. */
export const kernelFolder = (dataFolder: string, name: string) => path.join(dataFolder, "kernels", name);

/** Whether the kernel is registered below `dataFolder`, with exactly this kernel.json. */
export function kernelIsRegistered(dataFolder: string, name: string, spec: KernelSpec): boolean {
  return readIfThere(path.join(kernelFolder(dataFolder, name), "kernel.json")) === kernelJson(spec);
}

/** Registers a kernel below `dataFolder` (`.../share/jupyter`), in place of one of the same name. */
export async function registerKernel(
  project: Pick<Project, "root">,
  dataFolder: string,
  name: string,
  spec: KernelSpec,
): Promise<string> {
  const folder = kernelFolder(dataFolder, name);
  await replaceFolder(folder, (partial) => {
    if (name === "manabi")
      for (const logo of LOGOS)
        fs.copyFileSync(path.join(project.root, "kernel-setup", logo), path.join(partial, logo));
    fs.writeFileSync(path.join(partial, "kernel.json"), kernelJson(spec));
  });
  return folder;
}

/** Registers our kernel in .venv. */
export function kernelSpecStep(project: Project): Step {
  const spec = manabiKernelSpec(project);
  return {
    name: "kernelspec manabi",
    isDone: () => kernelIsRegistered(project.jupyter, "manabi", spec),
    run: async () => {
      await registerKernel(project, project.jupyter, "manabi", spec);
    },
  };
}
