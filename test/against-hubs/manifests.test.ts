import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { kubernetesManifests } from "../../src/jobs/sweep/kubernetes.js";
import { notebookOf } from "../jobs/notebooks.js";
import { temporaryFolder } from "../setup/sandbox.js";
import { programs, project, write } from "./servers.js";

/** Kubernetes's own schemas, which refuse fields that they do not know. */
const validator = `
import sys, yaml, kubernetes_validate
for version in ("1.33", "1.37"):
    for document in yaml.safe_load_all(open(sys.argv[1])):
        kubernetes_validate.validate(document, version, strict=True)
`;

describe("manifests", function () {
  this.timeout(60_000);
  const validate = (file: string): void => {
    const { status, stderr } = spawnSync(path.join(programs, "python"), ["-c", validator, file], {
      encoding: "utf8",
    });
    assert.equal(status, 0, `${file}: ${stderr}`);
  };

  it("of the server are as Kubernetes has them", () => {
    const folder = path.join(project.root, "deploy/kubernetes/base");
    for (const file of fs.readdirSync(folder).filter((name) => name !== "kustomization.yaml"))
      validate(path.join(folder, file));
  });

  it("of a sweep are, too", () => {
    const text = kubernetesManifests("lesson.ipynb", notebookOf("1"), 6, ["rate=0.1,0.01"], {
      jobs: 3,
      timeout: 60,
    });
    validate(write(temporaryFolder(), "job.yaml", text));
  });

  it("and the container file has nothing to be found fault with", () => {
    const { status, stdout } = spawnSync(
      path.join(programs, "hadolint"),
      [path.join(project.root, "deploy/Dockerfile")],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stdout);
  });
});
