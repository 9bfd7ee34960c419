/** What `npm start`, `npm test` and their like do once npm's packages and dist/ are in place (kernel-setup/bootstrap.mjs). */
import { SetupError } from "../src/setup/command.js";
import { runLab } from "../src/setup/lab.js";
import { type Project, projectAt, projectRoot } from "../src/setup/project.js";
import { testPackagesStep } from "../src/setup/python-environment.js";
import { setUp } from "../src/setup/set-up.js";
import { runSteps } from "../src/setup/step.js";
import { kerasStep } from "./keras-environment.js";
import { runKerasTests, runOneFile, runTests } from "./test-command.js";
import { runTestsOnNodes } from "./test-nodes.js";

const commands: Record<string, (project: Project, args: string[]) => Promise<number>> = {
  setup: async (project) => {
    await setUp(project);
    return 0;
  },
  start: async (project, args) => {
    await setUp(project);
    return runLab(project, args);
  },
  test: async (project, args) => {
    await setUp(project);
    await runSteps([testPackagesStep(project)]);
    return runTests(project, args);
  },
  "test:one": runOneFile,
  "test:keras": async (project, args) => {
    await setUp(project);
    await runSteps([kerasStep(project)]);
    return runKerasTests(project, args);
  },
  "test:nodes": async (project, args) => {
    await setUp(project);
    await runSteps([testPackagesStep(project)]);
    return runTestsOnNodes(project, args);
  },
};

/** Runs `command` with the user's options, after set-up; bootstrap.mjs calls it. */
export async function main(command: string, args: string[]): Promise<void> {
  const project = projectAt(projectRoot, { verbose: args.includes("--verbose") });
  const options = args.filter((arg) => arg !== "--verbose");
  try {
    process.exitCode = await commands[command]!(project, options);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.output}\n\n${error.message}\n${error.fix}`);
    process.exitCode = 1;
  }
}
