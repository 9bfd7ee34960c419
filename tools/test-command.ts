import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { GET_CHROMIUM, findChromium } from "./chromium.js";
import { hubs, keras, pythonOf } from "./python-with.js";
import { readIfThere } from "../src/setup/files.js";
import { jupyterEnvironment } from "../src/setup/lab.js";
import type { Project } from "../src/setup/project.js";
import { mulberry32 } from "../src/tfjs/mulberry32.js";
import type { Summary } from "./summary-reporter.js";

interface RunOptions {
  stdio?: "inherit" | "ignore";
  env?: Record<string, string>;
}

/** Runs one of the project's own tools by `node`, with its output shown. @returns whether it ended well */
function runTool(
  project: Project,
  node: string,
  script: string,
  args: string[],
  { stdio = "inherit", env = {} }: RunOptions = {},
): Promise<boolean> {
  const child = spawn(node, [path.join(project.root, "node_modules", script), ...args], {
    cwd: project.root,
    // What the tests see must not depend on whether this terminal has colours.
    env: { ...jupyterEnvironment(project), NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    stdio,
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}

/** Runs mocha, which ends (`--exit`) even if a failed test left something running. A run that does not get to its end (a crash in native code) counts as one more failure. */
export async function runMocha(
  project: Project,
  node: string,
  args: string[],
  options: RunOptions = {},
): Promise<Summary> {
  const file = path.join(project.state, `mocha-${process.pid}.json`);
  const reporter = path.join(project.root, "dist/tools/summary-reporter.js");
  const reporting = [`--reporter=${reporter}`, `--reporter-option=file=${file}`, "--exit"];
  const ok = await runTool(project, node, "mocha/bin/mocha.js", [...reporting, ...args], options);
  const text = readIfThere(file);
  fs.rmSync(file, { force: true });
  const summary: Summary = text === undefined ? { passes: 0, failures: 0, pending: 0 } : JSON.parse(text);
  if (!ok && summary.failures === 0) summary.failures = 1;
  return summary;
}

/** The lines that close `npm test`; the last is for machines, too. */
export function closingLines(summary: Summary, hasChromium: boolean): string[] {
  const lines: string[] = [];
  if (!hasChromium)
    lines.push(`Browser tests were skipped: there is no Chromium. To run them, ${GET_CHROMIUM}.`);
  if (summary.pending) lines.push(`${summary.pending} skipped`);
  return [...lines, `${summary.passes} passed, ${summary.failures} failed`];
}

/** As in .mocharc.json, whose files would be added to those that are named. */
const ownOptions = ["--no-config", "--timeout=20000", "--enable-source-maps"];

/**
 * What `npm test -- --shuffle` or `--shuffle=SEED` adds to mocha: the files and, by `shuffle.ts`, suites and tests in
 * another order. @returns mocha's arguments and environment; the rest of `args` stays
 */
export function shuffled(project: Project, args: string[]): { args: string[]; env: Record<string, string> } {
  const asked = args.find((arg) => /^--shuffle(=\d+)?$/.test(arg));
  if (!asked) return { args, env: {} };
  const seed = asked.split("=")[1] ?? String(randomInt(2 ** 32));
  console.log(`Tests in the order of the seed ${seed}; to repeat it: npm test -- --shuffle=${seed}`);
  const random = mulberry32(Number(seed));
  const files = (fs.readdirSync(path.join(project.root, "dist/test"), { recursive: true }) as string[])
    .filter((file) => file.endsWith(".test.js") && !file.startsWith("against-"))
    .toSorted()
    .map((file) => [random(), path.join("dist/test", file)] as const);
  const order = files.toSorted(([a], [b]) => a - b).map(([, file]) => file);
  const others = args.filter((arg) => arg !== asked);
  return {
    args: [...ownOptions, "--require=dist/tools/shuffle.js", ...others, ...order],
    env: { MANABI_SHUFFLE: seed },
  };
}

/**
 * What `npm test` does after set-up: format check, lint, and the tests; each check counts as one test. (Types were
 * checked by the build.) `args` go to mocha: `npm test -- --grep kernelspec`.
 * @returns the exit code
 */
export async function runTests(project: Project, args: string[]): Promise<number> {
  const checks = [
    await runTool(project, project.node, "prettier/bin/prettier.cjs", ["--check", "--cache", "."]),
    await runTool(project, project.node, "oxlint/bin/oxlint", ["--type-aware", "--deny-warnings"]),
  ];
  const order = shuffled(project, args);
  const summary = await runMocha(project, project.node, order.args, { env: order.env });
  summary.passes += checks.filter(Boolean).length;
  summary.failures += checks.filter((ok) => !ok).length;
  console.log(closingLines(summary, findChromium(project.env) !== undefined).join("\n"));
  return summary.failures === 0 ? 0 : 1;
}

/** What `npm run test:one FILE` does: the tests of one source file, nothing before them but the build. @returns the exit code */
export async function runOneFile(project: Project, args: string[]): Promise<number> {
  const files = args.map((arg) =>
    arg.endsWith(".test.ts") ? path.join("dist", path.relative(project.root, arg)).replace(/ts$/, "js") : arg,
  );
  const missing = files.find((file) => file.endsWith(".js") && !fs.existsSync(path.join(project.root, file)));
  if (files.length === 0 || missing !== undefined) {
    console.error(
      `${missing === undefined ? "No file was given" : `There is no ${args[files.indexOf(missing)]}`}. ` +
        "Expected tests as in: npm run test:one test/figures/image-grid.test.ts",
    );
    return 1;
  }
  const ok = await runTool(project, project.node, "mocha/bin/mocha.js", [...ownOptions, "--exit", ...files]);
  return ok ? 0 : 1;
}

/**
 * What `npm run test:keras` does after set-up: all that is compared with real Keras, live. `--models 200 --seed 7` says how
 * many random models and from which seed. @returns the exit code
 */
export async function runKerasTests(project: Project, given: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: given,
    options: { models: { type: "string" }, seed: { type: "string" }, grep: { type: "string" } },
    allowPositionals: true,
  });
  const args = values.grep === undefined ? positionals : [`--grep=${values.grep}`, ...positionals];
  const options = [...ownOptions, "--timeout=600000"];
  const env = {
    MANABI_KERAS_PYTHON: pythonOf(project, keras),
    ...(values.models && { MANABI_KERAS_MODELS: values.models }),
    ...(values.seed && { MANABI_KERAS_SEED: values.seed }),
  };
  const files = "dist/test/against-keras/**/*.test.js";
  const summary = await runMocha(project, project.node, [...options, ...args, files], { env });
  console.log(closingLines(summary, true).join("\n"));
  return summary.failures === 0 ? 0 : 1;
}

/** What `npm run test:hubs` does after set-up: the kernel through JupyterHub and gateways, manifests, jupytext. @returns the exit code */
export async function runHubsTests(project: Project, args: string[]): Promise<number> {
  const env = { MANABI_HUBS_PYTHON: pythonOf(project, hubs) };
  const options = [...ownOptions, "--timeout=180000", ...args, "dist/test/against-hubs/**/*.test.js"];
  const summary = await runMocha(project, project.node, options, { env });
  console.log(closingLines(summary, true).join("\n"));
  return summary.failures === 0 ? 0 : 1;
}
