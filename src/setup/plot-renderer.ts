import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { readIfThere, replaceFolder } from "./files.js";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

const NAME = "@manabi/plot-renderer";

/** What the extension is made of. */
const sources = ({ root }: Project) => ({
  own: path.join(root, "kernel-setup/plot-renderer"),
  plotly: path.join(root, "node_modules/plotly.js/dist/plotly-cartesian.min.js"),
  // With three dimensions; loaded for figures that need it.
  wholePlotly: path.join(root, "node_modules/plotly.js/dist/plotly.min.js"),
});

/** The extension's files, by where they go. */
function files(project: Project): Record<string, string> {
  const { own, plotly, wholePlotly } = sources(project);
  const scripts = {
    "plotly-cartesian.min.js": fs.readFileSync(plotly, "utf8"),
    "plotly.min.js": fs.readFileSync(wholePlotly, "utf8"),
    "remoteEntry.js": fs.readFileSync(path.join(own, "static/remoteEntry.js"), "utf8"),
  };
  // JupyterLab tells browsers to keep these for a year: what is new must have a new address.
  const version = createHash("sha256").update(Object.values(scripts).join()).digest("hex").slice(0, 12);
  const manifest = fs.readFileSync(path.join(own, "package.json"), "utf8");
  return {
    ...Object.fromEntries(
      Object.entries(scripts).map(([name, script]) => [`static/${version}/${name}`, script]),
    ),
    "package.json": manifest.replace("static/", `static/${version}/`),
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
      Object.values(sources(project)).every((source) => fs.existsSync(source)) &&
      Object.entries(files(project)).every(
        ([name, content]) => readIfThere(path.join(folder, name)) === content,
      ),
    run: () =>
      replaceFolder(folder, (partial) => {
        for (const [name, content] of Object.entries(files(project))) {
          fs.mkdirSync(path.dirname(path.join(partial, name)), { recursive: true });
          fs.writeFileSync(path.join(partial, name), content);
        }
      }),
  };
}
