// oxlint-disable no-underscore-dangle -- names of JupyterLab and of bundlers
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { plotRendererFolder, plotRendererStep } from "../../src/setup/plot-renderer.js";
import { type Project, projectAt, projectRoot } from "../../src/setup/project.js";
import { temporaryFolder } from "./sandbox.js";

describe("setup/plot-renderer", () => {
  const project = (): Project => ({ ...projectAt(projectRoot), jupyter: temporaryFolder() });

  it("copies the extension and plotly.js, and again when one of its files differs", async () => {
    const target = project();
    const step = plotRendererStep(target);
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
    fs.appendFileSync(path.join(plotRendererFolder(target), loadPath(target)), "//");
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
  });

  it("has a new address when it is new, since browsers keep what they have for a year", async () => {
    const root = temporaryFolder();
    const target: Project = { ...projectAt(root), jupyter: temporaryFolder() };
    const plotly = ["plotly-cartesian", "plotly"].map((name) => `node_modules/plotly.js/dist/${name}.min.js`);
    for (const file of [...plotly, "kernel-setup/plot-renderer"])
      fs.cpSync(path.join(projectRoot, file), path.join(root, file), { recursive: true });
    await plotRendererStep(target).run();
    const before = loadPath(target);
    assert.match(before, /^static\/[\da-f]{12}\/remoteEntry\.js$/);
    fs.appendFileSync(path.join(root, "kernel-setup/plot-renderer/static/remoteEntry.js"), "//");
    await plotRendererStep(target).run();
    assert.notEqual(loadPath(target), before);
    assert.ok(fs.existsSync(path.join(plotRendererFolder(target), loadPath(target))));
    assert.ok(!fs.existsSync(path.join(plotRendererFolder(target), before)));
  });

  it("is a container that JupyterLab can load: one that is not leaves its whole page blank", async () => {
    const folder = path.join(projectRoot, "kernel-setup/plot-renderer");
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as {
      name: string;
      jupyterlab: { _build: { load: string; mimeExtension: string } };
    };
    const { load, mimeExtension } = manifest.jupyterlab._build;
    const window: { _JUPYTERLAB?: Record<string, Container> } = {};
    const styles: object[] = [];
    const document = {
      currentScript: { src: "http://localhost/static/remoteEntry.js" },
      createElement: () => ({}),
      head: { append: (style: object) => styles.push(style) },
    };
    vm.runInNewContext(fs.readFileSync(path.join(folder, load), "utf8"), { window, document });
    const container = window._JUPYTERLAB![manifest.name]!;
    container.init({ "@lumino/widgets": { "2.7.1": { get: async () => () => ({ Widget: Object }) } } });
    const extension = (await container.get(mimeExtension))();
    assert.equal(extension.__esModule, true);
    assert.equal(styles.length, 1);
    const { mimeTypes } = extension.default.rendererFactory;
    assert.deepEqual([...mimeTypes], ["application/vnd.plotly.v1+json"]);
    await assert.rejects(container.get("./other"), {
      message: "@manabi/plot-renderer has no module ./other",
    });
  });
});

/** Where JupyterLab loads the extension from. */
function loadPath(project: Project): string {
  const manifest = fs.readFileSync(path.join(plotRendererFolder(project), "package.json"), "utf8");
  return (JSON.parse(manifest) as { jupyterlab: { _build: { load: string } } }).jupyterlab._build.load;
}

interface Container {
  init(sharedModules: object): void;
  get(
    name: string,
  ): Promise<() => { __esModule: boolean; default: { rendererFactory: { mimeTypes: string[] } } }>;
}
