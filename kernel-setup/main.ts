import { SetupError } from "./command.js";
import { kernelBundleStep } from "./kernel-bundle.js";
import { kernelSpecStep } from "./kernelspec.js";
import { labSettingsStep } from "./lab-settings.js";
import { runLab } from "./lab.js";
import { packageCodeStep } from "./package-code.js";
import { plotRendererStep } from "./plot-renderer.js";
import { type Project, projectAt, projectRoot } from "./project.js";
import { jupyterLabStep, testPackagesStep } from "./python-environment.js";
import { selfLinkStep } from "./self-link.js";
import { type Step, runSteps } from "./step.js";
import { runTestsOnNodes } from "./test-nodes.js";
import { runTests } from "./test-command.js";
import { describeTensorFlow, readTensorFlowStatus, tensorFlowStep } from "./tensorflow.js";

/** What `npm start` needs, in the order in which it is made. (npm packages and build: bootstrap.mjs.) */
export function startSteps(project: Project): Step[] {
  return [
    selfLinkStep(project),
    kernelBundleStep(project),
    jupyterLabStep(project),
    labSettingsStep(project),
    kernelSpecStep(project),
    plotRendererStep(project),
    tensorFlowStep(project),
    packageCodeStep(project),
  ];
}

/** Brings the machine to where `npm start` needs it, and says again if TensorFlow is not the best there could be. */
export async function setUp(project: Project): Promise<void> {
  const steps = startSteps(project);
  const nothingToDo = steps.every((step) => step.isDone());
  await runSteps(steps);
  const status = readTensorFlowStatus(project);
  if (nothingToDo && status && status.kind !== "native") console.log(`  ${describeTensorFlow(status)}`);
}

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
