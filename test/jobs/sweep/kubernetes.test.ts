import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { parseNotebook } from "../../../src/jobs/notebook.js";
import { kubernetesManifests } from "../../../src/jobs/sweep/kubernetes.js";
import { code, notebookOf } from "../notebooks.js";

interface Manifest {
  kind: string;
  metadata: { name: string };
  data: Record<string, string>;
  spec: {
    completions: number;
    parallelism: number;
    completionMode: string;
    template: { spec: { containers: { args: string[] }[] } };
  };
}

describe("jobs/sweep/kubernetes", () => {
  const manifests = (name = "My Lesson (1).ipynb", source = "1"): Manifest[] => {
    const cell = { ...code(source), outputs: [{ output_type: "stream", text: "old" }] };
    const text = kubernetesManifests(name, notebookOf(cell), 6, ["rate=0.1,0.01", "text=a: b"], {
      jobs: 3,
      timeout: 60,
    });
    return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  };

  it("writes the notebook without outputs, and a job with a pod for each run", () => {
    const [config, job] = manifests();
    assert.deepEqual([config!.kind, job!.kind], ["ConfigMap", "Job"]);
    assert.equal(job!.metadata.name, "my-lesson-1-sweep");
    const notebook = parseNotebook(config!.data["notebook.ipynb"]!, "x");
    assert.deepEqual([notebook.cells[0]!.source, notebook.cells[0]!.outputs], ["1", []]);
    const { completions, parallelism, completionMode, template } = job!.spec;
    assert.deepEqual([completions, parallelism, completionMode], [6, 3, "Indexed"]);
    assert.equal(
      template.spec.containers[0]!.args.join(" "),
      "sweep /notebook/notebook.ipynb -p rate=0.1,0.01 -p text=a: b --timeout 60 --out /results/my-lesson-1-sweep --cwd /work --index $(JOB_COMPLETION_INDEX)",
    );
  });

  it("finds a name for any file, and says what is too large", () => {
    assert.equal(manifests("日本.ipynb")[1]!.metadata.name, "notebook-sweep");
    assert.throws(() => manifests("a.ipynb", "x".repeat(1_100_000)), /larger than the 1 MiB/);
  });
});
