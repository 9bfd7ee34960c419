import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { loadNpz, openNpz } from "../../../src/arrays/npy/npz.js";
import { saveNpz } from "../../../src/arrays/npy/save.js";
import { bytesOf, numpy, temporaryFolder } from "./files.js";

describe("arrays: .npz archives", () => {
  const folder = temporaryFolder();
  const cube = Array.from({ length: 24 }, (_, i) => i);

  it("of NumPy's are read, whatever the names", async () => {
    const path = folder.write("stored.npz", bytesOf(numpy.archive));
    const archive = await openNpz(path);
    assert.deepEqual(archive.names.toSorted(), ["__proto__", "arr_0", "x", "猫/names"]);
    const texts = await (await archive.array("猫/names")).readTexts();
    assert.deepEqual(texts, { data: ["a", "bc"], shape: [2] });
    await assert.rejects(archive.array("z"), /stored.npz has no array "z"; it has .*"x"/);
    await archive.close();
    const arrays = await loadNpz(path);
    assert.deepEqual(Object.keys(arrays).toSorted(), ["__proto__", "arr_0", "x", "猫/names"]);
    assert.deepEqual([...arrays["x"]!.data], cube);
    assert.deepEqual(Object.getOwnPropertyDescriptor(arrays, "__proto__")!.value.toArray(), [1.5]);
    assert.throws(() => arrays["猫/names"], /stored.npz: 猫\/names holds <U2, which are no numbers. openNpz/);
    assert.deepEqual(Object.keys(await loadNpz(path, { names: ["x"] })), ["x"]);
  });

  it("of NumPy's are read when they are compressed, by rows, back and forth", async () => {
    const path = "test/fixtures/keras/numpy-compressed.npz";
    const { x, zeros } = await loadNpz(path);
    assert.deepEqual([...x!.data], cube);
    assert.deepEqual(zeros!.data, new Float64Array(100_000));
    const archive = await openNpz(path);
    const rows = await archive.array("x");
    assert.deepEqual([...(await rows.read(1, 2)).data], cube.slice(12));
    assert.deepEqual([...(await rows.read(0, 1)).data], cube.slice(0, 12));
    assert.deepEqual([...(await rows.read()).data], cube);
    assert.deepEqual((await (await archive.array("names")).readTexts()).data, ["a", "bc"]);
    await archive.close();
  });

  for (const compressed of [false, true])
    it(`are written ${compressed ? "compressed" : "as they are"} and read again`, async () => {
      const path = folder.path("written.npz");
      const x = Float32Array.from({ length: 300_000 }, (_, i) => i % 7);
      const arrays = {
        x: { data: x, shape: [3, 100_000] },
        names: [["é"], ["猫"]],
        mask: [1, 0],
        "": [2.5],
        none: [],
      };
      await saveNpz(path, arrays, { compressed, dtypes: { mask: "bool" } });
      assert.ok(compressed ? statSync(path).size < 100_000 : statSync(path).size > 1_200_000);
      const read = await loadNpz(path, { names: ["x", "mask", "", "none"] });
      assert.deepEqual([read["x"]!.shape, read["x"]!.data], [[3, 100_000], x]);
      assert.deepEqual(read["mask"]!.data, Uint8Array.of(1, 0));
      assert.deepEqual(read[""]!.toArray(), [2.5]);
      assert.deepEqual(read["none"]!.shape, [0]);
      const before = readFileSync(path);
      await assert.rejects(saveNpz(path, arrays, { dtypes: { mark: "bool" } }), /dtypes names "mark"/);
      await assert.rejects(saveNpz(path, { x: [1], y: [[1], [1, 2]] }), /ragged/);
      assert.deepEqual(readFileSync(path), before);
    });

  it("with sizes and places of 64 bits are read", async () => {
    await saveNpz(folder.path("plain.npz"), { x: [1, 2], y: [3] });
    const path = folder.write("zip64.npz", withLongDirectory(readFileSync(folder.path("plain.npz"))));
    const { x, y } = await loadNpz(path);
    assert.deepEqual([x!.toArray(), y!.toArray()], [[1, 2], [3]]);
  });
});

/** The archive with all numbers of its table of contents where zip64 has those that do not fit. */
function withLongDirectory(archive: Buffer): Buffer {
  const end = archive.length - 22;
  const start = archive.readUInt32LE(end + 16);
  const entries: Buffer[] = [];
  for (let at = start; at < end;) {
    const length = 46 + archive.readUInt16LE(at + 28);
    const entry = Buffer.concat([archive.subarray(at, at + length), Buffer.alloc(28)]);
    entry.writeUInt16LE(28, 30);
    entry.writeUInt16LE(1, length);
    entry.writeUInt16LE(24, length + 2);
    [24, 20, 42].forEach((field, i) => {
      entry.writeBigUInt64LE(BigInt(entry.readUInt32LE(field)), length + 4 + 8 * i);
      entry.writeUInt32LE(0xffffffff, field);
    });
    entries.push(entry);
    at += length;
  }
  const directory = Buffer.concat(entries);
  const tail = Buffer.alloc(56 + 20);
  tail.writeUInt32LE(0x06064b50, 0);
  tail.writeBigUInt64LE(44n, 4);
  [entries.length, entries.length, directory.length, start].forEach((value, i) =>
    tail.writeBigUInt64LE(BigInt(value), 24 + 8 * i),
  );
  tail.writeUInt32LE(0x07064b50, 56);
  tail.writeBigUInt64LE(BigInt(start + directory.length), 64);
  const last = Buffer.from(archive.subarray(end)).fill(0xff, 8, 20);
  return Buffer.concat([archive.subarray(0, start), directory, tail, last]);
}
