import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadNpy } from "../../../src/arrays/npy/npy-file.js";
import { loadNpz, openNpz } from "../../../src/arrays/npy/npz.js";
import { saveNpz } from "../../../src/arrays/npy/save.js";
import { bytesOf, numpy, temporaryFolder } from "./files.js";

/** An .npy file with a header of any kind. */
function withHeader(header: string, data = Buffer.alloc(64), version = 1): Buffer {
  const lead = Buffer.from("\x93NUMPY", "latin1");
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([lead, Buffer.of(version, 0), length, Buffer.from(header, "latin1"), data]);
}

const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";

describe("arrays: hostile .npy and .npz files", () => {
  const folder = temporaryFolder();
  const refuses = (bytes: Buffer, reason: RegExp): Promise<void> =>
    assert.rejects(loadNpy(folder.write("hostile.npy", bytes)), reason);

  it("with other headers than NumPy's are refused", async () => {
    assert.deepEqual((await loadNpy(folder.write("good.npy", withHeader(good)))).toArray(), [0, 0]);
    const spaced = `  { "shape":(2 , ),'fortran_order':False , "descr":"<f4"}\n`;
    assert.deepEqual((await loadNpy(folder.write("good.npy", withHeader(spaced)))).toArray(), [0, 0]);
    const long = good.replace("2,", "2L,");
    assert.deepEqual((await loadNpy(folder.write("good.npy", withHeader(long)))).toArray(), [0, 0]);
    for (const header of [
      "",
      "{}",
      "__import__('os').system('id')",
      good.replace("'<f4'", "__import__('os').system('id')"),
      good.replace("(2,)", "(lambda: 2)()"),
      good.replace("(2,)", "(1+1,)"),
      good.replace("(2,)", "(2)"),
      good.replace("(2,)", "(-2,)"),
      good.replace("(2,)", "(2.0,)"),
      good.replace("(2,)", "[2]"),
      good.replace("(2,)", "(2,,)"),
      good.replace("False", "0"),
      good.replace("'descr'", "'dtype'"),
      good.replace(", }", ", 'more': 1}"),
      good.replace(", }", ", 'shape': (2,)}"),
      `${good} + {}`,
      good.slice(0, -4),
      "{'descr': '<f4', 'fortran_order': False, }",
      "(".repeat(9000),
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${"1,".repeat(5000)})}`.slice(0, 9990),
    ])
      await refuses(withHeader(header), /is not an .npy file as NumPy writes it: its header is/);
  });

  it("whose shapes lie or overflow are refused before memory is taken", async () => {
    const shaped = (shape: string, descr = "<f4"): Buffer =>
      withHeader(good.replace("(2,)", shape).replace("<f4", descr));
    const before = process.memoryUsage().arrayBuffers;
    await refuses(shaped("(17,)"), /needs 68 bytes, but there are 64: it is cut short or damaged/);
    await refuses(shaped("(1000000000000,)"), /needs 4000000000000 bytes/);
    await refuses(shaped("(9007199254740993,)"), /its header is|its shape is/);
    await refuses(shaped("(4294967296, 4294967296, 4294967296)"), /its shape is/);
    await refuses(shaped("(99999999999999999999999999999,)"), /its header is/);
    await refuses(shaped(`(${"1, ".repeat(65)})`), /it has 65 axes/);
    await refuses(shaped("(1000000000000,)", "<U0"), /its shape is/);
    await refuses(shaped("(1000000000000,)", "|S0"), /its shape is/);
    await refuses(shaped("(2,)", "<f99999999999"), /its type is/);
    await refuses(shaped("(2,)", "<f999999999"), /needs 1999999998 bytes/);
    await refuses(shaped("(2,)", "<f3"), /holds an array of <f3; only numbers/);
    await refuses(shaped("(2,)", "constructor"), /its type is/);
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 22);
    // No number is needed for these.
    assert.deepEqual((await loadNpy(folder.write("none.npy", shaped("(0, 1000000000000)")))).length, 0);
  });

  it("that are cut short or something else are refused", async () => {
    await refuses(Buffer.alloc(0), /does not begin with NumPy's mark/);
    await refuses(Buffer.from("\x93NUMPY", "latin1"), /does not begin with NumPy's mark/);
    await refuses(Buffer.from("PK\x03\x04 and so on"), /does not begin with NumPy's mark/);
    await refuses(withHeader(good, undefined, 4), /version 4/);
    await refuses(withHeader(good).subarray(0, 40), /its header has 57 bytes, of 40 in all/);
    await refuses(withHeader(good.padEnd(20_000), undefined, 2), /its header has 20000 bytes/);
    const file = bytesOf(numpy.files.find(({ name }) => name === "cube" || name === "version 2")!.file);
    for (let length = 0; length < file.length; length += 7)
      await refuses(file.subarray(0, length), /is not an .npy file|cut short/);
  });

  it("of objects and types that have no place here are refused by name", async () => {
    await refuses(bytesOf(numpy.objects), /hostile.npy holds Python's objects/);
    await refuses(bytesOf(numpy.unsupported["complex"]!), /<c16; only numbers and truth values/);
    await refuses(bytesOf(numpy.unsupported["date"]!), /its type is "<M8\[D\]"/);
    await refuses(bytesOf(numpy.unsupported["record"]!), /its type is "\[\('a', '<i4'\)/);
    await refuses(bytesOf(numpy.unsupported["long double"]!), /[<|]f16; only numbers/);
    const bytes = withHeader(good.replace("<f4", "|S4"), Buffer.from("\xff\xfe\xfd\xfcabcd", "latin1"));
    await assert.rejects(loadNpy(folder.write("bytes.npy", bytes), { as: "texts" }), /no text of UTF-8/);
    const texts = withHeader(good.replace("<f4", "<U1"), Buffer.alloc(8, 0xff));
    await assert.rejects(
      loadNpy(folder.write("text.npy", texts), { as: "texts" }),
      /0xffffffff, which is none/,
    );
  });

  it("archives with any byte changed, or cut anywhere, fail in words or give their arrays", async () => {
    await saveNpz(folder.path("good.npz"), { x: [1, 2, 3] }, { compressed: true });
    for (const [path, step] of [
      [folder.path("good.npz"), 3],
      ["test/fixtures/keras/numpy-compressed.npz", 23],
    ] as const) {
      const bytes = readFileSync(path);
      for (let at = 0; at < bytes.length; at += step) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 0xff;
        for (const hostile of [changed, bytes.subarray(0, at)])
          await loadNpz(folder.write("hostile.npz", hostile)).catch((error: unknown) => {
            assert.ok(error instanceof Error, String(error));
            assert.match(error.message, /hostile\.npz|no array|holds/, error.stack);
          });
      }
    }
  });

  it("archives that claim more than deflate can make, or more than is there, are refused", async () => {
    await saveNpz(folder.path("good.npz"), { x: new Uint8Array(100_000) }, { compressed: true });
    const bytes = readFileSync(folder.path("good.npz"));
    const entry = bytes.lastIndexOf(Buffer.from("PK\x01\x02", "latin1"));
    const changed = (offset: number, value: number): string => {
      const copy = Buffer.from(bytes);
      copy.writeUInt32LE(value, entry + offset);
      return folder.write("hostile.npz", copy);
    };
    await assert.rejects(openNpz(changed(24, 0xfffffff0)), /"x.npy" claims 4294967280 bytes from \d+/);
    await assert.rejects(openNpz(changed(24, 0xffffffff)), /"x.npy" lacks its size/);
    await assert.rejects(openNpz(changed(20, 0x7fffffff)), /claims/);
    await assert.rejects(openNpz(changed(42, 0x7ffffff)), /claims/);
    await assert.rejects(loadNpz(changed(16, 1)), /hostile.npz: x is damaged: its checksum is wrong/);
    await assert.rejects(loadNpz(changed(24, 99_999)), /needs 100000 bytes, but there are/);
    const encrypted = Buffer.from(bytes);
    encrypted[entry + 8]! |= 1;
    await assert.rejects(openNpz(folder.write("hostile.npz", encrypted)), /"x.npy" is encrypted/);
    const other = Buffer.from(bytes);
    other[entry + 10] = 14;
    await assert.rejects(loadNpz(folder.write("hostile.npz", other)), /compressed by method 14/);
  });
});
