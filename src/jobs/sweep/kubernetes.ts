import path from "node:path";
import { Document } from "yaml";
import { JobError } from "../job-error.js";
import { notebookText, type Notebook } from "../notebook.js";
import { versions } from "../versions.js";

export interface KubernetesOptions {
  /** Default: manabi with this version. */
  image: string;
  /** The PersistentVolumeClaim that all pods share. */
  claim: string;
  /** For each pod, as Kubernetes writes them: `2`, `4Gi`. */
  cpu: string;
  memory: string;
  jobs: number;
  timeout: number;
}

/** What a ConfigMap holds at most, in bytes. */
const mostConfig = 1_048_576;

/**
 * A sweep as an Indexed Job: Kubernetes runs a pod for each combination, as many at a time as `jobs`, and starts one anew whose
 * machine has gone. The notebook comes as a ConfigMap, without outputs; records go to a volume that the pods share, from
 * which `manabi sweep --collect` makes the table.
 *
 * @param words the `-p` of the command line
 * @throws JobError if the notebook is too large for a ConfigMap
 */
export function kubernetesManifests(
  file: string,
  notebook: Notebook,
  runs: number,
  words: readonly string[],
  options: Partial<KubernetesOptions>,
): string {
  const base = path.basename(file, ".ipynb");
  const name = `${
    base
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 40) || "notebook"
  }-sweep`;
  const text = notebookText({
    ...notebook,
    cells: notebook.cells.map((cell) =>
      cell.outputs ? { ...cell, outputs: [], execution_count: null } : cell,
    ),
  });
  if (Buffer.byteLength(text) > mostConfig)
    throw new JobError(`${file} is larger than the 1 MiB that a ConfigMap holds, even without outputs.`);
  const labels = { "app.kubernetes.io/name": "manabi-sweep", "app.kubernetes.io/instance": name };
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels },
    data: { "notebook.ipynb": text },
  };
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, labels },
    spec: {
      completions: runs,
      parallelism: Math.min(options.jobs ?? 1, runs),
      completionMode: "Indexed",
      // A run that fails is not tried for ever, and does not end the others.
      backoffLimitPerIndex: 1,
      maxFailedIndexes: runs,
      podFailurePolicy: {
        rules: [
          // 1: a cell has failed; 2: nothing could be run. The same again would fail again.
          { action: "FailIndex", onExitCodes: { containerName: "run", operator: "In", values: [1, 2] } },
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        ],
      },
      ttlSecondsAfterFinished: 86_400,
      template: { metadata: { labels }, spec: podSpec(name, words, options) },
    },
  };
  return [config, job].map((each) => new Document(each).toString({ lineWidth: 0 })).join("---\n");
}

function podSpec(name: string, words: readonly string[], options: Partial<KubernetesOptions>) {
  const {
    image = `manabi:${versions().kernel}`,
    claim = "manabi-results",
    cpu = "1",
    memory = "2Gi",
    timeout,
  } = options;
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    // The cell that runs is interrupted, and the output written.
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "run",
        image,
        args: [
          "sweep",
          "/notebook/notebook.ipynb",
          ...words.flatMap((word) => ["-p", word]),
          ...(timeout === undefined ? [] : ["--timeout", String(timeout)]),
          "--out",
          `/results/${name}`,
          "--cwd",
          "/work",
          "--index",
          "$(JOB_COMPLETION_INDEX)",
        ],
        resources: { requests: { cpu, memory }, limits: { cpu, memory } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "notebook", mountPath: "/notebook", readOnly: true },
          { name: "results", mountPath: "/results" },
          { name: "work", mountPath: "/work" },
          { name: "tmp", mountPath: "/tmp" },
        ],
        workingDir: "/work",
      },
    ],
    volumes: [
      { name: "notebook", configMap: { name } },
      { name: "results", persistentVolumeClaim: { claimName: claim } },
      { name: "work", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
    ],
  };
}
