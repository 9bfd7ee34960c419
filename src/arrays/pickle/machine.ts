/** A pickle that is damaged, needs what is not allowed, or would take too much memory. */
export class PickleError extends Error {
  override name = "PickleError";
}

/** What a global of Python's stands for here. */
export interface PickleGlobal {
  /** What a call of it gives. Without, the global may be named, but not called. */
  make?(args: readonly unknown[]): unknown;
  /** Gives what `make` made the state that the pickle keeps for it. Without, there may be none. */
  setState?(value: unknown, state: unknown): void;
}

/** A global as a value: a pickle hands types to the functions that it calls. */
export class GlobalReference {
  constructor(
    /** Module and name: `numpy dtype`. */
    readonly name: string,
    readonly global: PickleGlobal,
  ) {}
}

export interface PickleOptions {
  /** Of the file, for errors. */
  name: string;
  /** Where the pickle begins. Default 0. */
  start?: number;
  /** All that the pickle may name, by module and name: `"numpy dtype"`. Default: nothing. */
  globals?: Readonly<Record<string, PickleGlobal>>;
  /** What a persistent id stands for. Without, there may be none. */
  persistentId?: (id: unknown) => unknown;
  /** About so many bytes may its values take, the buffers of the file itself not counted. Default 1 GiB. */
  maxMemory?: number;
}

/** What an opcode works on: the bytes, the stack, and the values that are kept by number. */
export class Machine {
  readonly stack: unknown[] = [];
  /** Where on the stack the open marks are. */
  readonly marks: number[] = [];
  readonly memo = new Map<number, unknown>();
  /** What `make` of which global made. */
  readonly makers = new WeakMap<object, GlobalReference>();
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  position: number;
  #memory: number;

  constructor(
    readonly bytes: Buffer,
    readonly options: PickleOptions,
  ) {
    this.position = options.start ?? 0;
    this.globals = new Map(Object.entries(options.globals ?? {}));
    this.#memory = options.maxMemory ?? 2 ** 30;
  }

  fail(what: string): never {
    throw new PickleError(`${this.options.name}, byte ${this.position} of the pickle: ${what}.`);
  }

  /** Counts memory that a value takes besides the file's own bytes. */
  charge(bytes: number): void {
    this.#memory -= bytes;
    if (this.#memory < 0) this.fail("its values take more memory than a data set needs; it is not read");
  }

  /** The next bytes, a view. */
  take(count: number): Buffer {
    const end = this.position + count;
    if (end > this.bytes.length)
      this.fail(`${count} bytes are announced, but ${this.bytes.length - this.position} are left`);
    const taken = this.bytes.subarray(this.position, end);
    this.position = end;
    return taken;
  }

  uint(size: 1 | 2 | 4): number {
    const { position, bytes } = this;
    if (position + size > bytes.length) this.fail("it ends in the middle of a number");
    this.position += size;
    if (size === 1) return bytes[position]!;
    return size === 2 ? bytes.readUInt16LE(position) : bytes.readUInt32LE(position);
  }

  /** A length of 8 bytes. */
  length8(): number {
    const length = this.take(8).readBigUInt64LE();
    if (length > this.bytes.length) this.fail(`${length} bytes are announced`);
    return Number(length);
  }

  /** A line of text, without its end. */
  line(): Buffer {
    const end = this.bytes.indexOf(10, this.position);
    if (end === -1) this.fail("it ends in the middle of a line");
    const line = this.take(end - this.position);
    this.position++;
    return line;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  /** Pushes a new value that takes so much memory. */
  pushNew(value: unknown, memory: number): void {
    this.charge(memory);
    this.stack.push(value);
  }

  pop(): unknown {
    this.#needValue();
    return this.stack.pop();
  }

  top(): unknown {
    this.#needValue();
    return this.stack.at(-1);
  }

  /** Takes what lies above the last mark, and the mark. */
  popToMark(): unknown[] {
    const mark = this.marks.pop();
    if (mark === undefined) this.fail("there is no mark");
    const values = this.stack.slice(mark);
    this.charge(8 * values.length + 32);
    this.stack.length = mark;
    return values;
  }

  remember(index: number): void {
    if (!this.memo.has(index)) this.charge(48);
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) this.fail(`value ${index} was never kept`);
    this.push(this.memo.get(index));
  }

  pushGlobal(module: string, name: string): void {
    const full = `${module} ${name}`;
    const global = this.globals.get(full);
    if (!global)
      this.fail(
        `it wants Python's ${JSON.stringify(full.slice(0, 200))}, and data of this kind needs only ` +
          `${[...this.globals.keys()].join(", ") || "plain values"}. No code of a pickle is run; if it is yours, save plain arrays`,
      );
    this.pushNew(new GlobalReference(full, global), 64);
  }

  /** Calls an allowed global with a tuple of arguments. */
  call(callee: unknown, args: unknown): void {
    if (!(callee instanceof GlobalReference) || !callee.global.make)
      this.fail(`it calls ${callee instanceof GlobalReference ? callee.name : "what is no function"}`);
    if (!Array.isArray(args)) this.fail(`it calls ${callee.name} without a tuple of arguments`);
    this.charge(256);
    const value = this.#guarded(() => callee.global.make!(args));
    if (typeof value === "object" && value !== null) this.makers.set(value, callee);
    this.push(value);
  }

  setState(value: unknown, state: unknown): void {
    const maker = typeof value === "object" && value !== null ? this.makers.get(value) : undefined;
    if (!maker?.global.setState) this.fail(`it gives a state to ${maker?.name ?? "a plain value"}`);
    this.#guarded(() => maker.global.setState!(value, state));
  }

  /** Says where what an allowed global refuses stands. */
  #guarded<Value>(action: () => Value): Value {
    try {
      return action();
    } catch (error) {
      return this.fail((error as Error).message.replace(/\.$/, ""));
    }
  }

  #needValue(): void {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) this.fail("a value is missing");
  }
}
