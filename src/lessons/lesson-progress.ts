import { htmlTable, textTable } from "../figures/table-markup.js";
import { SelfShowing } from "../host/self-showing.js";
import { markup } from "../host/markup.js";
import { catalog, exerciseIds, exercisesOf } from "./catalog.js";
import { say } from "./language.js";
import { readProgress, type Progress } from "./progress.js";
import { words } from "./words.js";

const marks: Record<Progress["state"], string> = { right: "✓", nearly: "≈", wrong: "✗", open: "·" };

/**
 * Which exercises are solved, lesson by lesson: what `.manabi/progress.json` beside the notebook keeps.
 *
 * @example
 * lessonProgress();
 */
export function lessonProgress(): SelfShowing {
  const kept = readProgress();
  const stateOf = (id: string): Progress["state"] => kept[id]?.state ?? "open";
  const lessons = [...new Set(exerciseIds.map((id) => id.slice(0, 2)))].toSorted();
  const rows = lessons.map((lesson) => {
    const ids = exercisesOf(lesson);
    const right = ids.filter((id) => stateOf(id) === "right").length;
    const next = ids.find((id) => stateOf(id) !== "right");
    const bar = ids.map((id) => marks[stateOf(id)]).join(" ");
    return [
      lesson,
      bar,
      say(words.solvedOf, { right, all: ids.length }),
      next ? `${next} ${say(catalog[next]!.title)}` : "–",
    ];
  });
  const header = [words.lesson, words.exercises, words.solved, words.next].map((text) => say(text));
  const cells = { header, rows, isNumeric: header.map(() => false) };
  return new SelfShowing(() => ({
    "text/html": String(markup`${htmlTable(cells)}`),
    "text/plain": textTable(cells).join("\n"),
  }));
}
