const stateLength = 624;
const shift = 397;

/**
 * The generator MT19937 (Matsumoto, Nishimura 1998, https://doi.org/10.1145/272991.272995): 32 random bits at a time, by
 * a state of 624 words.
 */
export class MersenneTwister {
  readonly key = new Uint32Array(stateLength);
  /** How many words of `key` are used up. */
  position = stateLength;

  /** @param seed a whole number of 32 bits, or several of them */
  constructor(seed: number | readonly number[]) {
    if (typeof seed === "number") this.#seedByNumber(seed);
    else this.#seedByNumbers(seed);
  }

  /** The next 32 bits, a whole number from 0 to 4294967295. */
  next(): number {
    if (this.position === stateLength) this.#twist();
    let bits = this.key[this.position++]!;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  #seedByNumber(seed: number): void {
    const { key } = this;
    key[0] = seed;
    for (let i = 1; i < stateLength; i++)
      key[i] = Math.imul(1812433253, key[i - 1]! ^ (key[i - 1]! >>> 30)) + i;
    this.position = stateLength;
  }

  #seedByNumbers(seeds: readonly number[]): void {
    this.#seedByNumber(19650218);
    const { key } = this;
    let i = 1;
    const mix = (factor: number, add: number): void => {
      key[i] = (key[i]! ^ Math.imul(key[i - 1]! ^ (key[i - 1]! >>> 30), factor)) + add;
      if (++i === stateLength) {
        key[0] = key[stateLength - 1]!;
        i = 1;
      }
    };
    for (let round = 0; round < Math.max(stateLength, seeds.length); round++) {
      const j = round % seeds.length;
      mix(1664525, seeds[j]! + j);
    }
    for (let round = 1; round < stateLength; round++) mix(1566083941, -i);
    key[0] = 0x80000000;
  }

  #twist(): void {
    const { key } = this;
    for (let i = 0; i < stateLength; i++) {
      const bits = (key[i]! & 0x80000000) | (key[(i + 1) % stateLength]! & 0x7fffffff);
      key[i] = key[(i + shift) % stateLength]! ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}
