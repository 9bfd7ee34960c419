/** How often tokens occur, and in how many rows: what a vocabulary is learned from. */
export class TokenCounts {
  readonly #counts = new Map<string, number>();
  readonly #rows = new Map<string, number>();
  #rowCount = 0;

  add(rows: readonly (readonly string[])[]): void {
    this.#rowCount += rows.length;
    for (const row of rows) {
      for (const token of row) this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
      for (const token of new Set(row)) this.#rows.set(token, (this.#rows.get(token) ?? 0) + 1);
    }
  }

  /** The most frequent first; of equally frequent ones those first that come last in the order of UTF-8. */
  mostFrequent(count: number, excluded: readonly string[]): string[] {
    const entries = [...this.#counts].filter(([token]) => !excluded.includes(token));
    entries.sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || -compareCodePoints(a, b));
    return entries.slice(0, count).map(([token]) => token);
  }

  /** log(1 + rows / (1 + rows that have the token)). */
  inverseFrequency(token: string): number {
    return Math.log(1 + this.#rowCount / (1 + (this.#rows.get(token) ?? 0)));
  }
}

/** JavaScript compares halves of characters, of which those beyond 16 bits come before some others. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    // At the first half of a character, or at the second ones after equal first ones: the same order.
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}
