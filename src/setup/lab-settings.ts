import path from "node:path";
import { readIfThere, writeAtomic } from "./files.js";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

const SETTINGS = {
  // No question about news, and no look for updates over the network.
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
  // As TypeScript's editors do it: suggestions while one types, with types and documentation beside them,
  "@jupyterlab/completer-extension:manager": { autoCompletion: true, showDocumentationPanel: true },
  // brackets that close themselves, and two spaces.
  "@jupyterlab/codemirror-extension:plugin": {
    defaultConfig: { autoClosingBrackets: true, indentUnit: "2" },
  },
};

/** JupyterLab's defaults for this project. What a user sets in JupyterLab goes before them. */
export function labSettingsStep(project: Project): Step {
  const file = path.join(project.jupyter, "lab/settings/overrides.json");
  const content = `${JSON.stringify(SETTINGS, null, 2)}\n`;
  return {
    name: "JupyterLab settings",
    isDone: () => readIfThere(file) === content,
    run: async () => writeAtomic(file, content),
  };
}
