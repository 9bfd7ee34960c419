import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { headerBytes } from "../../src/arrays/npy/npy-header.js";
import { loadNpz, openNpz } from "../../src/arrays/npy/npz.js";
import { saveNpy, saveNpz } from "../../src/arrays/npy/save.js";
import { ZipWriter } from "../../src/arrays/npy/zip-writer.js";
import { temporaryFolder } from "../arrays/npy/files.js";
import { runPython } from "../saving/python.js";

const read = `
import json, sys, numpy as np
for path in sys.argv[1:]:
    found = np.load(path)
    arrays = {name: found[name] for name in found} if path.endswith("z") else {"": found}
    print(json.dumps({name: [a.dtype.str, a.shape, a.tolist()] for name, a in arrays.items()}))
`;
/** Without the numbers of the large one, which take Python a minute. */
const readLarge = `
import sys, zipfile, numpy as np
with zipfile.ZipFile(sys.argv[1]).open("large.npy") as large:
    np.lib.format.read_magic(large)
    print(np.lib.format.read_array_header_1_0(large), np.load(sys.argv[1])["after"].tolist())
`;

describe("against NumPy: what saveNpy and saveNpz write", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it("is read with its types, shapes and values", async () => {
    await saveNpy(folder.path("a.npy"), [[1.5, 2], [3, 4]]); // prettier-ignore
    const arrays = {
      half: [0.1, -2],
      long: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
      mask: [1, 0],
      names: ["monkey", "🐗", ""],
      猫: Uint8Array.of(1, 255),
      scalar: 2.5,
      empty: { data: new Float32Array(), shape: [0, 3] },
    };
    const dtypes = { half: "float16", mask: "bool" } as const;
    await saveNpz(folder.path("b.npz"), arrays, { dtypes });
    await saveNpz(folder.path("c.npz"), arrays, { dtypes, compressed: true });
    const paths = ["a.npy", "b.npz", "c.npz"].map((name) => folder.path(name));
    const [plain, ...archives] = (await runPython("-c", read, ...paths)).trim().split("\n");
    assert.deepEqual(JSON.parse(plain!), { "": ["<f8", [2, 2], [[1.5, 2], [3, 4]]] }); // prettier-ignore
    for (const archive of archives) {
      assert.match(archive, /"long": \["<i8", \[2\], \[-9223372036854775808, 9223372036854775807\]\]/);
      const { long, ...others } = JSON.parse(archive) as Record<string, unknown>;
      assert.ok(long);
      assert.deepEqual(others, {
        half: ["<f2", [2], [0.0999755859375, -2]],
        mask: ["|b1", [2], [true, false]],
        names: ["<U6", [3], ["monkey", "🐗", ""]],
        猫: ["|u1", [2], [1, 255]],
        scalar: ["<f8", [], 2.5],
        empty: ["<f4", [0, 3], []],
      });
    }
  });

  it("is read beyond 4 GiB", async () => {
    const path = folder.path("large.npz");
    const file = await open(path, "w");
    // What is not written is a hole in the file, which takes no room.
    const zeros = new Uint8Array(2 ** 26);
    const zip = new ZipWriter(async (bytes, position) => {
      if (bytes !== zeros) await file.write(bytes, 0, bytes.length, position);
    });
    const rows = 64 * zeros.length + 3;
    const byte = { kind: "u", size: 1, littleEndian: true };
    const parts = [
      headerBytes(byte, [rows]),
      ...Array.from({ length: 64 }, () => zeros),
      Uint8Array.of(1, 2, 3),
    ];
    await zip.add("large.npy", parts, false);
    await zip.add("after.npy", [headerBytes(byte, [1]), Uint8Array.of(7)], false);
    await zip.finish();
    await file.close();
    const archive = await openNpz(path);
    const array = await archive.array("large");
    assert.deepEqual(array.shape, [rows]);
    assert.deepEqual([...(await array.read(rows - 4)).data], [0, 1, 2, 3]);
    await archive.close();
    assert.deepEqual((await loadNpz(path, { names: ["after"] }))["after"]!.toArray(), [7]);
    const found = await runPython("-c", readLarge, path);
    assert.equal(found.trim(), `((${rows},), False, dtype('uint8')) [7]`);
  });
});
