import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { kernelSpecStep } from "../../src/setup/kernelspec.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { bareProject } from "./sandbox.js";

describe("setup/kernelspec", () => {
  it("registers the kernel in .venv: what starts it, how it is interrupted, and its logos", async () => {
    const project = bareProject({ node: "/opt/node/bin/node" });
    const step = kernelSpecStep(project);
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
    const folder = path.join(project.venv, "share/jupyter/kernels/manabi");
    assert.deepEqual(JSON.parse(fs.readFileSync(path.join(folder, "kernel.json"), "utf8")), {
      argv: ["/opt/node/bin/node", path.join(project.root, "dist/src/kernel/main.cjs"), "{connection_file}"],
      display_name: "TypeScript (Manabi)",
      language: "typescript",
      interrupt_mode: "message",
      kernel_protocol_version: "5.5",
      metadata: {},
    });
    assert.deepEqual(fs.readdirSync(folder).toSorted(), [
      "kernel.json",
      "logo-32x32.png",
      "logo-64x64.png",
      "logo-svg.svg",
    ]);
  });

  it("registers it again for another Node or another folder", async () => {
    const project = bareProject();
    await kernelSpecStep(project).run();
    assert.equal(kernelSpecStep({ ...project, node: "/opt/newer/node" }).isDone(), false);
    assert.equal(kernelSpecStep({ ...project, kernelMain: "/moved/main.js" }).isDone(), false);
  });

  it("has logos of the sizes that their names say", () => {
    for (const size of [32, 64]) {
      const png = fs.readFileSync(
        path.join(projectAt(projectRoot).root, `kernel-setup/logo-${size}x${size}.png`),
      );
      assert.deepEqual(
        [png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)],
        ["PNG", size, size],
      );
    }
  });
});
