import type { Text } from "./language.js";
import { say } from "./language.js";
import { whatArrived } from "../figures/what-arrived.js";
import { right, wrong, type Verdict } from "./verdict.js";
import { words } from "./words.js";

/** An answer that learners often give, and what the check has to say of it: CI tries each. */
export interface Mistake<Answer> {
  answer: () => Answer;
  state: "nearly" | "wrong";
  /** Told to who gives this very number, text or choice. */
  says?: Text;
}

export interface Exercise<Answer = never> {
  title: Text;
  /** Markdown: what to do. */
  task: Text;
  /** From a nudge to nearly all. */
  hints: readonly [Text, Text, Text];
  /** Shown as it stands here, without what is around its body. */
  solution: () => Answer | Promise<Answer>;
  /** Why the solution is right, for who has it. */
  because?: Text;
  /** Looks at an answer, whatever it is. It runs in `tf.tidy`. */
  check: (answer: Answer) => Verdict;
  /** Three or more. */
  mistakes: readonly [Mistake<Answer>, Mistake<Answer>, Mistake<Answer>, ...Mistake<Answer>[]];
  /** Of questions with choices. */
  choices?: Readonly<Record<string, Choice>>;
}

export interface Choice {
  text: Text;
  /** What speaks for or against it. */
  because: Text;
}

/** An exercise whose answer is of the type given: `define<(z: number) => number>({ … })`. */
export const define = <Answer>(exercise: Exercise<Answer>): Exercise<Answer> => exercise;

interface Question<Letter extends string> {
  title: Text;
  task: Text;
  hints: readonly [Text, Text, Text];
  choices: Readonly<Record<Letter, Choice>>;
  answer: NoInfer<Letter>;
}

/** A question with four choices or more, of which one is right. */
export function choose<Letter extends string>(question: Question<Letter>): Exercise<Letter> {
  const { answer: best, choices, ...rest } = question;
  const letters = Object.keys(choices) as Letter[];
  const check = (answer: Letter): Verdict => {
    if (answer === best) return right;
    const choice = Object.hasOwn(choices, answer) ? choices[answer] : undefined;
    if (choice) return wrong(choice.because);
    return wrong(words.oneOf, { names: letters.join(", "), arrived: whatArrived(answer) });
  };
  const others = letters.filter((letter) => letter !== best);
  const mistakes = others.map((letter): Mistake<Letter> => ({ answer: () => letter, state: "wrong" }));
  if (mistakes.length < 3) throw new Error(`A question needs four choices, but got ${letters.join(", ")}.`);
  return {
    ...rest,
    choices,
    check,
    solution: () => best,
    because: choices[best].because,
    mistakes: mistakes as unknown as Exercise<Letter>["mistakes"],
  };
}

/** The text of an exercise's solution, as a learner would write it into the notebook. */
export function solutionText(id: string, { solution, choices, because }: Exercise): string {
  if (choices) return `check("${id}", ${JSON.stringify(solution())});\n// ${say(because!)}`;
  // tsc writes four spaces where our sources have two.
  const source = solution
    .toString()
    .replaceAll(" // prettier-ignore", "")
    .replace(/^( {4})+/gm, (indent) => "  ".repeat(indent.length / 4));
  const block = /^(?:async )?\(\) => \{\n([^]*)\n\s*\}$/.exec(source);
  if (!block) return `check("${id}", ${source.replace(/^\(\) => (?:\((\{[^]*\})\)$)?/, "$1")});`;
  const lines = block[1]!.split("\n");
  const margin = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  const body = lines.map((line) => line.slice(margin)).join("\n");
  return body.replace(/^return ([^]*);$/m, `check("${id}", $1);`);
}
