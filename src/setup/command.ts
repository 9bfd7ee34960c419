import { execa } from "execa";
import type { Project } from "./project.js";

/** Something the reader has to know and can mend. `message` says what happened, `fix` what to do. */
export class SetupError extends Error {
  override name = "SetupError";
  constructor(
    message: string,
    readonly fix: string,
    /** What the failed command printed. */
    readonly output = "",
  ) {
    super(message);
  }
}

/** A download failed: worth another try at the next start. */
export class NetworkError extends SetupError {
  override name = "NetworkError";
}

/** How a command ended. */
export interface CommandResult {
  ok: boolean;
  /** stdout and stderr, in the order they came. */
  output: string;
}

/** Runs a command to its end. Its output is kept for the error message, and shown only if the project is `verbose`. */
export async function runCommand(
  project: Pick<Project, "root" | "env" | "verbose">,
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  const result = await execa(command, args, {
    cwd: options.cwd ?? project.root,
    env: { ...project.env, ...options.env },
    extendEnv: false,
    stdin: "ignore",
    stdout: project.verbose ? ["pipe", "inherit"] : "pipe",
    stderr: project.verbose ? ["pipe", "inherit"] : "pipe",
    all: true,
    reject: false,
  });
  return { ok: !result.failed, output: result.all || (result.failed ? (result.shortMessage ?? "") : "") };
}

/** The last lines of a command's output, where its error is. */
export function lastLines(output: string, count = 1): string {
  return output
    .split("\n")
    .filter((line) => line.trim())
    .slice(-count)
    .join("\n");
}
