// oxlint-disable no-underscore-dangle -- names of JupyterLab and of bundlers
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { plotRendererFolder, plotRendererStep } from "../../kernel-setup/plot-renderer.js";
import { type Project, projectAt, projectRoot } from "../../kernel-setup/project.js";
import { temporaryFolder } from "./sandbox.js";

describe("kernel-setup/plot-renderer", () => {
  const project = (): Project => ({ ...projectAt(projectRoot), jupyter: temporaryFolder() });

  it("copies the extension and plotly.js, and again when one of its files differs", async () => {
    const target = project();
    const step = plotRendererStep(target);
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
    fs.appendFileSync(path.join(plotRendererFolder(target), "static/remoteEntry.js"), "//");
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
  });

  it("is a container that JupyterLab can load: one that is not leaves its whole page blank", async () => {
    const folder = path.join(projectRoot, "kernel-setup/plot-renderer");
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as {
      name: string;
      jupyterlab: { _build: { load: string; mimeExtension: string } };
    };
    const { load, mimeExtension } = manifest.jupyterlab._build;
    const window: { _JUPYTERLAB?: Record<string, Container> } = {};
    const document = { currentScript: { src: "http://localhost/static/remoteEntry.js" } };
    vm.runInNewContext(fs.readFileSync(path.join(folder, load), "utf8"), { window, document });
    const container = window._JUPYTERLAB![manifest.name]!;
    container.init({ "@lumino/widgets": { "2.7.1": { get: async () => () => ({ Widget: Object }) } } });
    const extension = (await container.get(mimeExtension))();
    assert.equal(extension.__esModule, true);
    const { mimeTypes } = extension.default.rendererFactory;
    assert.deepEqual([...mimeTypes], ["application/vnd.plotly.v1+json"]);
    await assert.rejects(container.get("./other"), {
      message: "@manabi/plot-renderer has no module ./other",
    });
  });
});

interface Container {
  init(sharedModules: object): void;
  get(
    name: string,
  ): Promise<() => { __esModule: boolean; default: { rendererFactory: { mimeTypes: string[] } } }>;
}
