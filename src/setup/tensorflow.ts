import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { NetworkError, SetupError, lastLines, runCommand } from "./command.js";
import { copyAtomic, readIfThere, writeAtomic } from "./files.js";
import type { Project } from "./project.js";
import type { Step } from "./step.js";
import { compileBinding, findCompiler, noCompiler, ownSources, probeBinding } from "./tensorflow-binding.js";
import { fetchTensorFlowLibrary, tensorFlowLibrary } from "./tensorflow-library.js";

/** What TensorFlow runs on: the content of .manabi/tensorflow/status.json. */
export interface TensorFlowStatus {
  /** Our own build, tfjs-node's old prebuilt files, or tfjs's WebAssembly backend. */
  kind: "native" | "prebuilt" | "wasm";
  /** The version of TensorFlow's C library; null for "wasm". */
  tensorflow: string | null;
  /** Why it is not "native", and what to do about it; null for "native". */
  reason: string | null;
  /** What the choice depends on: when that changes, set-up chooses anew. Null: the network failed; try at every start. */
  key: string | null;
}

const statusFile = (project: Project) => path.join(project.state, "tensorflow/status.json");

/** The last choice of set-up, or undefined if there is none yet. */
export function readTensorFlowStatus(project: Project): TensorFlowStatus | undefined {
  try {
    return JSON.parse(readIfThere(statusFile(project)) ?? "null") ?? undefined;
  } catch (error) {
    // Cut short by a full disk.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A native build stays good whatever happens to the compiler; without one, a new compiler is a reason to try again. */
function statusKey(project: Project, kind: TensorFlowStatus["kind"]): string {
  const hash = createHash("sha256");
  for (const file of [
    "kernel-setup/requirements-tensorflow.txt",
    ...ownSources,
    "node_modules/@tensorflow/tfjs-node/package.json",
  ])
    hash.update(fs.readFileSync(path.join(project.root, file)));
  const machine = [project.platform, project.arch];
  if (kind !== "native") machine.push(String(findCompiler(project)));
  return [...machine, hash.digest("hex").slice(0, 16)].join(" ");
}

const builtBinding = (project: Project) => path.join(project.state, "tensorflow/tfjs_binding.node");

/** Whether both files are there and of one size: `npm ci` removes the copy in node_modules. */
function bindingInPlace(project: Project): boolean {
  const [built, copy] = [builtBinding(project), project.binding].map((file) =>
    fs.statSync(file, { throwIfNoEntry: false }),
  );
  return built !== undefined && built.size === copy?.size;
}

function isInPlace(project: Project): boolean {
  const status = readTensorFlowStatus(project);
  if (!status || status.key !== statusKey(project, status.kind)) return false;
  if (status.kind === "native") return tensorFlowLibrary(project) !== undefined && bindingInPlace(project);
  return status.kind === "wasm" || fs.existsSync(project.binding);
}

/** Our own build of the binding, against the TensorFlow of the Python wheel. */
async function native(project: Project): Promise<string> {
  const last = readTensorFlowStatus(project);
  const built = last?.kind === "native" && last.key === statusKey(project, "native");
  const library = tensorFlowLibrary(project);
  if (!built || !library || !fs.existsSync(builtBinding(project))) {
    const compiler = findCompiler(project);
    if (!compiler) throw noCompiler(project);
    await compileBinding(
      project,
      compiler,
      library ?? (await fetchTensorFlowLibrary(project)),
      builtBinding(project),
    );
  }
  copyAtomic(builtBinding(project), project.binding);
  return probeBinding(project, project.binding);
}

/** tfjs-node's own install script, which npm never runs here: it downloads an old TensorFlow and a binding for it. */
async function prebuilt(project: Project): Promise<string> {
  const manifest = path.join(project.tfjsNode, "package.json");
  const original = fs.readFileSync(manifest, "utf8");
  fs.rmSync(path.dirname(project.binding), { recursive: true, force: true });
  const { PATH = "" } = project.env;
  const bin = path.join(project.root, "node_modules/.bin");
  const { ok, output } = await runCommand(project, project.node, ["scripts/install.js"], {
    cwd: project.tfjsNode,
    env: { PATH: `${bin}${path.delimiter}${PATH}` },
  });
  // The script edits its own package.json while it works.
  writeAtomic(manifest, original);
  if (!ok || !fs.existsSync(project.binding))
    throw new SetupError(
      `the download of tfjs-node's prebuilt files failed (${output.split("\n").find((line) => /Error/.test(line)) ?? lastLines(output)})`,
      "allow that download",
      output,
    );
  return probeBinding(project, project.binding);
}

/** One line for the reader: what TensorFlow runs on, why, and what to do about it. */
export function describeTensorFlow({ kind, tensorflow, reason }: TensorFlowStatus): string {
  if (kind === "native") return `TensorFlow ${tensorflow}, native.`;
  if (kind === "prebuilt") return `TensorFlow ${tensorflow}, tfjs-node's prebuilt files: ${reason}`;
  return `TensorFlow.js on WebAssembly (slow, cannot train convolutions): ${reason}`;
}

/** The native half of TensorFlow.js, the best that can be had: own build, prebuilt files, WebAssembly. */
export function tensorFlowStep(project: Project): Step {
  const attempts = [
    ["native", native],
    ["prebuilt", prebuilt],
  ] as const;
  const choose = async (): Promise<TensorFlowStatus> => {
    const failures: SetupError[] = [];
    for (const [kind, attempt] of attempts) {
      try {
        const tensorflow = await attempt(project);
        return { kind, tensorflow, reason: explain(failures), key: keyAfter(project, kind, failures) };
      } catch (error) {
        if (!(error instanceof SetupError)) throw error;
        failures.push(error);
      }
    }
    return {
      kind: "wasm",
      tensorflow: null,
      reason: explain(failures),
      key: keyAfter(project, "wasm", failures),
    };
  };
  return {
    name: "TensorFlow",
    needs: 2e9,
    isDone: () => isInPlace(project),
    run: async () => {
      const status = await choose();
      writeAtomic(statusFile(project), `${JSON.stringify(status, null, 2)}\n`);
      return describeTensorFlow(status);
    },
  };
}

/** The first failure is the one to mend: it brings the best. */
function explain(failures: SetupError[]): string | null {
  const [first] = failures;
  return first ? `${failures.map((failure) => failure.message).join("; ")}. To mend it: ${first.fix}.` : null;
}

function keyAfter(project: Project, kind: TensorFlowStatus["kind"], [first]: SetupError[]): string | null {
  return first instanceof NetworkError ? null : statusKey(project, kind);
}
