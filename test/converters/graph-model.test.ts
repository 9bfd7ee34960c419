import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { unzipSync } from "fflate";
import { exportSavedModel, loadGraphModel, ModelFileError, tf } from "../../src/index.js";

describe("loadGraphModel", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(path.join(tmpdir(), "manabi-graphs-"));
  const at = (...names: string[]): string => path.join(folder, ...names);
  before(() => {
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync("test/fixtures/models/graphs.zip")))) {
      mkdirSync(path.dirname(at(name)), { recursive: true });
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

  const ones = (): tf.Tensor => tf.ones([1, 3]);
  const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

  for (const name of ["saved", "graph"]) {
    it(`${name}: names, shapes, numbers, nothing left`, async () => {
      const before = tf.memory().numTensors;
      const sessions = tf.node.getNumOfSavedModels();
      const opened = await loadGraphModel(at(name));
      assert.deepEqual(opened.inputs, [{ name: "x", dtype: "float32", shape: [null, 3] }]);
      assert.deepEqual(opened.outputs, [{ name: "scores", dtype: "float32", shape: [null, 2] }]);
      assert.match(inspect(opened), /input {3}x {7}float32 {2}\[any, 3\]/);
      const x = ones();
      const output = await opened.predict(x);
      assert.deepEqual(numbers(output), [6, 9]);
      const named = await opened.run({ x });
      assert.deepEqual(numbers(named["scores"]!), [6, 9]);
      const wide = tf.zeros([1, 4]);
      await assert.rejects(
        opened.predict(wide),
        /x has shape \[1, 4\]. Expected float32 of shape \[any, 3\]/,
      );
      await assert.rejects(opened.predict([x, x]), /got 2 tensors. Expected 1: x/);
      await assert.rejects(opened.run({ y: x }), /no input y. Expected x/);
      await assert.rejects(opened.run({}), /Input x is missing/);
      await opened.dispose();
      await opened.dispose();
      await assert.rejects(opened.predict(x), /was disposed/);
      tf.dispose([x, wide, output, named]);
      assert.equal(tf.memory().numTensors, before);
      assert.equal(tf.node.getNumOfSavedModels(), sessions);
    });
  }

  it("a SavedModel's other signatures, with several inputs and outputs", async () => {
    const opened = await loadGraphModel(at("saved"), { signature: "pair" });
    assert.deepEqual(opened.outputs.map(({ name, dtype }) => `${name} ${dtype}`).toSorted(), [
      "big bool",
      "label int64",
      "sum float32",
      "word string",
    ]);
    const before = tf.memory().numTensors;
    const [a, b] = [tf.tensor([1, 5], [2], "int32"), tf.tensor([0.5, -1])];
    await assert.rejects(opened.predict({ a, b }), /outputs .*Expected one. Call run/);
    const { sum, big, word, label } = await opened.run({ a, b });
    assert.deepEqual(numbers(sum!), [1.5, 4]);
    assert.deepEqual(numbers(big!), [0, 1]);
    assert.deepEqual(numbers(label!), [0, 1]);
    assert.deepEqual([...word!.dataSync()] as unknown[], ["1", "5"]);
    tf.dispose([a, b, sum!, big!, word!, label!]);
    assert.equal(tf.memory().numTensors, before);
    await opened.dispose();
  });

  it("graph models with several outputs, and with loops", async () => {
    const pair = await loadGraphModel(at("graph-pair", "model.json"));
    assert.deepEqual(pair.inputs.map(({ name }) => name).toSorted(), ["a", "b"]);
    const loop = await loadGraphModel(`file://${at("graph-loop")}`);
    const before = tf.memory().numTensors;
    const [a, b, n, x] = [
      tf.tensor([1, 5], [2], "int32"),
      tf.tensor([0.5, -1]),
      tf.scalar(3, "int32"),
      tf.tensor([1, 2]),
    ];
    const { sum, big } = await pair.run({ a, b });
    assert.deepEqual([numbers(sum!), numbers(big!)], [[1.5, 4], [0, 1]]); // prettier-ignore
    const y = await loop.predict({ n, x });
    assert.deepEqual(numbers(y), [8, 16]);
    tf.dispose([a, b, n, x, sum!, big!, y]);
    assert.equal(tf.memory().numTensors, before);
    await Promise.all([pair.dispose(), loop.dispose()]);
  });

  it("what exportSavedModel wrote", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: "dense" })] });
    exportSavedModel(model, at("exported"));
    const opened = await loadGraphModel(at("exported"));
    const x = tf.randomNormal([4, 3]);
    const [ours, theirs] = [model.predict(x) as tf.Tensor, await opened.predict(x)];
    assert.deepEqual(numbers(theirs), numbers(ours));
    tf.dispose([x, ours, theirs]);
    model.dispose();
    await opened.dispose();
  });

  it("says what it cannot have, and why", async () => {
    await refused(loadGraphModel(at("nowhere")), /There is no file or folder/);
    mkdirSync(at("empty"));
    await refused(loadGraphModel(at("empty")), /neither saved_model.pb nor model.json/);
    await refused(
      loadGraphModel(at("saved"), { signature: "no" }),
      /no signature no. Expected one of .*pair/,
    );
    await refused(
      loadGraphModel(at("saved"), { tags: ["gpu"] }),
      /no graph with the tags gpu. Expected \[serve\]/,
    );
    writeFileSync(at("layers.json"), JSON.stringify({ format: "layers-model" }));
    await refused(loadGraphModel(at("layers.json")), /is a layers model.*loadModel/);
    writeFileSync(at("none.json"), "{");
    await refused(loadGraphModel(at("none.json")), /is no JSON/);
    writeFileSync(at("other.json"), "[]");
    await refused(loadGraphModel(at("other.json")), /describes no model/);
  });

  it("damaged files are refused", async () => {
    const before = tf.memory().numTensors;
    const sessions = tf.node.getNumOfSavedModels();
    const open = async (where: string): Promise<void> => {
      const opened = await loadGraphModel(where).catch((error: Error) => {
        assert.ok(error instanceof ModelFileError, error.stack);
      });
      await opened?.dispose();
    };
    const whole = readFileSync(at("saved", "saved_model.pb"));
    mkdirSync(at("cut"));
    for (let i = 0; i < 12; i++) {
      writeFileSync(at("cut", "saved_model.pb"), whole.subarray(0, (whole.length * i) / 12));
      // oxlint-disable-next-line no-await-in-loop -- one folder
      await open(at("cut"));
    }
    // Whole, but without its variables.
    writeFileSync(at("cut", "saved_model.pb"), whole);
    await refused(loadGraphModel(at("cut")), /cannot be loaded/);
    const json = readFileSync(at("graph", "model.json"), "utf8");
    mkdirSync(at("cut-graph"));
    writeFileSync(at("cut-graph", "model.json"), json);
    await refused(loadGraphModel(at("cut-graph")), /cannot be loaded/);
    writeFileSync(at("cut-graph", "group1-shard1of1.bin"), new Uint8Array(5));
    await refused(loadGraphModel(at("cut-graph")), /cannot be loaded/);
    assert.equal(tf.memory().numTensors, before);
    assert.equal(tf.node.getNumOfSavedModels(), sessions);
  });
});
