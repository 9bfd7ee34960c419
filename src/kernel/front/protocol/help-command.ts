/** `name?`, `?name`, and with two question marks for all that is known, as in IPython; nothing of it is TypeScript. */
const question =
  /^\s*(?:(\?{1,2})\s*([%\p{ID_Continue}$.!]+)|([%\p{ID_Continue}$.!]+)\s*(\?{1,2}))\s*;?\s*$/u;

/** What a cell asks about, if it is such a question. */
export function helpCommand(code: string): { about: string; detailLevel: 0 | 1 } | undefined {
  const [, before, right, left, after] = question.exec(code) ?? [];
  const about = right ?? left;
  return about === undefined ? undefined : { about, detailLevel: (before ?? after) === "??" ? 1 : 0 };
}
