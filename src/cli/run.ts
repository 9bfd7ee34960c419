import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { JobError, readNotebook, runNotebooks, type RunCommandOptions } from "../jobs/index.js";
import { runPython } from "../setup/lab.js";
import type { Project } from "../setup/project.js";

interface CommandLine extends RunCommandOptions {
  kernelName?: string;
  logLevel?: string;
}

const collect = (value: string, all: string[] = []): string[] => [...all, value];

/** Seconds; undefined, no limit, for what `jupyter execute` has as -1. */
function seconds(text: string): number | undefined {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("Expected seconds.");
  return value < 0 ? undefined : value;
}

/** Gives a command the options that say how a notebook is run. */
export const addRunOptions = (command: Command): Command =>
  command
    .option("--params <file>", "parameters from a JSON or YAML file", collect)
    .option("--timeout <seconds>", "the most that a cell may take", seconds)
    .option("--cwd <folder>", "where the cells run; else in the notebook's folder")
    .option("--strict", "cells with type errors are not run")
    .addOption(new Option("--start-timeout <seconds>").argParser(seconds).hideHelp())
    .addOption(new Option("--skip-cells-with-tag <tag>", "besides skip-execution"));

/** `manabi run`. `prepare` sets up what cells need. */
export function addRun(program: Command, project: Project, prepare: () => Promise<void>): void {
  const command = program
    .command("run")
    .description("run notebooks from the command line: no browser, no Python; docs/jobs.md has examples")
    .argument("<notebooks...>")
    .option("-p, --param <name=value>", "a parameter, for the cell tagged parameters (-p epochs=7)", collect)
    .option("-r, --raw <name=value>", "a parameter that is text, whatever it looks like", collect)
    .option("--out <file>", "the notebook with its outputs; {notebook_name} stands for its name")
    .option("--inplace", "the outputs go into the notebook itself")
    .option("--html <file>", "a report: one page that needs nothing else")
    .option("--junit <file>", "the cells as test cases, for CI")
    .option("--keep-going", "cells and notebooks after one that has failed are run, too")
    .option("--log-output", "show what the cells put out");
  addRunOptions(command)
    // Those of `jupyter execute`, whose place this takes.
    .addOption(new Option("--output <name>", "like --out, but in the notebook's folder"))
    .addOption(new Option("--allow-errors").hideHelp())
    .addOption(new Option("--startup_timeout <seconds>").argParser(seconds).hideHelp())
    .addOption(
      new Option("--kernel_name, --kernel-name <name>", "another kernel, by Python's `jupyter execute`"),
    )
    .addOption(new Option("--log-level <level>").hideHelp())
    .action(async (notebooks: string[], given: CommandLine & Record<string, unknown>) => {
      const options: CommandLine = {
        ...given,
        ...(given["allowErrors"] === true && { keepGoing: true }),
        ...(given["startup_timeout"] !== undefined && { startTimeout: Number(given["startup_timeout"]) }),
      };
      const others = notebooks.filter((notebook) => isForOtherKernel(notebook, options));
      if (others.length === 0) {
        await prepare();
        process.exitCode = await runNotebooks(notebooks, options);
      } else if (others.length < notebooks.length)
        throw new JobError(
          `${others.join(", ")} names another kernel: run what Manabi runs by a command of its own.`,
        );
      else process.exitCode = await runByJupyter(project, notebooks, options);
    });
}

const ours = ["manabi", "tslab", "jslab", "deno"];

/** Whether a notebook is for a kernel whose language we do not have. */
function isForOtherKernel(notebook: string, { kernelName }: CommandLine): boolean {
  if (kernelName !== undefined) return kernelName !== "manabi";
  const { kernelspec, language_info: language } = readNotebook(notebook).metadata;
  if (kernelspec?.name === undefined || ours.includes(kernelspec.name)) return false;
  return !/^(type|java)script$/i.test(String(language?.name ?? kernelspec.language));
}

/** Has Jupyter run notebooks of other kernels, which it does with fewer options. */
async function runByJupyter(project: Project, notebooks: string[], options: CommandLine): Promise<number> {
  const { inplace, out, output, timeout, startTimeout, keepGoing, kernelName, logLevel } = options;
  for (const [name, value] of Object.entries(options))
    if (["param", "raw", "params", "html", "junit", "strict", "cwd"].includes(name) && value !== undefined)
      throw new JobError(
        `--${name} is for Manabi's kernel only; ${notebooks.join(", ")} is for another one.`,
      );
  const target = out === undefined ? output : path.resolve(out);
  const args = [
    ...(inplace ? ["--inplace"] : []),
    ...(target === undefined ? [] : [`--output=${target}`]),
    ...(timeout === undefined ? [] : [`--timeout=${timeout}`]),
    ...(startTimeout === undefined ? [] : [`--startup_timeout=${startTimeout}`]),
    ...(keepGoing ? ["--allow-errors"] : []),
    ...(kernelName === undefined ? [] : [`--kernel_name=${kernelName}`]),
    ...(logLevel === undefined ? [] : [`--log-level=${logLevel}`]),
  ];
  // Where IPython keeps its history; without it, it warns and makes one in the temporary folder.
  mkdirSync(path.join(project.state, "jupyter/ipython"), { recursive: true });
  return runPython(project, ["-m", "jupyter", "execute", ...args, ...notebooks], process.cwd());
}
