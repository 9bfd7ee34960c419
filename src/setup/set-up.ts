import { kernelBundleStep } from "./kernel-bundle.js";
import { kernelSpecStep } from "./kernelspec.js";
import { labSettingsStep } from "./lab-settings.js";
import { packageCodeStep } from "./package-code.js";
import { plotRendererStep } from "./plot-renderer.js";
import type { Project } from "./project.js";
import { jupyterLabStep } from "./python-environment.js";
import { selfLinkStep } from "./self-link.js";
import { type Step, runSteps } from "./step.js";
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
