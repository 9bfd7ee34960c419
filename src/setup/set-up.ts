import fs from "node:fs";
import path from "node:path";
import { checkSpace, explainFullDisk } from "./disk-space.js";
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

/** What running a notebook needs: no Jupyter and no Python, as in a container. */
const cellSteps = (project: Project): Step[] =>
  [selfLinkStep, kernelBundleStep, tensorFlowStep, packageCodeStep].map((step) => step(project));

export const canRunCells = (project: Project): boolean => cellSteps(project).every((step) => step.isDone());

/** Makes that again after npm has taken packages away (deploy/set-up.sh). */
export const setUpCells = (project: Project): Promise<void> => runSteps(cellSteps(project));

/** Takes away what set-up has made, so that all of it is made anew. (npm's packages and dist/: bootstrap.mjs.) */
function forget(project: Project): void {
  for (const made of [
    path.join(project.state, "tensorflow"),
    project.venv,
    project.binding,
    path.join(path.dirname(project.kernelMain), "bundle"),
  ])
    fs.rmSync(made, { recursive: true, force: true });
}

/** Brings the machine to where `npm start` needs it, and says again if TensorFlow is not the best there could be. */
export async function setUp(project: Project, { repair = false } = {}): Promise<void> {
  if (repair) forget(project);
  const steps = startSteps(project);
  const toDo = steps.filter((step) => !step.isDone());
  const nothingToDo = toDo.length === 0;
  checkSpace(
    project.root,
    toDo.reduce((sum, { needs = 0 }) => sum + needs, 0),
  );
  try {
    await runSteps(steps);
  } catch (error) {
    throw explainFullDisk(error, project.root);
  }
  const status = readTensorFlowStatus(project);
  if (nothingToDo && status && status.kind !== "native") console.log(`  ${describeTensorFlow(status)}`);
}
