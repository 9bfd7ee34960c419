import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { copyAtomic, writeAtomic } from "./files.js";
import { SetupError } from "./command.js";
import type { Project } from "./project.js";

/** Where a learner works: copies of `notebooks/`, which an update may change, while these are the learner's own. */
export const lessonFolder = (project: Project): string => path.join(project.root, "my-lessons");

/** Lessons and their pictures, as they come with this version. */
const originals = (project: Project): string => path.join(project.root, "notebooks");

/** The hash of each file as it was copied, to tell what the learner has changed since. */
const noteOf = (folder: string): string => path.join(folder, ".manabi", "lessons.json");

export interface LessonNews {
  /** New, or brought up to date. */
  copied: string[];
  /** Changed by the learner, and by this version, too. */
  newer: string[];
}

/** Brings new lessons into the learner's folder, and newer versions of those that the learner has not changed. */
export function provideLessons(project: Project): LessonNews {
  const [source, folder] = [originals(project), lessonFolder(project)];
  const news: LessonNews = { copied: [], newer: [] };
  const copiedAs = readNote(folder);
  for (const name of lessonFiles(source)) {
    const [theirs, ours] = [hashOf(path.join(folder, name)), hashOf(path.join(source, name))!];
    const known = copiedAs[name];
    if (theirs === undefined || (theirs === known && theirs !== ours)) {
      copyAtomic(path.join(source, name), path.join(folder, name));
      news.copied.push(name);
    } else if (theirs !== ours) {
      if (known !== ours) news.newer.push(name);
      continue;
    }
    copiedAs[name] = ours;
  }
  writeNote(folder, copiedAs);
  return news;
}

/**
 * Brings a lesson back as it came. What the learner had is kept beside it.
 *
 * @param lesson Its number, `"03"`, or its name.
 * @returns the file, and what the learner's is called now, if it was another
 * @throws SetupError if there is no such lesson
 */
export function resetLesson(project: Project, lesson: string): { file: string; kept: string | undefined } {
  const [source, folder] = [originals(project), lessonFolder(project)];
  const lessons = lessonFiles(source).filter((name) => name.endsWith(".ipynb"));
  const wanted = lesson.replace(/\.ipynb$/, "").padStart(2, "0");
  const name = lessons.find((each) => each === `${wanted}.ipynb` || each.startsWith(`${wanted}-`));
  if (name === undefined)
    throw new SetupError(
      `There is no lesson ${lesson}.`,
      `There are ${lessons.map((each) => each.replace(/\.ipynb$/, "")).join(", ")}.`,
    );
  const [file, original] = [path.join(folder, name), path.join(source, name)];
  const theirs = hashOf(file);
  let kept: string | undefined;
  if (theirs !== undefined && theirs !== hashOf(original)) {
    kept = freeName(file);
    fs.renameSync(file, kept);
  }
  copyAtomic(original, file);
  writeNote(folder, { ...readNote(folder), [name]: hashOf(original)! });
  return { file, kept };
}

function lessonFiles(folder: string): string[] {
  const pictures = path.join(folder, "images");
  const images = fs.existsSync(pictures) ? fs.readdirSync(pictures).map((name) => `images/${name}`) : [];
  return [...fs.readdirSync(folder), ...images]
    .filter((name) => /\.(?:ipynb|svg|png)$/.test(name))
    .toSorted();
}

function hashOf(file: string): string | undefined {
  if (!fs.existsSync(file)) return undefined;
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}

/** `03-mnist-mlp.mine.ipynb`, `03-mnist-mlp.mine-2.ipynb`, … */
function freeName(file: string): string {
  for (let number = 1; ; number++) {
    const name = file.replace(/\.ipynb$/, `.mine${number === 1 ? "" : `-${number}`}.ipynb`);
    if (!fs.existsSync(name)) return name;
  }
}

function readNote(folder: string): Record<string, string> {
  const file = noteOf(folder);
  if (!fs.existsSync(file)) return {};
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, string>;
  } catch (error) {
    // Without it, all that differs counts as changed by the learner: nothing is lost.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function writeNote(folder: string, hashes: Readonly<Record<string, string>>): void {
  writeAtomic(noteOf(folder), `${JSON.stringify(hashes, undefined, 2)}\n`);
}
