/** A thing that is begun before it is needed. */
export interface Begun<Thing> {
  made: Promise<Thing>;
  /** Undoes what its beginning has changed, if it is not wanted after all. */
  undo(): void;
}

/** Things in order, of which the next few are always being made. */
export class Prefetched<Thing> {
  #queue: Begun<Thing>[] = [];
  #isOver = false;

  /**
   * @param begin begins the next one; undefined where there are no more
   * @param ahead how many are made at a time
   * @param end is called once, when no more are wanted
   */
  constructor(
    private readonly begin: () => Begun<Thing> | undefined,
    private readonly ahead: number,
    private readonly end: () => void,
  ) {}

  async next(): Promise<Thing | undefined> {
    this.#fill();
    const first = this.#queue.shift();
    if (!first) {
      this.return();
      return undefined;
    }
    // The one that is taken makes room.
    this.#fill();
    try {
      return await first.made;
    } catch (error) {
      this.return();
      throw error;
    }
  }

  /** Ends it; those that nobody has taken are dropped. */
  return(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const begun of this.#queue.toReversed()) begun.undo();
    this.#queue = [];
    this.end();
  }

  #fill(): void {
    while (!this.#isOver && this.#queue.length < this.ahead) {
      const begun = this.begin();
      if (!begun) return;
      begun.made.catch(() => undefined);
      this.#queue.push(begun);
    }
  }
}
