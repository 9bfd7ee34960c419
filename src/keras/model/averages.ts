/** The means of losses and metrics over the samples of batches. */
export class Averages {
  #samples = 0;
  #totals: number[] = [];

  restart(): void {
    this.#samples = 0;
    this.#totals = [];
  }

  /** @param size the samples of the batch that these are the means of */
  add(values: number[], size: number): void {
    this.#samples += size;
    values.forEach((value, i) => (this.#totals[i] = (this.#totals[i] ?? 0) + value * size));
  }

  /** None if there was no batch. */
  get values(): number[] {
    return this.#totals.map((total) => total / this.#samples);
  }
}
