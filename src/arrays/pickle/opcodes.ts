import { escapedText, floatOf, narrowed, quotedBytes, wholeNumber } from "./literals.js";
import type { Machine } from "./machine.js";

/** About what the values take in JavaScript's memory, in bytes. */
const memoryOf = { list: 64, map: 256, float: 16, bytes: 96, text: 40 };

/** No data set has whole numbers with more bytes. */
const longestNumber = 1024;

function pushNumber(machine: Machine, length: number): void {
  if (length > longestNumber) machine.fail(`a whole number of ${length} bytes`);
  machine.pushNew(wholeNumber(machine.take(length)), memoryOf.float + length);
}

const pushBytes = (machine: Machine, length: number): void =>
  machine.pushNew(machine.take(length), memoryOf.bytes);

const pushText = (machine: Machine, length: number): void =>
  machine.pushNew(machine.take(length).toString("utf8"), memoryOf.text + 2 * length);

function pushLine(machine: Machine, value: unknown): void {
  if (value === undefined) machine.fail("a line that Python does not write");
  machine.pushNew(value, memoryOf.text);
}

/** A key of a dict. Bytes are compared by their identity in JavaScript, so they become text. */
const keyOf = (key: unknown): unknown =>
  key instanceof Uint8Array ? Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1") : key;

function setItems(machine: Machine, items: readonly unknown[]): void {
  const map = machine.top();
  if (!(map instanceof Map) || items.length % 2 !== 0) machine.fail("it sets items of what is no dict");
  machine.charge(24 * items.length);
  for (let i = 0; i < items.length; i += 2) map.set(keyOf(items[i]), items[i + 1]);
}

function append(machine: Machine, items: readonly unknown[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) machine.fail("it appends to what is no list");
  machine.charge(8 * items.length);
  for (const item of items) list.push(item);
}

function pushSet(machine: Machine, items: readonly unknown[]): void {
  machine.pushNew(new Set(items.map(keyOf)), memoryOf.map + 24 * items.length);
}

function addItems(machine: Machine): void {
  const items = machine.popToMark();
  const set = machine.top();
  if (!(set instanceof Set)) machine.fail("it adds to what is no set");
  machine.charge(24 * items.length);
  for (const item of items) set.add(keyOf(item));
}

function pushTuple(machine: Machine, size: number): void {
  const items = Array.from({ length: size }, () => machine.pop()).toReversed();
  machine.pushNew(items, memoryOf.list);
}

function pushPersistent(machine: Machine, id: unknown): void {
  const { persistentId } = machine.options;
  if (!persistentId) machine.fail("it refers to something outside of the file");
  machine.push(persistentId(id));
}

function decimal(machine: Machine): void {
  const text = machine.line().toString("latin1");
  // Python 2 wrote its truth values so.
  if (text === "00" || text === "01") return machine.push(text === "01");
  if (text.length > longestNumber || !/^[+-]?\d+L?$/.test(text)) return pushLine(machine, undefined);
  pushLine(machine, narrowed(BigInt(text.replace(/L$|^\+/g, ""))));
}

function indexFrom(machine: Machine): number {
  const text = machine.line().toString("latin1");
  if (!/^\d{1,10}$/.test(text)) machine.fail("a line that Python does not write");
  return Number(text);
}

const text = (machine: Machine, value: unknown): string =>
  typeof value === "string" ? value : machine.fail("the name of a global is no text");

/**
 * All opcodes of the protocols 0 to 4 (https://github.com/python/cpython/blob/main/Lib/pickletools.py says what each does) that
 * data needs. Those that make objects of any class (INST, OBJ, NEWOBJ_EX) or use a registry (EXT) are left out; classes and
 * functions are those that the caller allows.
 */
const byName: Record<string, [code: string | number, run: (machine: Machine) => void]> = {
  PROTO: [
    0x80,
    (m) => {
      const version = m.uint(1);
      if (version > 4) m.fail(`protocol ${version}; 0 to 4 are read`);
    },
  ],
  FRAME: [
    0x95,
    (m) => {
      const length = m.length8();
      if (length > m.bytes.length - m.position) m.fail(`a frame of ${length} bytes`);
    },
  ],

  NONE: ["N", (m) => m.push(null)],
  NEWTRUE: [0x88, (m) => m.push(true)],
  NEWFALSE: [0x89, (m) => m.push(false)],
  INT: ["I", decimal],
  LONG: ["L", decimal],
  BININT: ["J", (m) => m.push(m.uint(4) | 0)],
  BININT1: ["K", (m) => m.push(m.uint(1))],
  BININT2: ["M", (m) => m.push(m.uint(2))],
  LONG1: [0x8a, (m) => pushNumber(m, m.uint(1))],
  LONG4: [0x8b, (m) => pushNumber(m, m.uint(4))],
  FLOAT: ["F", (m) => pushLine(m, floatOf(m.line().toString("latin1")))],
  BINFLOAT: ["G", (m) => m.pushNew(m.take(8).readDoubleBE(), memoryOf.float)],

  STRING: ["S", (m) => pushLine(m, quotedBytes(m.line()))],
  BINSTRING: ["T", (m) => pushBytes(m, m.uint(4))],
  SHORT_BINSTRING: ["U", (m) => pushBytes(m, m.uint(1))],
  BINBYTES: ["B", (m) => pushBytes(m, m.uint(4))],
  SHORT_BINBYTES: ["C", (m) => pushBytes(m, m.uint(1))],
  BINBYTES8: [0x8e, (m) => pushBytes(m, m.length8())],
  UNICODE: ["V", (m) => pushLine(m, escapedText(m.line()))],
  BINUNICODE: ["X", (m) => pushText(m, m.uint(4))],
  SHORT_BINUNICODE: [0x8c, (m) => pushText(m, m.uint(1))],
  BINUNICODE8: [0x8d, (m) => pushText(m, m.length8())],

  EMPTY_LIST: ["]", (m) => m.pushNew([], memoryOf.list)],
  LIST: ["l", (m) => m.pushNew(m.popToMark(), memoryOf.list)],
  APPEND: [
    "a",
    (m) => {
      const item = m.pop();
      append(m, [item]);
    },
  ],
  APPENDS: ["e", (m) => append(m, m.popToMark())],
  EMPTY_TUPLE: [")", (m) => m.pushNew([], memoryOf.list)],
  TUPLE: ["t", (m) => m.pushNew(m.popToMark(), memoryOf.list)],
  TUPLE1: [0x85, (m) => pushTuple(m, 1)],
  TUPLE2: [0x86, (m) => pushTuple(m, 2)],
  TUPLE3: [0x87, (m) => pushTuple(m, 3)],
  EMPTY_DICT: ["}", (m) => m.pushNew(new Map(), memoryOf.map)],
  DICT: [
    "d",
    (m) => {
      const items = m.popToMark();
      m.pushNew(new Map(), memoryOf.map);
      setItems(m, items);
    },
  ],
  SETITEM: [
    "s",
    (m) => {
      const value = m.pop();
      const key = m.pop();
      setItems(m, [key, value]);
    },
  ],
  SETITEMS: ["u", (m) => setItems(m, m.popToMark())],
  EMPTY_SET: [0x8f, (m) => pushSet(m, [])],
  ADDITEMS: [0x90, addItems],
  FROZENSET: [0x91, (m) => pushSet(m, m.popToMark())],

  MARK: [
    "(",
    (m) => {
      m.charge(8);
      m.marks.push(m.stack.length);
    },
  ],
  POP: [
    "0",
    (m) => {
      if (m.marks.at(-1) === m.stack.length) m.marks.pop();
      else m.pop();
    },
  ],
  POP_MARK: ["1", (m) => void m.popToMark()],
  DUP: ["2", (m) => m.push(m.top())],
  GET: ["g", (m) => m.recall(indexFrom(m))],
  BINGET: ["h", (m) => m.recall(m.uint(1))],
  LONG_BINGET: ["j", (m) => m.recall(m.uint(4))],
  PUT: ["p", (m) => m.remember(indexFrom(m))],
  BINPUT: ["q", (m) => m.remember(m.uint(1))],
  LONG_BINPUT: ["r", (m) => m.remember(m.uint(4))],
  MEMOIZE: [0x94, (m) => m.remember(m.memo.size)],

  GLOBAL: [
    "c",
    (m) => {
      const module = m.line().toString("utf8");
      m.pushGlobal(module, m.line().toString("utf8"));
    },
  ],
  STACK_GLOBAL: [
    0x93,
    (m) => {
      const name = text(m, m.pop());
      m.pushGlobal(text(m, m.pop()), name);
    },
  ],
  REDUCE: [
    "R",
    (m) => {
      const args = m.pop();
      m.call(m.pop(), args);
    },
  ],
  NEWOBJ: [
    0x81,
    (m) => {
      const args = m.pop();
      m.call(m.pop(), args);
    },
  ],
  BUILD: [
    "b",
    (m) => {
      const state = m.pop();
      m.setState(m.top(), state);
    },
  ],
  PERSID: ["P", (m) => pushPersistent(m, m.line().toString("utf8"))],
  BINPERSID: ["Q", (m) => pushPersistent(m, m.pop())],
};

/** What each byte does. */
export const opcodes: readonly (((machine: Machine) => void) | undefined)[] = (() => {
  const table: ((machine: Machine) => void)[] = [];
  for (const [code, run] of Object.values(byName))
    table[typeof code === "string" ? code.charCodeAt(0) : code] = run;
  return table;
})();
