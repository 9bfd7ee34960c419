import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { GET_CHROMIUM, findChromium } from "./chromium.js";
import { readIfThere } from "../src/setup/files.js";
import { jupyterEnvironment } from "../src/setup/lab.js";
import type { Project } from "../src/setup/project.js";
import type { Summary } from "./summary-reporter.js";

/** Runs one of the project's own tools by `node`, with its output shown. @returns whether it ended well */
function runTool(
  project: Project,
  node: string,
  script: string,
  args: string[],
  stdio: "inherit" | "ignore" = "inherit",
): Promise<boolean> {
  const child = spawn(node, [path.join(project.root, "node_modules", script), ...args], {
    cwd: project.root,
    env: jupyterEnvironment(project),
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
  stdio: "inherit" | "ignore" = "inherit",
): Promise<Summary> {
  const file = path.join(project.state, `mocha-${process.pid}.json`);
  const reporter = path.join(project.root, "dist/tools/summary-reporter.js");
  const reporting = [`--reporter=${reporter}`, `--reporter-option=file=${file}`, "--exit"];
  const ok = await runTool(project, node, "mocha/bin/mocha.js", [...reporting, ...args], stdio);
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
  const summary = await runMocha(project, project.node, args);
  summary.passes += checks.filter(Boolean).length;
  summary.failures += checks.filter((ok) => !ok).length;
  console.log(closingLines(summary, findChromium(project.env) !== undefined).join("\n"));
  return summary.failures === 0 ? 0 : 1;
}
