import { invalid } from "../status.js";

const [space, tab, newline, carriage] = [0x20, 0x09, 0x0a, 0x0d];
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const [zero, nine, dot, plus, minus, bigE, smallE] = [0x30, 0x39, 0x2e, 0x2b, 0x2d, 0x45, 0x65];

/** Powers of ten that a double holds exactly. */
const powers = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** While an integer is below this, another digit keeps it exact. */
const mostBeforeDigit = Math.floor((Number.MAX_SAFE_INTEGER - 9) / 10);
/** Bounds that the rounding errors of a number from its first digits stay within. */
const [below, above] = [1 - 2 ** -49, 1 + 2 ** -49];

export type JsonType = "Null" | "False" | "True" | "Object" | "Array" | "String" | "Number";

/**
 * Reads JSON from bytes, value by value, without making objects of it: numbers go straight to where they are kept. As
 * TensorFlow Serving, it takes `NaN`, `Infinity` and `-Infinity`, tells `1` from `1.0`, and goes as deep as it likes.
 */
export class JsonCursor {
  at = 0;
  /** Whether the number that was read last was written as an integer. */
  isInteger = false;
  /** Where the number that was read last began. */
  numberStart = 0;

  constructor(
    readonly bytes: Buffer,
    readonly end = bytes.length,
  ) {}

  fail(what: string, at = this.at): never {
    throw invalid(`JSON Parse error: ${what} at offset: ${at}`);
  }

  skipSpace(): void {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte !== space && byte !== newline && byte !== carriage && byte !== tab) break;
      at++;
    }
    this.at = at;
  }

  /** The type of the value that comes next. */
  type(): JsonType {
    this.skipSpace();
    if (this.at >= this.end) this.fail(this.end === 0 ? "The document is empty." : "Invalid value.");
    switch (this.bytes[this.at]!) {
      case openList:
        return "Array";
      case openObject:
        return "Object";
      case quote:
        return "String";
      case 0x74:
        return "True";
      case 0x66:
        return "False";
      case 0x6e:
        return "Null";
      default:
        return "Number";
    }
  }

  /** Goes into the list or object that comes next. Returns whether it has an element. */
  open(): boolean {
    const close = this.bytes[this.at] === openList ? closeList : closeObject;
    this.at++;
    this.skipSpace();
    if (this.bytes[this.at] !== close || this.at >= this.end) return true;
    this.at++;
    return false;
  }

  /** Goes on after an element. Returns whether there is another one. */
  next(list: boolean): boolean {
    this.skipSpace();
    const byte = this.at < this.end ? this.bytes[this.at] : undefined;
    this.at++;
    if (byte === comma) return true;
    if (byte === (list ? closeList : closeObject)) return false;
    return this.fail(
      list ? "Missing a comma or ] after an array element." : "Missing a comma or } after an object member.",
      this.at - 1,
    );
  }

  /** Reads the key of a member of an object; its value comes next. */
  key(): string {
    this.skipSpace();
    if (this.at >= this.end || this.bytes[this.at] !== quote) this.fail("Missing a name for object member.");
    const key = this.string();
    this.skipSpace();
    if (this.at >= this.end || this.bytes[this.at] !== colon)
      this.fail("Missing a colon after a name of object member.");
    this.at++;
    return key;
  }

  /** Reads the text that comes next. */
  string(): string {
    const start = this.at;
    const hasEscapes = this.skipString();
    const text = this.bytes.toString("utf8", start + 1, this.at - 1);
    if (!hasEscapes) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.fail("Invalid escape character in string.", start);
    }
  }

  skipString(): boolean {
    const { bytes, end } = this;
    const start = this.at;
    let hasEscapes = false;
    for (let at = start + 1; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        this.at = at + 1;
        return hasEscapes;
      }
      if (byte === backslash) {
        hasEscapes = true;
        at++;
      } else if (byte < space) this.fail("Invalid encoding in string.", at);
    }
    return this.fail("Missing a closing quotation mark in string.", start);
  }

  /** Reads `true`, `false` or `null`. */
  literal(): boolean | null {
    for (const [text, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const)
      if (this.#takes(text)) return value;
    return this.fail("Invalid value.");
  }

  #takes(text: string): boolean {
    const end = this.at + text.length;
    if (end > this.end || this.bytes.toString("latin1", this.at, end) !== text) return false;
    this.at = end;
    return true;
  }

  /**
   * Reads the number that comes next.
   *
   * @param single whether it is needed as float32 only, which needs no more than its first digits
   */
  number(single = false): number {
    const { bytes, end } = this;
    let { at } = this;
    const start = at;
    const isNegative = bytes[at] === minus;
    if (isNegative) at++;
    const first = at;
    let value = 0;
    let exponent = 0;
    let isExact = true;
    let byte = bytes[at]!;
    for (; at < end && byte >= zero && byte <= nine; byte = bytes[++at]!) {
      if (value <= mostBeforeDigit) value = value * 10 + (byte - zero);
      else {
        isExact = false;
        exponent++;
      }
    }
    const digits = at - first;
    if (digits === 0) return this.#named(isNegative);
    if (digits > 1 && bytes[first] === zero) this.fail("Invalid value.", first);
    this.isInteger = true;
    if (at < end && byte === dot) {
      this.isInteger = false;
      const point = at;
      byte = bytes[++at]!;
      for (; at < end && byte >= zero && byte <= nine; byte = bytes[++at]!) {
        if (value <= mostBeforeDigit) {
          value = value * 10 + (byte - zero);
          exponent--;
        } else isExact = false;
      }
      if (at === point + 1) this.fail("Miss fraction part in number.", at);
    }
    if (at < end && (byte === smallE || byte === bigE)) {
      this.isInteger = false;
      byte = bytes[++at]!;
      const isSmall = byte === minus;
      if (isSmall || byte === plus) byte = bytes[++at]!;
      let power = 0;
      const from = at;
      for (; at < end && byte >= zero && byte <= nine; byte = bytes[++at]!)
        power = Math.min(power * 10 + (byte - zero), 99_999);
      if (at === from) this.fail("Miss exponent in number.", at);
      exponent += isSmall ? -power : power;
    }
    this.numberStart = start;
    this.at = at;
    if (exponent >= -22 && exponent <= 22) {
      const scaled = exponent < 0 ? value / powers[-exponent]! : value * powers[exponent]!;
      const isEnough = isExact || (single && Math.fround(scaled * below) === Math.fround(scaled * above));
      if (isEnough) return isNegative ? -scaled : scaled;
    }
    return Number(bytes.toString("latin1", start, at));
  }

  /**
   * Reads the numbers of a list up to its end, or to something else than a number, which is nearly all that a request is. The
   * first is here; what comes next is the comma or bracket after the last.
   *
   * @returns how many there are
   */
  numbers(to: { addFloat(value: number): void }, single: boolean): number {
    const { bytes, end } = this;
    for (let count = 1; ; count++) {
      const start = this.at;
      let at = start;
      const isNegative = bytes[at] === minus;
      if (isNegative) at++;
      const first = at;
      let value = 0;
      let byte = bytes[at]!;
      for (; byte >= zero && byte <= nine; byte = bytes[++at]!) value = value * 10 + (byte - zero);
      const whole = at - first;
      let digits = whole;
      let decimals = 0;
      if (byte === dot) {
        byte = bytes[++at]!;
        for (; byte >= zero && byte <= nine; byte = bytes[++at]!) value = value * 10 + (byte - zero);
        decimals = at - first - whole - 1;
        digits += decimals;
      }
      const isPlain =
        whole > 0 &&
        digits <= 15 &&
        at < end &&
        (byte === comma || byte === closeList || byte === space) &&
        (digits > whole || bytes[at - 1] !== dot) &&
        (whole === 1 || bytes[first] !== zero);
      if (isPlain) {
        const number = decimals > 0 ? value / powers[decimals]! : value;
        to.addFloat(isNegative ? -number : number);
      } else {
        to.addFloat(this.number(single));
        at = this.at;
      }
      while (bytes[at] === space && at < end) at++;
      this.at = at;
      if (bytes[at] !== comma) return count;
      do at++;
      while (bytes[at] === space && at < end);
      const next = bytes[at]!;
      if (at >= end || (next !== minus && (next < zero || next > nine))) return count;
      this.at = at;
    }
  }

  #named(isNegative: boolean): number {
    this.isInteger = false;
    this.numberStart = this.at;
    if (isNegative) this.at++;
    if (this.#takes("Infinity") || this.#takes("Inf")) return isNegative ? -Infinity : Infinity;
    if (this.#takes("NaN")) return NaN;
    return this.fail("Invalid value.", this.numberStart);
  }

  /** The text of the number that was read last. */
  numberText(): string {
    return this.bytes.toString("latin1", this.numberStart, this.at);
  }

  /** Goes past the value that comes next, whatever it is. */
  skip(): void {
    // One bit for each list or object that is open, so that deep ones cost little.
    const isList: boolean[] = [];
    for (;;) {
      const type = this.type();
      if (type === "Array" || type === "Object") {
        const list = type === "Array";
        if (this.open()) {
          isList.push(list);
          if (!list) this.key();
          continue;
        }
      } else if (type === "String") this.skipString();
      else if (type === "Number") this.number();
      else this.literal();
      for (;;) {
        if (isList.length === 0) return;
        const list = isList.at(-1)!;
        if (this.next(list)) {
          if (!list) this.key();
          break;
        }
        isList.pop();
      }
    }
  }

  /** The source of the value that begins at `start`, for messages: at most 256 bytes of it. */
  excerpt(start: number): string {
    const from = new JsonCursor(this.bytes, this.end);
    from.at = start;
    from.skip();
    return this.bytes.toString("utf8", start, Math.min(from.at, start + 256));
  }
}
