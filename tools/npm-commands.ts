/** What `npm start`, `npm test` and their like do once npm's packages and dist/ are in place (kernel-setup/bootstrap.mjs). */
import { SetupError } from "../src/setup/command.js";
import { runLab } from "../src/setup/lab.js";
import { type Project, projectAt, projectRoot } from "../src/setup/project.js";
import { testPackagesStep } from "../src/setup/python-environment.js";
import { setUp } from "../src/setup/set-up.js";
import { runSteps, type Step } from "../src/setup/step.js";
import { hubs, keras, pythonStep } from "./python-with.js";
import { runHubsTests, runKerasTests, runOneFile, runTests } from "./test-command.js";
import { runTestsOnNodes } from "./test-nodes.js";

interface Command {
  /** What must be in place before it. */
  setUp(project: Project, args: string[]): Promise<void>;
  /** @returns the exit code */
  run?(project: Project, args: string[]): Promise<number>;
}

/** Set-up, and more for some commands. */
const withSteps =
  (...more: ((project: Project) => Step)[]) =>
  async (project: Project, args: string[]): Promise<void> => {
    await setUp(project, { repair: args.includes("--repair") });
    await runSteps(more.map((step) => step(project)));
  };

const commands: Record<string, Command> = {
  setup: { setUp: withSteps() },
  start: { setUp: withSteps(), run: runLab },
  test: { setUp: withSteps(testPackagesStep), run: runTests },
  "test:one": { setUp: async () => {}, run: runOneFile },
  "test:keras": { setUp: withSteps((project) => pythonStep(project, keras)), run: runKerasTests },
  "test:hubs": { setUp: withSteps((project) => pythonStep(project, hubs)), run: runHubsTests },
  "test:nodes": { setUp: withSteps(testPackagesStep), run: runTestsOnNodes },
};

/**
 * Runs `command` with the user's options, after set-up; bootstrap.mjs calls it.
 *
 * @param unlock lets other set-ups of this folder begin
 */
export async function main(command: string, args: string[], unlock: () => void): Promise<void> {
  const project = projectAt(projectRoot, { verbose: args.includes("--verbose") });
  const options = args.filter((arg) => arg !== "--verbose");
  try {
    const asked = commands[command]!;
    await asked.setUp(project, options);
    unlock();
    process.exitCode = (await asked.run?.(project, options)) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.output}\n\n${error.message}\n${error.fix}`);
    process.exitCode = 1;
  }
}
