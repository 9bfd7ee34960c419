#!/usr/bin/env node
import { existsSync } from "node:fs";
import os from "node:os";
import { Command } from "commander";
import { SetupError } from "../setup/command.js";
import { runLab, runPython } from "../setup/lab.js";
import { setUp } from "../setup/set-up.js";
import { projectAt, projectRoot } from "../setup/project.js";
import { examine, exitCode, findingsTable } from "./doctor.js";
import { installKernel, installTslab, uninstallKernels, userJupyterFolder } from "./install.js";

const project = projectAt(projectRoot);
const userFolder = userJupyterFolder(process.env, process.platform, os.homedir());
const program = new Command("manabi").description("Deep learning in TypeScript notebooks.");

program
  .command("lab")
  .description("open JupyterLab on the lessons; options are JupyterLab's own (--no-browser --port 8899)")
  .allowUnknownOption()
  .helpOption(false)
  .argument("[options...]")
  .action(async (options: string[]) => {
    await setUp(project);
    process.exitCode = await runLab(project, options);
  });

program
  .command("run")
  .description(
    "execute notebooks without a browser; options are those of `jupyter execute` (--inplace --output NAME)",
  )
  .allowUnknownOption()
  .argument("<notebooks...>")
  .action(async (args: string[]) => {
    const isNotebook = (each: string, i: number) =>
      /^[^-].*\.ipynb$/.test(each) && args[i - 1] !== "--output";
    const missing = args.filter(isNotebook).find((each) => !existsSync(each));
    if (missing !== undefined) program.error(`There is no notebook ${missing} in ${process.cwd()}.`);
    await setUp(project);
    process.exitCode = await runPython(project, ["-m", "jupyter", "execute", ...args], process.cwd());
  });

program
  .command("install")
  .description("register the kernel for this user, so that every Jupyter offers it")
  .option("--with-tslab", "register upstream's tslab kernel in .venv, too")
  .option("--force", "replace the kernel of another copy of Manabi")
  .action(async ({ withTslab = false, force = false }: { withTslab?: boolean; force?: boolean }) => {
    console.log(`Registered ${await installKernel(project, userFolder, force)}`);
    if (withTslab) console.log(`Registered ${await installTslab(project)}`);
  });

program
  .command("uninstall")
  .description("take away what install registered")
  .action(() => {
    const removed = uninstallKernels(project, userFolder);
    console.log(
      removed.length ? removed.map((folder) => `Removed ${folder}`).join("\n") : "Nothing is registered.",
    );
  });

program
  .command("doctor")
  .description("check everything that the lessons need, and say how to mend what is missing")
  .option("--json", "for programs")
  .action(async ({ json = false }: { json?: boolean }) => {
    const findings = await examine(project);
    console.log(json ? JSON.stringify(findings, null, 2) : findingsTable(findings));
    process.exitCode = exitCode(findings);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`${error.output}\n\n${error.message}\n${error.fix}`.trim());
  process.exitCode = 1;
}
