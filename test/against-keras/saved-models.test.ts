import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeSessionOptions } from "../../src/graphs/session-options.js";
import { exportSavedModel } from "../../src/graphs/index.js";
import { callbacks, tf } from "../../src/index.js";
import { scalarsIn } from "../saving/event-files.js";
import { exportedModels, inputsFor, outputsOf } from "../graphs/exported-models.js";
import { runPython } from "../saving/python.js";

/** Loads each model with Python's TensorFlow and gives the outputs for inputs 0, 0.01, 0.02, … in a batch of 5. */
const serve = `
import json, sys, numpy as np, tensorflow as tf
results = []
for directory, shapes in json.loads(sys.argv[1]):
    serve = tf.saved_model.load(directory).signatures["serving_default"]
    names = serve.structured_input_signature[1]
    inputs = {}
    for name, shape in shapes.items():
        assert names[name].shape.as_list()[0] is None
        inputs[name] = tf.constant((np.arange(np.prod(shape)) * 0.01).reshape(shape), tf.float32)
    results.append({name: [float(v) for v in np.ravel(tensor)] for name, tensor in serve(**inputs).items()})
print(json.dumps(results))
`;

const readOptions = `
import sys
from tensorflow.core.protobuf import config_pb2
print(config_pb2.ConfigProto.FromString(open(sys.argv[1], "rb").read()))`;

describe("against TensorFlow in Python", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "manabi-export-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("SavedModels of exportSavedModel are served, with any batch size", async () => {
    const made = Object.entries(exportedModels).map(([name, build]) => {
      const model = build();
      const directory = path.join(folder, name, "1");
      exportSavedModel(model, directory);
      return { model, directory };
    });
    const request = made.map(({ model, directory }) => {
      const { shapes } = inputsFor(model);
      return [directory, Object.fromEntries(model.inputNames.map((input, i) => [input, shapes[i]]))];
    });
    const results = JSON.parse(await runPython("-c", serve, JSON.stringify(request))) as Record<
      string,
      number[]
    >[];
    made.forEach(({ model }, i) => {
      const expected = outputsOf(model);
      assert.deepEqual(Object.keys(results[i]!).toSorted(), Object.keys(expected).toSorted());
      for (const [name, values] of Object.entries(expected)) {
        assert.equal(results[i]![name]!.length, values.length);
        values.forEach((value, j) =>
          assert.ok(Math.abs(value - results[i]![name]![j]!) < 1e-5, `${i} ${name}`),
        );
      }
    });
  });

  it("warm-up requests are what TensorFlow Serving's reader finds, and the model takes them", async () => {
    const model = exportedModels["two inputs and outputs"]!();
    exportSavedModel(model, folder, { warmUp: [1, 32] });
    const printed = await runPython(path.resolve("test/fixtures/serving/warm_up.py"), folder);
    const request = (size: number) => [
      "serving_default",
      { first: ["float32", [size, 3]], second: ["float32", [size, 2]] },
    ];
    assert.deepEqual(JSON.parse(printed), [request(1), request(32)]);
  });

  it("event files of tensorBoard are read as our tests read them", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    await model.fit(tf.ones([4, 2]), tf.ones([4, 1]), {
      epochs: 2,
      verbose: 0,
      validationSplit: 0.5,
      callbacks: [callbacks.tensorBoard({ logDir: folder })],
    });
    const printed = await runPython(path.resolve("test/fixtures/keras/events.py"), folder);
    const scalars = scalarsIn(folder);
    assert.ok(scalars.length > 4);
    assert.deepEqual(scalars, JSON.parse(printed));
  });

  it("session options are what TensorFlow understands by them", async () => {
    writeSessionOptions(folder);
    const printed = await runPython("-c", readOptions, path.join(folder, "session_options.pb"));
    assert.equal(
      printed.replace(/\s+/g, " ").trim(),
      "graph_options { rewrite_options { memory_optimization: NO_MEM_OPT meta_optimizer_iterations: ONE disable_tfg_optimizer: true } }",
    );
  });
});
