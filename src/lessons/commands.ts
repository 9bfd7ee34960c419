import { isDeepStrictEqual } from "node:util";
import { tf } from "../tfjs/native.js";
import type { SelfShowing } from "../host/self-showing.js";
import { card, code, folded, inline } from "./card.js";
import { catalog, exercisesOf, type Answers, type ExerciseId } from "./catalog.js";
import { solutionText, type Exercise } from "./define.js";
import { say, type Text } from "./language.js";
import { keepProgress, type Progress } from "./progress.js";
import { type Verdict, wrong } from "./verdict.js";
import { words } from "./words.js";

/** Stands in a cell where an answer is to be written; it is of any type. */
// oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- so that it fits where any answer does
export const todo = Symbol("todo") as unknown as never;

/**
 * Shows the task of an exercise.
 *
 * @param id Lesson and number: `"01.2"`.
 * @throws RangeError if there is no such exercise.
 * @example
 * exercise("01.2");
 */
export function exercise(id: ExerciseId): SelfShowing {
  const found = find(id);
  const how = say(found.choices ? words.howToChoose : words.howTo, { id });
  const plain = [say(found.task), ...plainChoices(found), how].join("\n");
  return card("task", heading(id, found), [say(found.task), how, ...choicesOf(found)], plain);
}

/**
 * Checks an answer, and says whether it is right, nearly so, or wrong. The type of the answer is that of the exercise, so that a
 * mistake in it is seen while it is written. The result is kept in `.manabi/progress.json` beside the notebook.
 *
 * @param id Lesson and number: `"01.2"`.
 * @param answer Your number, text, tensor, model or function.
 * @throws RangeError if there is no such exercise.
 * @example
 * check("01.2", (z) => 1 / (1 + Math.exp(-z)));
 */
export function check<Id extends ExerciseId>(id: Id, answer: Answers[Id]): SelfShowing {
  const found = find(id);
  if ((answer as unknown) === todo)
    return card(
      "todo",
      `${heading(id, found)}: ${say(words.unanswered)}`,
      [say(words.todo)],
      say(words.todo),
    );
  const { state, text } = verdictOf(found, answer);
  const note = keep(id, (before) => ({ state, tries: before.tries + 1, said: text }));
  const because = state === "right" && found.because ? say(found.because) : text;
  return card(
    state,
    `${heading(id, found)}: ${say(words[state])}`,
    [because, note].filter(Boolean),
    `${because} ${note}`,
  );
}

/**
 * Shows a hint; called once more, the next of three.
 *
 * @throws RangeError if there is no such exercise.
 * @example
 * hint("01.2");
 */
export function hint(id: ExerciseId): SelfShowing {
  const found = find(id);
  const number = Math.min((shownHints.get(id) ?? 0) + 1, found.hints.length);
  shownHints.set(id, number);
  const note = keep(id, ({ hints }) => ({ hints: Math.max(hints, number) }));
  const lines = found.hints.slice(0, number).map((each, i) => `${i + 1}. ${say(each)}`);
  const next = say(number < found.hints.length ? words.moreHints : words.noMoreHints, { id });
  const title = `${heading(id, found)}: ${say(words.hint, { number })}`;
  return card("task", title, [...lines, next, note].filter(Boolean), [...lines, next].join("\n"));
}

/** By exercise, in this session: who comes back another day starts with the first. */
const shownHints = new Map<string, number>();

/**
 * Shows a solution.
 *
 * @throws RangeError if there is no such exercise.
 * @example
 * solution("01.2");
 */
export function solution(id: ExerciseId): SelfShowing {
  const found = find(id);
  const note = keep(id, () => ({ solutionSeen: true }));
  const text = solutionText(id, found);
  return card("task", say(words.solution, { id }), [code(text), note].filter(Boolean), text);
}

/** What is said of an answer, of whatever type it is. */
export function verdictOf(found: Exercise, answer: unknown): Verdict {
  const known = found.mistakes.find(
    ({ says, answer: mistake }) => says && isDeepStrictEqual((mistake as () => unknown)(), answer),
  );
  if (known?.says) return { state: known.state, text: say(known.says) };
  const look = found.check as (answer: unknown) => Verdict;
  try {
    return tf.tidy(() => ({ ...look(answer) }) as never);
  } catch (error) {
    return wrong(words.threw, { call: "check", message: (error as Error).message });
  }
}

function find(id: string): Exercise {
  if (Object.hasOwn(catalog, id)) return catalog[id]!;
  const lesson = id.slice(0, 2);
  const names = exercisesOf(lesson);
  const there = names.length > 0 ? names : Object.keys(catalog);
  throw new RangeError(say(words.noExercise, { id, lesson, names: there.join(", ") }));
}

const heading = (id: string, { title }: { title: Text }): string =>
  `${say(words.exercise, { id })} · ${say(title)}`;

const choicesOf = ({ choices = {} }: Exercise) =>
  Object.entries(choices).map(([letter, { text, because }]) =>
    folded([inline(`**${letter}** ${say(text)}`)].flat(), say(because)),
  );

const plainChoices = ({ choices = {} }: Exercise): string[] =>
  Object.entries(choices).map(([letter, { text }]) => `  ${letter}  ${say(text)}`);

/** Keeps progress. Where that fails, as in a folder that is read-only, the learner still gets an answer. */
function keep(id: string, change: (before: Progress) => Partial<Progress>): string {
  try {
    keepProgress(id, change);
    return "";
  } catch (error) {
    return say(words.notKept, { message: (error as Error).message });
  }
}
