import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { imdb, reuters, type WordDataset } from "../../src/datasets/index.js";
import { pickle, type Pickled } from "../arrays/pickles.js";
import { answerOf } from "../download/file-server.js";
import { serve } from "./served.js";

interface Case {
  arguments: Record<string, number | null>;
  xTrain: number[][];
  yTrain: number[];
  xTest: number[][];
  yTest: number[];
}
const fixtures = JSON.parse(readFileSync("test/fixtures/keras/datasets.json", "utf8")) as {
  files: Record<string, string>;
  imdb: Case[];
  reuters: Case[];
};

const inOurNames = (given: object): object =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

/** An array file of Python's objects as NumPy of Python 2 wrote it. */
function objectsFile(rows: Pickled): Buffer {
  const header = "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }".padEnd(117) + "\n";
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\0", "latin1"),
    length,
    Buffer.from(header, "latin1"),
    pickle({ dtype: "|O", shape: [2], data: rows as readonly Pickled[] }),
  ]);
}
function labelsFile(labels: bigint[]): Buffer {
  const header =
    `{'descr': '<i8', 'fortran_order': False, 'shape': (${labels.length},), }`.padEnd(117) + "\n";
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\0", "latin1"),
    length,
    Buffer.from(header, "latin1"),
    Buffer.from(BigInt64Array.from(labels).buffer),
  ]);
}
const python2 = Buffer.from(
  zipSync({
    "x.npy": objectsFile([[1, 14, 70000], [5]]),
    "y.npy": labelsFile([3n, 45n]),
  }),
);

const flat = ({ xTrain, yTrain, xTest, yTest }: WordDataset): unknown => ({
  xTrain: xTrain.toArray(),
  yTrain: yTrain.toArray(),
  xTest: xTest.toArray(),
  yTest: yTest.toArray(),
});

describe("imdb and reuters", () => {
  const { server, options } = serve({
    "imdb.npz": Buffer.from(fixtures.files["imdb.npz"]!, "base64"),
    "reuters.npz": Buffer.from(fixtures.files["reuters.npz"]!, "base64"),
    "python2.npz": python2,
    "wrong.npz": Buffer.from(zipSync({ "x.npy": objectsFile([[1], "two"]), "y.npy": labelsFile([1n, 2n]) })),
    "evil.npz": Buffer.from(
      zipSync({
        "x.npy": Buffer.concat([
          objectsFile([[1], [2]]).subarray(0, 128),
          Buffer.from("cos\nsystem\n(S'echo'\ntR.", "latin1"),
        ]),
        "y.npy": labelsFile([1n, 2n]),
      }),
    ),
    "imdb_word_index.json": Buffer.from('{"the":1,"constructor":2,"__proto__":3}'),
    "reuters_word_index.json": Buffer.from('{"the":"first"}'),
  });

  for (const [name, load] of [
    ["imdb", imdb.loadData],
    ["reuters", reuters.loadData],
  ] as const)
    for (const { arguments: given, ...expected } of fixtures[name])
      it(`${name} with ${JSON.stringify(given)} is as Keras's`, async () => {
        assert.deepEqual(flat(await load({ ...options(), ...inOurNames(given) })), expected);
      });

  it("reads the pickles of Python 2", async () => {
    const { xTrain, yTrain } = await reuters.loadData({
      ...options(),
      path: "python2.npz",
      testSplit: 0,
      seed: 0,
      startChar: null,
      indexFrom: 0,
      numWords: 100_000,
    });
    // NumPy's order for seed 0: 1, 0.
    assert.deepEqual(
      [xTrain.toArray(), yTrain.toArray()],
      [
        [[5], [1, 14, 70000]],
        [45, 3],
      ],
    );
    assert.ok(yTrain.data instanceof Int32Array);
  });

  it("refuses files that hold other things, or code", async () => {
    const of = (path: string): Promise<unknown> => reuters.loadData({ ...options(), path });
    await assert.rejects(of("wrong.npz"), /holds other things than lists of whole numbers/);
    await assert.rejects(of("evil.npz"), /it wants Python's "os system"/);
    await assert.rejects(of("imdb.npz"), /has no array "x"; it has "x_train"/);
  });

  it("gets a file that was cut, then read it from disk", async () => {
    server.next = [answerOf("cut"), answerOf("ranges")];
    await imdb.loadData(options());
    const times = server.asked.length;
    await imdb.loadData(options());
    assert.equal(server.asked.length, times);
  });

  it("gives the ranks of words, whatever they are called", async () => {
    const index = await imdb.getWordIndex(options());
    assert.deepEqual(
      ["the", "constructor", "__proto__", "toString"].map((word) => index.get(word)),
      [1, 2, 3, undefined],
    );
    await assert.rejects(reuters.getWordIndex(options()), /is no index of words/);
  });

  it("says which arguments it does not take", async () => {
    await assert.rejects(imdb.loadData({ ...options(), maxlen: 1 }), /No review is shorter than 1 words/);
    await assert.rejects(reuters.loadData({ ...options(), testSplit: 1 }), /testSplit is a share/);
    await assert.rejects(imdb.loadData({ ...options(), path: "../a.npz" }), /path is the name of a file/);
    assert.deepEqual([reuters.getLabelNames().length, reuters.getLabelNames()[45]], [46, "lead"]);
  });
});
