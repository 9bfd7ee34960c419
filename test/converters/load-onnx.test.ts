import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { unzipSync } from "fflate";
import { loadOnnx, ModelFileError, tf } from "../../src/index.js";

interface Described {
  shape: number[];
  values: number[];
  dtype: string;
}
interface Answers {
  inputs: Record<string, Described>;
  outputs: Record<string, Described>;
}

/** Its packages are too large to be installed for tests: CONTRIBUTING.md says how to have these run. */
const isInstalled = ["onnxruntime-node", "onnxruntime-web"].some((name) => {
  try {
    return createRequire(path.resolve("test.js")).resolve(name) !== "";
  } catch {
    return false;
  }
});

const typeOf = (dtype: string): tf.DataType =>
  dtype.startsWith("float") ? "float32" : dtype === "bool" ? "bool" : "int32";
const tensorOf = ({ values, shape, dtype }: Described): tf.Tensor => tf.tensor(values, shape, typeOf(dtype));

describe("loadOnnx", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(path.join(tmpdir(), "manabi-onnx-"));
  const at = (name: string): string => path.join(folder, name);
  const home = process.cwd();
  const answersOf = (name: string): Answers =>
    JSON.parse(readFileSync(at(`${name}.json`), "utf8")) as Answers;
  before(() => {
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync("test/fixtures/models/onnx.zip")))) {
      writeFileSync(at(name), bytes);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const refused = (opened: Promise<unknown>, words: RegExp): Promise<void> =>
    assert.rejects(opened, (error: Error) => {
      assert.ok(error instanceof ModelFileError, error.stack);
      assert.match(error.message, words);
      return true;
    });

  it("names files that are not there", async () => {
    await refused(loadOnnx(at("no.onnx")), /no.onnx cannot be read/);
    await refused(loadOnnx(folder), /is no file/);
  });

  it("says how to install ONNX Runtime, or why it does not start", async function () {
    if (isInstalled) this.skip();
    await assert.rejects(loadOnnx(at("linear.onnx")), /npm install --ignore-scripts onnxruntime-node/);
    mkdirSync(at("node_modules/onnxruntime-node"), { recursive: true });
    writeFileSync(at("node_modules/onnxruntime-node/index.js"), 'throw new Error("wrong library")');
    process.chdir(folder);
    try {
      await assert.rejects(loadOnnx(at("linear.onnx")), /onnxruntime-node does not start: wrong library/);
    } finally {
      process.chdir(home);
      rmSync(at("node_modules"), { recursive: true });
    }
  });

  describe("with ONNX Runtime", () => {
    before(function () {
      if (!isInstalled) this.skip();
    });

    for (const name of ["linear", "classifier", "kinds"]) {
      it(`${name}: the numbers of ONNX's reference`, async () => {
        const before = tf.memory().numTensors;
        const opened = await loadOnnx(at(`${name}.onnx`));
        const { inputs, outputs } = answersOf(name);
        const given = Object.fromEntries(Object.entries(inputs).map(([key, one]) => [key, tensorOf(one)]));
        const found = await opened.run(given);
        assert.deepEqual(Object.keys(found).toSorted(), Object.keys(outputs).toSorted());
        for (const [key, answer] of Object.entries(outputs)) {
          assert.deepEqual(found[key]!.shape, answer.shape);
          assert.equal(found[key]!.dtype, typeOf(answer.dtype));
          [...found[key]!.dataSync()].forEach((value, i) =>
            assert.ok(Math.abs(value - Number(answer.values[i])) < 1e-5, key),
          );
        }
        tf.dispose([given, found]);
        await opened.dispose();
        assert.equal(tf.memory().numTensors, before);
      });
    }

    it("shows names, types and shapes, and refuses other tensors in words", async () => {
      const opened = await loadOnnx(at("classifier.onnx"));
      assert.match(inspect(opened), /input {3}x {7}float32 {2}\[batch, 3, 12, 12\]/);
      const x = tf.zeros([2, 12, 12, 3]);
      await assert.rejects(
        opened.predict(x),
        /x has shape \[2, 12, 12, 3\]. Expected float32 of shape \[batch, 3, 12, 12\]/,
      );
      await opened.dispose();
      await assert.rejects(opened.predict(x), /was disposed/);
      const kinds = await loadOnnx(at("kinds.onnx"));
      const [small, long, flag, double] = [
        tf.tensor([1, 256], [2], "int32"),
        tf.tensor([0.5, 1]),
        tf.tensor([1, 0], [2], "bool"),
        tf.tensor([0, 1]),
      ];
      await assert.rejects(
        kinds.run({ small, long, flag, double }),
        /small has 256 at position 1. Expected whole numbers from 0 to 255/,
      );
      await assert.rejects(
        kinds.run({ small: flag, long, flag, double }),
        /long has 0.5 at position 0.*int64/,
      );
      await kinds.dispose();
      tf.dispose([x, small, long, flag, double]);
    });

    it("refuses what it cannot have, and damaged files", async () => {
      await refused(loadOnnx(at("sequence.onnx")), /Output "both" of .* is no tensor/);
      await refused(loadOnnx(at("unknown.onnx")), /cannot be loaded: .*Abracadabra|made.up/);
      const whole = readFileSync(at("classifier.onnx"));
      let state = 5;
      const random = (limit: number): number => (state = (state * 48271) % 2147483647) % limit;
      for (let i = 0; i < 24; i++) {
        const bytes = Buffer.from(i < 8 ? whole.subarray(0, (whole.length * i) / 8) : whole);
        if (i >= 8) for (let n = 0; n < 3; n++) bytes[random(400)] = random(256);
        writeFileSync(at("hostile.onnx"), bytes);
        // oxlint-disable-next-line no-await-in-loop -- one file
        const opened = await loadOnnx(at("hostile.onnx")).catch((error: Error) => {
          assert.ok(error instanceof ModelFileError, error.stack);
        });
        // oxlint-disable-next-line no-await-in-loop -- one file
        await opened?.dispose();
      }
    });
  });
});
