import { say, type Text } from "./language.js";

/** What a check says of an answer. "nearly": one thing is off, which the text names. */
export interface Verdict {
  state: "right" | "nearly" | "wrong";
  text: string;
}

type Values = Record<string, string | number>;

export const right: Verdict = { state: "right", text: "" };

export const nearly = (text: Text, values?: Values): Verdict => ({
  state: "nearly",
  text: say(text, values),
});

export const wrong = (text: Text, values?: Values): Verdict => ({ state: "wrong", text: say(text, values) });

/** The first verdict that is not right; the later ones are not asked for. */
export function all(...checks: readonly (() => Verdict)[]): Verdict {
  for (const check of checks) {
    const verdict = check();
    if (verdict.state !== "right") return verdict;
  }
  return right;
}
