import fs from "node:fs";
import path from "node:path";
import { NetworkError, lastLines, runCommand } from "../src/setup/command.js";
import { replaceFolder } from "../src/setup/files.js";
import type { Project } from "../src/setup/project.js";
import { closingLines, runMocha } from "./test-command.js";

/** The oldest Node we promise to run on, and the releases with long-term support after it. */
const VERSIONS = ["20.19", "22", "24"];

/** Tests that go through JupyterLab or a registered kernelspec, which start the one Node that set-up found. */
const NOT_CORE = ["browser", "notebooks"];

/** Node comes as npm packages of plain binaries, one per platform. */
const nodePackage = ({ platform, arch }: Pick<Project, "platform" | "arch">) =>
  `node-${platform === "win32" ? "win" : platform}-${arch}`;

/** Fetches a Node into .manabi/nodes/, unless it is there. @returns its path */
export async function fetchNode(project: Project, version: string): Promise<string> {
  const folder = path.join(project.state, "nodes", version);
  const binary = project.platform === "win32" ? "bin/node.exe" : "bin/node";
  const file = path.join(folder, "node_modules", nodePackage(project), binary);
  if (fs.existsSync(file)) return file;
  await replaceFolder(folder, async (partial) => {
    const wanted = `${nodePackage(project)}@${version}`;
    const args = ["install", "--prefix", partial, "--no-save", "--no-package-lock", "--no-bin-links", wanted];
    const { ok, output } = await runCommand(project, "npm", args);
    if (!ok)
      throw new NetworkError(
        `npm could not fetch ${wanted}: ${lastLines(output)}`,
        "Check the network, then run the same command again.",
        output,
      );
  });
  return file;
}

/** Runs the core tests under each Node; `args` go to mocha. @returns the exit code */
export async function runTestsOnNodes(project: Project, args: string[]): Promise<number> {
  const total = { passes: 0, failures: 0, pending: 0 };
  for (const version of VERSIONS) {
    const node = await fetchNode(project, version);
    console.log(
      `\nNode ${lastLines((await runCommand({ ...project, verbose: false }, node, ["--version"])).output)}`,
    );
    const ignored = NOT_CORE.map((folder) => `--ignore=dist/test/${folder}/**`);
    const summary = await runMocha(project, node, [...ignored, ...args]);
    for (const key of ["passes", "failures", "pending"] as const) total[key] += summary[key];
  }
  console.log(closingLines(total, true).join("\n"));
  return total.failures === 0 ? 0 : 1;
}
