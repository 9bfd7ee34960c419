/** One thing that set-up makes. */
export interface Step {
  /** What the reader sees while it runs. */
  name: string;
  /** Bytes of disk that it takes at most, where that is much. */
  needs?: number;
  /** Whether what the step makes is in place and current. Cheap: every start asks. */
  isDone(): boolean;
  /**
   * Makes it, such that `isDone` stays false until all of it is there.
   * @returns one line that the reader should know, if there is one
   * @throws SetupError if it cannot be done
   */
  run(): Promise<string | void>;
}

/** Runs, in order, the steps that are not done, and shows each with the seconds it took. */
export async function runSteps(
  steps: Step[],
  output: { write(text: string): unknown; isTTY?: boolean } = process.stdout,
): Promise<void> {
  for (const step of steps) {
    if (step.isDone()) continue;
    const started = performance.now();
    const line = () => `  ${step.name} ... ${((performance.now() - started) / 1000).toFixed(1)} s`;
    const ticking = output.isTTY ? setInterval(() => output.write(`\r${line()}`), 100) : undefined;
    if (!output.isTTY) output.write(`  ${step.name} ...`);
    let note: string | void;
    try {
      note = await step.run();
    } finally {
      clearInterval(ticking);
      output.write(output.isTTY ? `\r${line()}\n` : `${line().slice(step.name.length + 6)}\n`);
    }
    if (note) output.write(`  ${note}\n`);
  }
}
