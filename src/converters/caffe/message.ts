import { quoted, refuse } from "../errors.js";

/** A scalar, as it is written but for quotes and escapes, or a message. */
export type Value = string | Message;

/** A message in text format: its fields by name, which are read with the types that Caffe gives them. */
export class Message {
  constructor(
    private readonly fields: ReadonlyMap<string, readonly Value[]>,
    /** Where it stands, for errors. */
    readonly place: () => string,
  ) {}

  has(name: string): boolean {
    return this.fields.has(name);
  }

  /** The message with another place, for errors that name a layer. */
  placed(place: () => string): Message {
    return new Message(this.fields, place);
  }

  messages(name: string): Message[] {
    return (this.fields.get(name) ?? []).map((value) =>
      value instanceof Message ? value : this.refuse(name, value, "a message: { ... }"),
    );
  }

  /** The message of a field; an empty one if it is left out. */
  message(name: string): Message {
    const found = this.messages(name);
    if (found.length > 1) this.refuse(name, `${found.length} messages`, "one");
    return found[0]?.placed(this.place) ?? new Message(new Map(), this.place);
  }

  texts(name: string): string[] {
    return (this.fields.get(name) ?? []).map((value) =>
      typeof value === "string" ? value : this.refuse(name, "a message", "a value"),
    );
  }

  text(name: string, otherwise = ""): string {
    return this.one(name, this.texts(name)) ?? otherwise;
  }

  /** A number, or all of a repeated field, each at least `least`. */
  numbers(name: string, least = Number.NEGATIVE_INFINITY, isWhole = true): number[] {
    return this.texts(name).map((text) => {
      const number = /^-?inf/i.test(text) ? Number.NaN : Number(text.replace(/(?<=[\d.])f$/i, ""));
      const isRight = (isWhole ? Number.isSafeInteger(number) : Number.isFinite(number)) && number >= least;
      const expected = `a ${isWhole ? "whole " : ""}number${Number.isFinite(least) ? ` of ${least} or more` : ""}`;
      return isRight ? number : this.refuse(name, text, expected);
    });
  }

  whole(name: string, otherwise: number, least = 0): number {
    return this.one(name, this.numbers(name, least)) ?? otherwise;
  }

  real(name: string, otherwise: number): number {
    return this.one(name, this.numbers(name, undefined, false)) ?? otherwise;
  }

  flag(name: string, otherwise: boolean): boolean {
    const text = this.one(name, this.texts(name));
    if (text === undefined) return otherwise;
    if (/^(true|True|t|1)$/.test(text)) return true;
    return /^(false|False|f|0)$/.test(text) ? false : this.refuse(name, text, "true or false");
  }

  /** One of the words of an enumeration, which may be written as its number, too. */
  word<Word extends string>(name: string, words: readonly Word[], otherwise: Word): Word {
    const text = this.one(name, this.texts(name));
    if (text === undefined) return otherwise;
    return (
      words.find((word, i) => text === word || text === String(i)) ??
      this.refuse(name, text, words.join(" or "))
    );
  }

  /** What it says, but for some fields, as one text: equal messages have equal texts. */
  fingerprint(except: readonly string[] = []): string {
    const entries = [...this.fields]
      .filter(([name]) => !except.includes(name))
      .map(([name, values]) => [
        name,
        values.map((value) => (typeof value === "string" ? value : value.fingerprint())),
      ]);
    return JSON.stringify(entries.toSorted(([a], [b]) => (a! < b! ? -1 : 1)));
  }

  private one<T>(name: string, values: T[]): T | undefined {
    if (values.length > 1) this.refuse(name, `${values.length} values`, "one");
    return values[0];
  }

  private refuse(name: string, arrived: string, expected: string): never {
    refuse(`${this.place()}: ${name} is ${quoted(arrived)}`, expected, "Correct the prototxt.");
  }
}
