import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Project, projectAt, projectRoot } from "../../src/setup/project.js";

const folders: string[] = [];
after(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** An empty folder that is gone after the tests. */
export function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "manabi-test-")));
  folders.push(folder);
  return folder;
}

/** Writes a program of /bin/sh lines into a new folder. @returns the folder, to be put in PATH */
export function fakeProgram(name: string, lines: string): string {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return folder;
}

/** A bare copy of the project: what a clone has and set-up reads, with nothing set up. */
export function bareProject(overrides: Parameters<typeof projectAt>[1] = {}): Project {
  const root = temporaryFolder();
  for (const file of ["kernel-setup", "native", "test/requirements.txt", "package.json", "package-lock.json"])
    fs.cpSync(path.join(projectRoot, file), path.join(root, file), { recursive: true });
  return projectAt(root, overrides);
}

/** pip with nobody to ask: an index where nothing listens, and no settings of this machine. */
export const deadIndex = {
  PIP_CONFIG_FILE: os.devNull,
  PIP_INDEX_URL: "http://127.0.0.1:9/simple",
  PIP_EXTRA_INDEX_URL: "",
  PIP_FIND_LINKS: "",
  PIP_RETRIES: "0",
};
