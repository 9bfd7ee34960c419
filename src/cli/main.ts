import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { SetupError } from "../setup/command.js";
import { runLab } from "../setup/lab.js";
import { provideLessons } from "../setup/lesson-folder.js";
import { canRunCells, setUp } from "../setup/set-up.js";
import { convertNotebook, exitCodes, inOneWord, JobError } from "../jobs/index.js";
import { launchKernel, launchOptions } from "./launch-kernel.js";
import { addRun } from "./run.js";
import { addSweep } from "./sweep.js";
import { addGrade } from "./grade.js";
import { addLesson } from "./lesson.js";
import { projectAt, projectRoot } from "../setup/project.js";
import { examine, exitCode, findingsTable } from "./doctor.js";
import { loadPatches, patchTable } from "./patch-table.js";
import { addServeCommand } from "./serve.js";
import { installKernel, installTslab, uninstallKernels, userJupyterFolder } from "./install.js";

const project = projectAt(projectRoot);
const userFolder = userJupyterFolder(process.env, process.platform, os.homedir());
const { version } = JSON.parse(readFileSync(`${projectRoot}/package.json`, "utf8")) as { version: string };
const program = new Command("manabi")
  .description("Deep learning in TypeScript notebooks.")
  .version(version, "-v, --version");

/** Set-up, after that of another process has ended. */
async function setUpAlone(): Promise<void> {
  const bootstrap = pathToFileURL(path.join(projectRoot, "kernel-setup/bootstrap.mjs")).href;
  const { lockSetup } = (await import(bootstrap)) as { lockSetup: (root: string) => Promise<() => void> };
  const unlock = await lockSetup(projectRoot);
  try {
    await setUp(project);
  } finally {
    unlock();
  }
}

program
  .command("lab")
  .description("open JupyterLab on the lessons; options are JupyterLab's own (--no-browser --port 8899)")
  .allowUnknownOption()
  .helpOption(false)
  .argument("[options...]")
  .action(async (options: string[]) => {
    await setUpAlone();
    for (const name of provideLessons(project).newer)
      console.log(
        `my-lessons/${name} is yours and stays; there is a newer version: manabi lesson reset ${name.slice(0, 2)}`,
      );
    process.exitCode = await runLab(project, options);
  });

const setUpForCells = async (): Promise<void> => {
  if (!canRunCells(project)) await setUpAlone();
};
addRun(program, project, setUpForCells);
addSweep(program, setUpForCells);
addGrade(program, setUpForCells);
addLesson(program, project);

addServeCommand(program);

program
  .command("convert")
  .description(
    "a notebook to TypeScript with cells (percent format, which jupytext and VS Code know), or back",
  )
  .argument("<from>", "nb.ipynb or nb.ts")
  .argument("<to>", "the other")
  .action(convertNotebook);

program
  .command("launch-kernel", { hidden: true })
  .description("start a kernel for Enterprise Gateway or Gateway Provisioners")
  .allowUnknownOption()
  .helpOption(false)
  .argument("[options...]")
  .action(async (options: string[]) => {
    process.exitCode = await launchKernel(project, launchOptions(options));
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
  .action(async () => {
    const { removed, left } = await uninstallKernels(project, userFolder);
    const lines = [
      ...removed.map((folder) => `Removed ${folder}`),
      ...left.map((kernel) => `Left alone ${kernel}`),
    ];
    console.log(lines.join("\n") || "Nothing is registered.");
  });

program
  .command("doctor")
  .description("check everything that the lessons need, and say how to mend what is missing")
  .option("--json", "for programs")
  .option("--patches", "list what is changed in TensorFlow.js, by which change, why, and in which order")
  .action(async ({ json = false, patches = false }: { json?: boolean; patches?: boolean }) => {
    if (patches) {
      const list = await loadPatches(project.root);
      console.log(json ? JSON.stringify(list, null, 2) : patchTable(list));
      return;
    }
    const findings = await examine(project);
    console.log(json ? JSON.stringify(findings, null, 2) : findingsTable(findings));
    process.exitCode = exitCode(findings);
  });

try {
  // Without a command: what there is, which is no error.
  if (process.argv.length === 2) program.outputHelp();
  else await program.parseAsync(inOneWord(process.argv));
} catch (error) {
  if (error instanceof JobError) {
    console.error(error.message);
    process.exit(exitCodes.notRun);
  }
  if (!(error instanceof SetupError)) throw error;
  console.error(`${error.output}\n\n${error.message}\n${error.fix}`.trim());
  process.exitCode = 1;
}
