import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { projectRoot } from "../../src/setup/project.js";
import { code, notebookFile } from "../jobs/notebooks.js";
import { temporaryFolder } from "../setup/sandbox.js";

const folder = path.join(projectRoot, "deploy");
const { version } = JSON.parse(fs.readFileSync(path.join(projectRoot, "package.json"), "utf8")) as {
  version: string;
};
const read = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");

interface Container {
  image: string;
  args: string[];
  ports: { name: string; containerPort: number }[];
  resources: Record<"requests" | "limits", Record<string, string>>;
  securityContext: { readOnlyRootFilesystem: boolean; allowPrivilegeEscalation: boolean };
  readinessProbe: { httpGet: { path: string } };
  livenessProbe: { httpGet: { path: string } };
  startupProbe: { httpGet: { path: string } };
}
interface PodSpec {
  securityContext: { runAsNonRoot: boolean };
  terminationGracePeriodSeconds: number;
  containers: Container[];
}
type Labels = Record<string, string>;
interface Manifest {
  kind: string;
  metadata: { name: string };
  resources: string[];
  images: { newTag: string }[];
  spec: {
    selector: Labels & { matchLabels: Labels };
    template: { metadata: { labels: Labels }; spec: PodSpec };
    scaleTargetRef: { kind: string; name: string };
    podSelector: { matchLabels: Labels };
    predictor: PodSpec;
    ports: { targetPort: string }[];
  };
}
const manifest = (file: string): Manifest => parse(read(`kubernetes/${file}`)) as Manifest;

describe("deploy", function () {
  this.timeout(30_000);

  it("kustomizations list the files beside them, all of them", () => {
    for (const name of ["base", "kserve", "tensorflow-serving"]) {
      const { resources } = manifest(`${name}/kustomization.yaml`);
      const there = fs
        .readdirSync(path.join(folder, "kubernetes", name))
        .filter((file) => file !== "kustomization.yaml");
      assert.deepEqual(resources.toSorted(), there.toSorted(), name);
    }
  });

  it("images have a version, ours has this one", () => {
    const files = (fs.readdirSync(folder, { recursive: true }) as string[]).filter((file) =>
      /yaml$|Dockerfile$/.test(file),
    );
    for (const file of files)
      for (const [, image] of read(file).matchAll(/^\s*(?:image:|FROM(?: --\S+)?) (\S+)/gm))
        if (!/^(base|build)/.test(image!)) assert.match(image!, /:\d+\.\d+\.\d+/, `${file}: ${image}`);
    assert.equal(manifest("base/kustomization.yaml").images[0]!.newTag, version);
    for (const file of files)
      for (const [, tag] of read(file).matchAll(/manabi(?:-hub)?:(\S+)/g)) assert.equal(tag, version, file);
  });

  it("pods are what their service, budget, policy and autoscaler look for", () => {
    const { template, selector } = manifest("base/deployment.yaml").spec;
    const { labels } = template.metadata;
    assert.deepEqual(selector.matchLabels, labels);
    assert.deepEqual(manifest("base/service.yaml").spec.selector, labels);
    assert.deepEqual(manifest("base/disruption-budget.yaml").spec.selector.matchLabels, labels);
    assert.deepEqual(manifest("base/network-policy.yaml").spec.podSelector.matchLabels, labels);
    const { scaleTargetRef } = manifest("base/autoscaler.yaml").spec;
    assert.deepEqual(
      [scaleTargetRef.kind, scaleTargetRef.name],
      ["Deployment", manifest("base/deployment.yaml").metadata.name],
    );
    assert.equal(
      manifest("base/service.yaml").spec.ports[0]!.targetPort,
      template.spec.containers[0]!.ports[0]!.name,
    );
  });

  it("containers may write nothing, are no root, and have probes and limits", () => {
    const pods = [
      manifest("base/deployment.yaml").spec.template.spec,
      manifest("kserve/inference-service.yaml").spec.predictor,
    ];
    for (const { securityContext, containers } of pods) {
      assert.equal(securityContext.runAsNonRoot, true);
      const [container] = containers;
      assert.equal(container!.securityContext.readOnlyRootFilesystem, true);
      assert.equal(container!.securityContext.allowPrivilegeEscalation, false);
      assert.equal(container!.readinessProbe.httpGet.path, "/v2/health/ready");
      assert.equal(container!.livenessProbe.httpGet.path, "/v2/health/live");
      assert.equal(container!.ports[0]!.containerPort, 8501);
      assert.ok(container!.resources.requests["cpu"] && container!.resources.limits["memory"]);
      assert.equal(container!.args[0], "serve");
    }
    assert.match(read("Dockerfile"), /^USER 1000:1000$/m);
  });

  it("all YAML can be read", () => {
    for (const file of (fs.readdirSync(folder, { recursive: true }) as string[]).filter((each) =>
      each.endsWith("yaml"),
    ))
      for (const document of parseAllDocuments(read(file))) assert.deepEqual(document.errors, [], file);
    parse(fs.readFileSync(path.join(projectRoot, ".binder/environment.yml"), "utf8"));
    JSON.parse(fs.readFileSync(path.join(projectRoot, ".devcontainer/devcontainer.json"), "utf8"));
  });

  it("set-up says which part there is not", () => {
    const { status, stderr } = spawnSync(path.join(folder, "set-up.sh"), ["sistem"], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /there is no part sistem/);
  });

  it("the image's user runs notebooks without writing anything beside them", function () {
    // Only root can be somebody else.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const notebook = notebookFile(
      code("const n: number = 1", "parameters"),
      'import { writeFileSync } from "node:fs"; n + 41',
    );
    const work = temporaryFolder();
    for (const each of [work, path.dirname(notebook)]) fs.chmodSync(each, 0o755);
    if (nobody.uid !== undefined) fs.chownSync(work, nobody.uid, nobody.gid);
    const args = [
      path.join(projectRoot, "bin/manabi.js"),
      "run",
      notebook,
      "-p",
      "n=2",
      "--out",
      "out.ipynb",
      "--cwd",
      work,
    ];
    const { status, stderr } = spawnSync(process.execPath, args, {
      ...nobody,
      cwd: work,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: "/nonexistent", TMPDIR: work },
    });
    assert.equal(status, 0, stderr);
    assert.match(fs.readFileSync(path.join(work, "out.ipynb"), "utf8"), /"43"/);
    assert.deepEqual(fs.readdirSync(work), ["out.ipynb"]);
    assert.deepEqual(fs.readdirSync(path.dirname(notebook)), ["note.ipynb"]);
  });
});
