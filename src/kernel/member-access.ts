/** An expression without side effects before the final dot: names, dots and literal indexes. */
const memberAccess =
  /([\p{ID_Start}$_][\p{ID_Continue}$]*(?:\??\.[\p{ID_Start}$_][\p{ID_Continue}$]*|\[(?:\d+|"[^"\\\n]*"|'[^'\\\n]*')\])*)\??\.$/u;

/** Where the name at the cursor starts. */
export function nameStart(code: string, cursor: number): number {
  return cursor - (/[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0].length ?? 0);
}

/** What the name at the cursor is a member of, if that can be evaluated without side effects. */
export function memberOwner(code: string, cursor: number): string | undefined {
  return memberAccess.exec(code.slice(0, nameStart(code, cursor)))?.[1];
}
