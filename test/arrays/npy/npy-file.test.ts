import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadNpy, openNpy } from "../../../src/arrays/npy/npy-file.js";
import { saveNpy } from "../../../src/arrays/npy/save.js";
import { asText, bytesOf, nested, numpy, temporaryFolder } from "./files.js";

const named = (name: string): Buffer => bytesOf(numpy.files.find((file) => file.name === name)!.file);

describe("arrays: .npy files", () => {
  const folder = temporaryFolder();

  for (const { name, file, shape, dtype, values } of numpy.files) {
    const isText = /[US]\d+$/.test(dtype);
    const isLong = JSON.stringify(values).includes('"') && /[iu]8$/.test(dtype);

    it(`of NumPy's are read: ${name}`, async () => {
      const path = folder.write("read.npy", bytesOf(file));
      const opened = await openNpy(path);
      assert.deepEqual([opened.shape, opened.dtype, opened.isNumeric], [shape, dtype, !isText]);
      await opened.close();
      if (isText) {
        const texts = await loadNpy(path, { as: "texts" });
        assert.deepEqual(texts.shape, shape);
        assert.deepEqual(nested(texts.data, shape), values);
        await assert.rejects(loadNpy(path), /holds an array of .[US]\d+; only numbers/);
      } else if (isLong) {
        await assert.rejects(loadNpy(path), /which no number of JavaScript's holds exactly.*as: "bigints"/);
        const { data } = await loadNpy(path, { as: "bigints" });
        assert.deepEqual([...data], (values as (string | number)[]).map(BigInt));
      } else {
        const array = await loadNpy(path);
        assert.deepEqual(array.shape, shape);
        assert.deepEqual(asText(array.toArray()), asText(values));
      }
    });

    it(`are written byte by byte as NumPy's: ${name}`, async () => {
      const path = folder.write("given.npy", bytesOf(file));
      // What has no type of its own in JavaScript is said.
      const types: Record<string, string> = { b1: "bool", i8: "int64", u8: "uint64", f2: "float16" };
      const array = isText
        ? await loadNpy(path, { as: "texts" })
        : await (isLong ? loadNpy(path, { as: "bigints" }) : loadNpy(path));
      await saveNpy(folder.path("written.npy"), array, { dtype: types[dtype.slice(1)] as "bool" });
      const written = folder.path("written.npy");
      const isPlain = !/^(?:big endian|fortran|text in|bytes|version)/.test(name);
      if (isPlain) assert.deepEqual(readFileSync(written), bytesOf(file));
      else if (isText) assert.deepEqual(await loadNpy(written, { as: "texts" }), array);
      else assert.deepEqual((await loadNpy(written)).toArray(), (await loadNpy(path)).toArray());
    });
  }

  it("give int32 where all numbers of 64 bits fit, else float64", async () => {
    const typeOf = async (name: string): Promise<string> =>
      (await loadNpy(folder.write("long.npy", named(name)))).data.constructor.name;
    assert.equal(await typeOf("int64 that fit"), "Int32Array");
    assert.equal(await typeOf("uint64 that fit"), "Int32Array");
    assert.equal(await typeOf("int64 up to 2^53"), "Float64Array");
    assert.equal(await typeOf("uint64 above 2^31"), "Float64Array");
    assert.equal(await typeOf("float16"), "Float32Array");
    assert.equal(await typeOf("bool"), "Uint8Array");
    await assert.rejects(
      loadNpy(folder.write("float.npy", named("float32")), { as: "bigints" }),
      /holds numbers of <f4; bigints are for <i8 and <u8/,
    );
    await assert.rejects(loadNpy(folder.path("float.npy"), { as: "texts" }), /<f4, not of texts/);
  });

  for (const name of ["version 2", "fortran order", "fortran order, big endian", "text in fortran order"])
    it(`are read by rows: ${name}`, async () => {
      const file = await openNpy(folder.write("rows.npy", named(name)));
      const { values } = numpy.files.find((each) => each.name === name)!;
      const rows = values as unknown[];
      try {
        for (const [start, end] of [
          [0, 0],
          [0, 1],
          [1, 2],
          [0, 2],
        ] as const) {
          const { data, shape } = file.isNumeric
            ? await file.read(start, end)
            : await file.readTexts(start, end);
          assert.deepEqual(shape, [end - start, ...file.shape.slice(1)]);
          assert.deepEqual(nested(data, shape), rows.slice(start, end));
        }
        await assert.rejects(file.read(1, 3), /has the rows 0 to 2, but 1 to 3 were asked for/);
        await assert.rejects(file.read(-1), RangeError);
        await assert.rejects(file.read(0.5), /0.5 to 2/);
      } finally {
        await file.close();
      }
    });

  it("are read batch by batch", async () => {
    await saveNpy(
      folder.path("batches.npy"),
      Float32Array.from({ length: 7 }, (_, i) => i),
    );
    const file = await openNpy(folder.path("batches.npy"));
    const batches = [];
    for await (const { data } of file.batches(3)) batches.push([...data]);
    assert.deepEqual(batches, [[0, 1, 2], [3, 4, 5], [6]]);
    await assert.rejects(file.batches(0).next(), /A batch has rows, but 0/);
    await file.close();
  });
});
