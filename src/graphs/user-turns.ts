let turn = 0;

/** Says that code of the user's may have run, and changed what recorded steps read: a callback, or what is around a `fit`. */
export function userCodeRan(): void {
  turn++;
}

/** After so few steps in a row, to record one of them again would cost more than the others save. */
const shortTurn = 8;

/** The steps between one time that code of the user's may have run, and the next. */
export class UserTurns {
  #turn = -1;
  #steps = Infinity;
  #stepsBefore = Infinity;
  /** In this turn a recording was as it had been since that one. */
  #unchangedSince = Infinity;

  /** Which turn it is. */
  get now(): number {
    return turn;
  }

  /** Takes note of steps. */
  step(count = 1): void {
    if (this.#turn !== turn) {
      this.#turn = turn;
      this.#stepsBefore = this.#steps;
      this.#steps = 0;
      this.#unchangedSince = Infinity;
    }
    this.#steps += count;
  }

  /** Whether there are only few steps in a turn, as far as can be told. */
  get areShort(): boolean {
    return this.#stepsBefore < shortTurn && this.#steps <= shortTurn;
  }

  /** Takes note that what was recorded in turn `since` is so still. */
  verified(since: number): void {
    this.#unchangedSince = Math.min(this.#unchangedSince, since);
  }

  /** Whether a program is what its step does in this turn; what has not changed for one signature has not for others. */
  areVerified(signature: { verifiedAt: number }): boolean {
    if (this.#turn === turn && signature.verifiedAt >= this.#unchangedSince) signature.verifiedAt = turn;
    return signature.verifiedAt === turn;
  }
}
