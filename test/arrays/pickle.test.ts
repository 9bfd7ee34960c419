import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  GlobalReference,
  numpyGlobals,
  PickledArray,
  PickleError,
  readPickle,
  type PickleOptions,
} from "../../src/arrays/pickle.js";
import { pickle } from "./pickles.js";

type Described =
  | null
  | boolean
  | number
  | string
  | Described[]
  | { large: string }
  | { dict: [Described, Described][] }
  | { objects: Described[] }
  | { shape: number[]; numbers: string[] };

interface Fixtures {
  refused: Record<string, string[]>;
  [name: string]: { value: Described; pickles: string[] } | Record<string, string[]>;
}
const { refused, ...fixtures } = JSON.parse(
  readFileSync("test/fixtures/keras/pickles.json", "utf8"),
) as Fixtures;

const read = (bytes: Uint8Array | string, options: Partial<PickleOptions> = {}): unknown =>
  readPickle(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes, {
    name: "x.pkl",
    globals: numpyGlobals,
    ...options,
  }).value;

function describeValue(value: unknown): unknown {
  if (value instanceof PickledArray) {
    if (value.dtype.kind === "O") return { objects: value.objects("x").map(describeValue) };
    const { shape, data } = value.toNdArray("x");
    return { shape, numbers: Array.from(data, Number) };
  }
  if (Array.isArray(value)) return value.map(describeValue);
  if (value instanceof Map) return { dict: Array.from(value, ([key, each]) => [key, describeValue(each)]) };
  return typeof value === "bigint" ? { large: String(value) } : value;
}

/** Python's names for numbers that JSON has not. */
const numbersOf = (value: Described): unknown =>
  typeof value === "object" && value !== null && "numbers" in value
    ? { ...value, numbers: value.numbers.map((text) => Number(text.replace("inf", "Infinity"))) }
    : value;

describe("readPickle", () => {
  for (const [name, { value, pickles }] of Object.entries(
    fixtures as Record<string, { value: Described; pickles: string[] }>,
  ))
    it(`reads ${name} of all protocols as Python wrote it`, () => {
      pickles.forEach((text, protocol) =>
        assert.deepEqual(
          describeValue(read(Buffer.from(text, "base64"))),
          numbersOf(value),
          `protocol ${protocol}`,
        ),
      );
    });

  it("reads what Python 2 wrote: strings are bytes, those of keys text", () => {
    const data = Buffer.from([1, 2, 3, 4, 5, 6]);
    const value = read(
      pickle({
        dict: {
          data: { dtype: "|u1", shape: [2, 3], data },
          labels: [3, 300, 70000, -1, 0.5],
          batch_label: "training batch 1 of 5",
          long: Buffer.alloc(300, 7),
        },
      }),
    ) as Map<string, unknown>;
    assert.deepEqual([...value.keys()], ["data", "labels", "batch_label", "long"]);
    assert.deepEqual((value.get("data") as PickledArray).toNdArray("x").toArray(), [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    assert.deepEqual(value.get("labels"), [3, 300, 70000, -1, 0.5]);
    assert.equal(String(value.get("batch_label") as Buffer), "training batch 1 of 5");
    assert.deepEqual(value.get("long"), Buffer.alloc(300, 7));
    assert.deepEqual(read("S'a\\x00\\'\\n\\\\'\n."), Buffer.from("a\0'\n\\"));
    assert.deepEqual(read("(dp0\nS'k'\np1\nI01\nsg1\n0."), new Map([["k", true]]));
  });

  it("does not copy bytes", () => {
    const file = pickle(Buffer.alloc(1000, 1));
    assert.equal((read(file) as Buffer).buffer, file.buffer);
  });

  it("says where a pickle ends, and begins where it is told", () => {
    const file = Buffer.concat([pickle(1), pickle("two"), pickle([3])]);
    const values: unknown[] = [];
    for (let start = 0; start < file.length;) {
      const { value, end } = readPickle(file, { name: "x", start });
      values.push(value);
      start = end;
    }
    assert.deepEqual(values, [1, Buffer.from("two"), [3]]);
  });

  it("takes the globals and persistent ids that the caller allows", () => {
    const globals = {
      "torch FloatStorage": {},
      "collections OrderedDict": {
        make: () => new Map(),
        setState: (map: unknown, state: unknown) => assert.deepEqual([map, state], [new Map(), "state"]),
      },
    };
    const persistentId = (id: unknown): unknown => id;
    const ids = read("(ctorch\nFloatStorage\nU\x01kK\x02tQ.", { globals, persistentId }) as unknown[];
    assert.ok(ids[0] instanceof GlobalReference && ids[0].name === "torch FloatStorage");
    assert.deepEqual(ids.slice(1), [Buffer.from("k"), 2]);
    assert.deepEqual(
      read("ccollections\nOrderedDict\n)RX\x05\0\0\0stateb.", { globals }),
      new Map<string, unknown>(),
    );
    assert.throws(() => read("ctorch\nFloatStorage\n)R.", { globals }), /it calls torch FloatStorage/);
    assert.throws(() => read("NQ."), /refers to something outside of the file/);
  });

  describe("refuses", () => {
    for (const [name, pickles] of Object.entries(refused))
      it(`${name}, of all protocols`, () => {
        pickles.forEach((text, protocol) =>
          assert.throws(() => read(Buffer.from(text, "base64")), PickleError, `protocol ${protocol}`),
        );
      });

    const cases: Record<string, [Uint8Array | string, RegExp]> = {
      "code by os.system": [
        "cos\nsystem\n(S'echo'\ntR.",
        /it wants Python's "os system", and data of this kind/,
      ],
      "code by a global of protocol 4": ["\x80\x04\x8c\x02os\x8c\x06system\x93.", /"os system"/],
      "globals of Object's prototype": ["cconstructor\nx\n.", /"constructor x"/],
      "classes of protocol 0": ["(S'a'\nios\nsystem\n.", /opcode 0x69, which data does not need/],
      "the registry of extensions": ["\x82\x01.", /opcode 0x82/],
      "buffers outside of the file": ["\x80\x05\x97.", /protocol 5; 0 to 4 are read/],
      "an empty file": ["", /byte 0 of the pickle: it ends in the middle/],
      "a file without an end": ["\x80\x02]", /it ends in the middle/],
      "a text longer than the file": [
        "X\xff\xff\xff\x7fabc.",
        /2147483647 bytes are announced, but 4 are left/,
      ],
      "bytes longer than any file": ["\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", /18446744073709551615 bytes/],
      "a frame longer than the file": ["\x80\x04\x95\x10\0\0\0\0\0\0\0N.", /16 bytes are announced/],
      "a huge number": ["\x8b\xff\xff\xff\x7f.", /a whole number of 2147483647 bytes/],
      "a missing value": ["a.", /a value is missing/],
      "a value below a mark": ["](\x85.", /a value is missing/],
      "a missing mark": ["]e.", /there is no mark/],
      "what was never kept": ["h\x05.", /value 5 was never kept/],
      "an appended number": ["K\x01K\x02a.", /appends to what is no list/],
      "half an item": ["}(K\x01u.", /no dict/],
      "a called number": ["K\x01)R.", /it calls what is no function/],
      "a state of a list": ["]]b.", /gives a state to a plain value/],
      "a list within itself": ["]q\0h\0a.", /holds a value that holds itself/],
      "lists within lists": [
        `${"]".repeat(5000)}${"a".repeat(4999)}.`,
        /more than 100 values within one another/,
      ],
      "tuples within tuples": [`N${"\x85".repeat(5000)}.`, /more than 100/],
      "a line that is no number": ["Iseven\n.", /a line that Python does not write/],
      "a string without quotes": ["Sa\n.", /a line that Python does not write/],
      "an array with too few bytes": [
        pickle({ dtype: "<f8", shape: [2], data: Buffer.alloc(15) }),
        /the content of an array of \[2\] <f8 is <Buffer/,
      ],
      "an array of a huge shape": [
        pickle({ dtype: "|u1", shape: [1e5, 1e5, 1e5, 1e5], data: Buffer.alloc(1) }),
        /the content of an array/,
      ],
      "an array of a negative shape": [
        pickle({ dtype: "|u1", shape: [-1, -1], data: Buffer.alloc(1) }),
        /the shape of an array is \[ -1, -1 \]/,
      ],
      "an array of objects with too few": [
        pickle({ dtype: "|O", shape: [2], data: [[1]] }),
        /the content of an array of \[2\]/,
      ],
    };
    for (const [name, [bytes, message]] of Object.entries(cases))
      it(name, () => {
        assert.throws(() => read(bytes), message);
      });

    it("more memory than allowed, without taking it", () => {
      const small = { maxMemory: 1e6 };
      const many = (opcodes: string, count: number): string => opcodes.repeat(count);
      for (const bytes of [
        many("}", 10_000) + ".",
        many("]", 50_000) + ".",
        `N${many("\x94", 50_000)}.`,
        `(${many("N", 300_000)}t.`,
        many("G\0\0\0\0\0\0\0\0", 100_000) + ".",
        `X\x40\x42\x0f\0${many("a", 1e6)}.`,
      ])
        assert.throws(() => read(bytes, small), /take more memory than a data set needs/);
    });

    it("any damaged file with a PickleError, at once", () => {
      const good = pickle({
        dict: {
          data: { dtype: "<f4", shape: [2, 2], data: Buffer.alloc(16, 3) },
          labels: [1, 2, 300],
          texts: { dtype: "|O", shape: [2], data: [[1], []] },
        },
      });
      let refusedCount = 0;
      for (let at = 0; at < good.length; at++)
        for (const byte of [0, 0x28, 0x2e, 0x65, 0x71, 0x80, 0xff]) {
          const damaged = Buffer.from(good);
          damaged[at] = byte;
          try {
            read(damaged);
          } catch (error) {
            assert.ok(error instanceof PickleError, `byte ${at} as ${byte}: ${String(error)}`);
            refusedCount++;
          }
        }
      assert.ok(refusedCount > good.length);
      for (let length = 0; length < good.length; length++)
        assert.throws(() => read(good.subarray(0, length)), PickleError);
    });
  });
});
