import fs from "node:fs";
import path from "node:path";
import { readIfThere, replaceFolder } from "./files.js";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

const NAME = "@manabi/plot-renderer";

/** The extension's files, by where they go. */
function sources(project: Project): Record<string, string> {
  const own = path.join(project.root, "kernel-setup/plot-renderer");
  return {
    "static/plotly-cartesian.min.js": path.join(
      project.root,
      "node_modules/plotly.js/dist/plotly-cartesian.min.js",
    ),
    "static/remoteEntry.js": path.join(own, "static/remoteEntry.js"),
    "package.json": path.join(own, "package.json"),
  };
}

/** Where JupyterLab finds the extension. */
export const plotRendererFolder = (project: Project) => path.join(project.jupyter, "labextensions", NAME);

/** Puts the JupyterLab extension that draws Plotly figures into .venv. */
export function plotRendererStep(project: Project): Step {
  const folder = plotRendererFolder(project);
  return {
    name: "plot renderer",
    isDone: () =>
      Object.entries(sources(project)).every(([name, source]) => {
        const copy = readIfThere(path.join(folder, name));
        return copy !== undefined && copy === readIfThere(source);
      }),
    run: () =>
      replaceFolder(folder, (partial) => {
        fs.mkdirSync(path.join(partial, "static"));
        for (const [name, source] of Object.entries(sources(project)))
          fs.copyFileSync(source, path.join(partial, name));
      }),
  };
}
