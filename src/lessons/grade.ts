import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { textTable } from "../figures/table-markup.js";
import { markup } from "../host/markup.js";
import { catalog, exercisesOf } from "./catalog.js";
import { say } from "./language.js";
import type { Progress } from "./progress.js";

/** What came of a learner's notebook, run from a clean kernel. */
export interface Grade {
  notebook: string;
  exercises: { id: string; state: Progress["state"]; said: string }[];
  /** Why its cells did not all run. */
  failure?: string | undefined;
}

/**
 * The grade of a notebook: of the exercises of its lesson, by its name, and of all that its cells name.
 *
 * @param sources The code of its cells.
 * @param progress What its checks have kept while it ran.
 */
export function gradeOf(
  notebook: string,
  sources: readonly string[],
  progress: Readonly<Record<string, Progress>>,
  failure?: string,
): Grade {
  const [lesson = ""] = /^\d\d/.exec(path.basename(notebook)) ?? [];
  const named = [...sources.join("\n").matchAll(/\b(?:exercise|check)\(\s*["'`](\d\d\.\d+)["'`]/g)].map(
    ([, id]) => id!,
  );
  const ids = new Set<string>([...exercisesOf(lesson), ...named].filter((id) => Object.hasOwn(catalog, id)));
  const exercises = [...ids].toSorted().map((id) => {
    const { state = "open" as const, said = "" } = progress[id] ?? {};
    return { id, state, said: state === "right" ? "" : said };
  });
  return { notebook, exercises, failure };
}

export const hasPassed = ({ exercises }: Grade): boolean => exercises.every(({ state }) => state === "right");

/** The grades as a table, a line for each exercise, with a sum for each notebook. */
export function gradesTable(grades: readonly Grade[]): string {
  const rows = grades.flatMap(({ notebook, exercises, failure }) => {
    const count = exercises.filter(({ state }) => state === "right").length;
    const what = failure === undefined ? "" : `stopped: ${firstLine(failure)}`;
    const titled = exercises.map(({ id, state, said }) => [
      "",
      `${id} ${say(catalog[id]!.title)}`,
      state,
      firstLine(said),
    ]);
    return [[notebook, "", `${count} of ${exercises.length}`, what], ...titled];
  });
  const header = ["notebook", "exercise", "answer", "what was said"];
  return textTable({ header, rows, isNumeric: header.map(() => false) }).join("\n");
}

/** The grades as JUnit's XML: a test suite for each notebook, a test case for each exercise. What was not answered is skipped. */
export function gradesJunit(grades: readonly Grade[]): string {
  const suites = grades.map(({ notebook, exercises, failure }) => {
    const failed = exercises.filter(({ state }) => state === "wrong" || state === "nearly").length;
    const open = exercises.filter(({ state }) => state === "open").length;
    const cases = exercises.map(({ id, state, said }) => {
      const name = plain(`${id} ${say(catalog[id]!.title)}`);
      const inner =
        state === "right"
          ? markup``
          : state === "open"
            ? markup`<skipped message="${plain(failure === undefined ? "no answer" : firstLine(failure))}"/>`
            : markup`<failure type="${state}" message="${plain(said)}"/>`;
      return markup`
    <testcase classname="${plain(notebook)}" name="${name}">${inner}</testcase>`;
    });
    return markup`
  <testsuite name="${plain(notebook)}" tests="${exercises.length}" failures="${failed}" errors="0" skipped="${open}">${cases}
  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(markup`<testsuites>${suites}\n</testsuites>`)}\n`;
}

const firstLine = (text: string): string => stripVTControlCharacters(text).trim().split("\n")[0]!;

/** XML has no place for most control characters, nor for half of a pair. */
const plain = (text: string): string =>
  stripVTControlCharacters(text)
    // oxlint-disable-next-line eslint/no-control-regex -- those are the ones
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
