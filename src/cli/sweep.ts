import { type Command, InvalidArgumentError } from "commander";
import { sweepNotebook, type SweepCommandOptions } from "../jobs/index.js";
import { addRunOptions } from "./run.js";

const collect = (value: string, all: string[] = []): string[] => [...all, value];

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

/** `manabi sweep`. `prepare` sets up what cells need. */
export function addSweep(program: Command, prepare: () => Promise<void>): void {
  const command = program
    .command("sweep")
    .description("run a notebook for each combination of parameters; docs/jobs.md has examples")
    .argument("<notebook>")
    .option("-p, --param <name=values>", "rate=0.1,0.01  units=32..512:x2  depth=1..4", collect)
    .option("--out <folder>", "where the runs are kept, and looked for; else NOTEBOOK-sweep")
    .option("--jobs <n>", "so many runs at a time", wholeNumber)
    .option("--sort <name>", "the table by this column, largest first; --sort=-loss smallest first")
    .option("--collect", "run nothing: table and report of the runs that there are")
    .option("--index <n>", "only the run with this number, from 0", wholeNumber)
    .option("--kubernetes <file>", "run nothing: write an Indexed Job for `kubectl apply`")
    .option("--image <name>", "its container image")
    .option("--claim <name>", "its PersistentVolumeClaim for results")
    .option("--cpu <amount>", "processors for each of its pods")
    .option("--memory <amount>", "memory for each of its pods");
  addRunOptions(command).action(async (notebook: string, options: SweepCommandOptions) => {
    if (options.kubernetes === undefined && !options.collect) await prepare();
    process.exitCode = await sweepNotebook(notebook, options);
  });
}
