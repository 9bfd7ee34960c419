import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { startSteps } from "../../src/setup/set-up.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";

describe("setup/set-up", () => {
  it("has nothing to do the second time, and takes less than 3 s to see that", function () {
    // Only where the tests run by `npm test`, which has just set everything up.
    if (process.env.npm_lifecycle_event !== "test") this.skip();
    const project = projectAt(projectRoot);
    const toDo = startSteps(project).filter((step) => !step.isDone());
    assert.deepEqual(
      toDo.map(({ name }) => name),
      [],
    );
    const started = performance.now();
    const bootstrap = path.join(projectRoot, "kernel-setup/bootstrap.mjs");
    const { status, stdout, stderr } = spawnSync(project.node, [bootstrap, "setup"], { encoding: "utf8" });
    const seconds = (performance.now() - started) / 1000;
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
    assert.ok(seconds < 3, `${seconds} s`);
  });
});
