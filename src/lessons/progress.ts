import fs from "node:fs";
import path from "node:path";
import { writeWholeSync } from "../files/write-whole.js";

/** How far somebody is with an exercise. */
export interface Progress {
  /** Of the best answer so far. */
  state: "right" | "nearly" | "wrong" | "open";
  /** Answers that were checked. */
  tries: number;
  /** Hints that were read, 0 to 3. */
  hints: number;
  solutionSeen: boolean;
  /** What the last check said; empty if it was right. */
  said: string;
  /** When the last change was, ISO 8601. */
  changed: string;
}

interface ProgressFile {
  version: 1;
  exercises: Record<string, Progress>;
}

/** Beside the notebooks, in a folder that git ignores; `MANABI_PROGRESS` names another file. */
export const progressFile = (folder = process.cwd()): string =>
  process.env.MANABI_PROGRESS || path.join(folder, ".manabi", "progress.json");

const unopened: Progress = {
  state: "open",
  tries: 0,
  hints: 0,
  solutionSeen: false,
  said: "",
  changed: "",
};

/** What is kept in the file; nothing if there is none. What cannot be read as progress is kept under another name. */
export function readProgress(file = progressFile()): Record<string, Progress> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
  const read = parse(text);
  if (read) return read;
  fs.renameSync(file, `${file}.${new Date().toISOString().replace(/[:.]/g, "-")}.unreadable`);
  return {};
}

function parse(text: string): Record<string, Progress> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { exercises } = (value ?? {}) as Partial<ProgressFile>;
  if (typeof exercises !== "object" || exercises === null) return undefined;
  return Object.fromEntries(Object.entries(exercises).map(([id, each]) => [id, { ...unopened, ...each }]));
}

const rank = { open: 0, wrong: 1, nearly: 2, right: 3 };

/** Changes what is kept of one exercise. The file is written whole or not at all. */
export function keepProgress(id: string, change: (record: Progress) => Partial<Progress>): void {
  const file = progressFile();
  const exercises = readProgress(file);
  const before = exercises[id] ?? unopened;
  const changed = { ...before, ...change(before), changed: new Date().toISOString() };
  // Who has once been right stays so.
  if (rank[changed.state] < rank[before.state]) changed.state = before.state;
  const text = JSON.stringify(
    { version: 1, exercises: { ...exercises, [id]: changed } } satisfies ProgressFile,
    undefined,
    2,
  );
  writeWholeSync(file, `${text}\n`);
}
