import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { gunzip, readTar, readTarGz, readZip } from "../../src/download/index.js";
import { tar, tarEntry } from "./tar-file.js";

const names = (archive: Buffer): string[] => Array.from(readTar(archive, "a.tar"), ({ name }) => name);

describe("readTar", () => {
  it("reads regular files, whatever their length, and passes over the rest", () => {
    const archive = tar(
      tarEntry("folder/", Buffer.alloc(0), "5"),
      tarEntry("folder/a", Buffer.from("one")),
      tarEntry("folder/b", Buffer.alloc(0)),
      tarEntry("link", Buffer.alloc(0), "2"),
      tarEntry("c", Buffer.alloc(1024, 7), "\0"),
    );
    const members = [...readTar(archive, "a.tar")];
    assert.deepEqual(
      members.map(({ name, content }) => [name, content.length]),
      [
        ["folder/a", 3],
        ["folder/b", 0],
        ["c", 1024],
      ],
    );
    assert.equal(String(members[0]!.content), "one");
    assert.equal(members[0]!.content.buffer, archive.buffer);
  });

  it("reads GNU's and POSIX's long names", () => {
    const long = `${"folder/".repeat(30)}a`;
    const record = (text: string): string => {
      const length = String(text.length + 5).length + text.length + 2;
      return `${length} ${text}\n`;
    };
    const pax = record(`path=${long}`);
    assert.equal(pax.length, Number.parseInt(pax, 10));
    for (const entry of [
      tarEntry("././@LongLink", Buffer.from(`${long}\0`), "L"),
      tarEntry("pax", Buffer.from(record("mtime=1.5") + pax), "x"),
    ])
      assert.deepEqual(
        names(tar(entry, tarEntry("short", Buffer.from("1")), tarEntry("next", Buffer.alloc(0)))),
        [long, "next"],
      );
  });

  it("refuses what is no tar file, or cut short, at any byte", () => {
    const archive = tar(tarEntry("a", Buffer.alloc(700, 1)), tarEntry("b", Buffer.alloc(3, 2)));
    assert.throws(
      () => names(Buffer.from("x".repeat(600))),
      /no readable tar archive: there is no header at byte 0/,
    );
    for (const length of [100, 600, 1100, 1800, 2050])
      assert.throws(() => names(archive.subarray(0, length)), /cut short|no header at byte/, String(length));
    const huge = Buffer.from(archive);
    huge.write("77777777777\0", 124, "latin1");
    assert.throws(() => names(huge), /no header at byte 0/);
    assert.throws(
      () => names(tar(tarEntry("a", Buffer.alloc(0), "0", 2 ** 33 - 1))),
      /cut short: a file of 8589934591 bytes/,
    );
  });
});

describe("archives", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "manabi-archive-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it("gives the members that are asked for, of files and bytes", async () => {
    const packed = gzipSync(tar(tarEntry("a", Buffer.from("A")), tarEntry("b", Buffer.from("B"))));
    const file = join(folder, "a.tar.gz");
    await writeFile(file, packed);
    for (const source of [file, packed])
      assert.deepEqual(await readTarGz(source, ["b"]), { b: Buffer.from("B") });
    const zip = zipSync({ "a/b.txt": Buffer.from("AB"), other: Buffer.from("O") });
    assert.deepEqual(await readZip(zip, ["a/b.txt"]), { "a/b.txt": Buffer.from("AB") });
  });

  it("says what is missing, and what is there", async () => {
    await assert.rejects(
      readTarGz(gzipSync(tar(tarEntry("a", Buffer.from("A")))), ["b", "c"]),
      /^Error: The archive lacks b, c; it holds a, …\.$/,
    );
    await assert.rejects(readZip(zipSync({ a: Buffer.of(1) }), ["b"]), /^Error: The archive lacks b/);
  });

  it("refuses damaged files and bombs", async () => {
    const bomb = gzipSync(Buffer.alloc(1e6));
    await assert.rejects(gunzip(bomb, { largest: 1e5 }), /unpacks to more than 100000 bytes/);
    await assert.rejects(
      readZip(zipSync({ a: Buffer.alloc(1e6) }), ["a"], { largest: 1e5 }),
      /unpacks to more than 100000 bytes/,
    );
    await assert.rejects(gunzip(bomb.subarray(0, 500)), /cannot be unpacked \(unexpected end of file\)/);
    await assert.rejects(
      gunzip(Buffer.from("no gzip at all")),
      /cannot be unpacked \(incorrect header check\)/,
    );
    await assert.rejects(readZip(Buffer.from("no zip at all"), ["a"]), /is no readable zip file/);
  });

  it("ends at once when it is told to", async () => {
    const stop = AbortSignal.abort(new Error("stopped"));
    await assert.rejects(gunzip(gzipSync(Buffer.alloc(1e6)), { signal: stop }), { name: "AbortError" });
  });
});
