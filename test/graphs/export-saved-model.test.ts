import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { exportSavedModel } from "../../src/graphs/index.js";
import { tf } from "../../src/keras/load.js";

const python = path.join(import.meta.dirname, "../../../../.venv/bin/python");

/** Loads each model with Python's TensorFlow and gives the outputs for inputs 0, 0.01, 0.02, … in a batch of 5. */
const program = `
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

/** A layer that drops elements in inference, too. */
class AlwaysDrops extends tf.layers.Layer {
  static className = "AlwaysDrops";

  constructor(private readonly seed?: number) {
    super();
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.dropout([inputs].flat()[0]!, 0.5, undefined, this.seed);
  }
}

const models: Record<string, () => LayersModel> = {
  dense: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [3], activation: "relu" }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.dense({ units: 2, activation: "softmax" }),
      ],
    }),
  convolutional: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 1], activation: "relu" }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    }),
  recurrent: () =>
    tf.sequential({
      layers: [tf.layers.lstm({ units: 4, inputShape: [5, 2] }), tf.layers.dense({ units: 1 })],
    }),
  "two inputs and outputs": () => {
    const [a, b] = [tf.input({ shape: [3], name: "first" }), tf.input({ shape: [2], name: "second" })];
    const both = tf.layers.concatenate().apply([a, b]) as SymbolicTensor;
    const outputs = ["left", "right"].map(
      (name) => tf.layers.dense({ units: 2, name }).apply(both) as SymbolicTensor,
    );
    return tf.model({ inputs: [a, b], outputs });
  },
};

describe("exportSavedModel", function () {
  this.timeout(120_000);

  it("writes models that Python's TensorFlow serves, with any batch size", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "manabi-export-"));
    try {
      const expected: Record<string, number[]>[] = [];
      const request = Object.entries(models).map(([name, build]) => {
        const model = build();
        const directory = path.join(folder, name, "1");
        const { numTensors } = tf.memory();
        exportSavedModel(model, directory);
        assert.equal(tf.memory().numTensors, numTensors);
        assert.deepEqual(readdirSync(directory), ["saved_model.pb"]);
        const shapes = model.inputs.map(({ shape }) => [5, ...shape.slice(1)] as number[]);
        const inputs = shapes.map((shape) => {
          const size = shape.reduce((a, b) => a * b);
          return tf.tensor(
            Float32Array.from({ length: size }, (_, i) => i * 0.01),
            shape,
          );
        });
        const outputs = [model.predict(inputs)].flat();
        expected.push(
          Object.fromEntries(model.outputNames.map((output, i) => [output, [...outputs[i]!.dataSync()]])),
        );
        return [directory, Object.fromEntries(model.inputNames.map((input, i) => [input, shapes[i]]))];
      });
      const printed = execFileSync(python, ["-c", program, JSON.stringify(request)], {
        encoding: "utf8",
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" },
        stdio: ["ignore", "pipe", "ignore"],
      });
      const results = JSON.parse(printed) as Record<string, number[]>[];
      expected.forEach((outputs, i) => {
        assert.deepEqual(Object.keys(results[i]!).toSorted(), Object.keys(outputs).toSorted());
        for (const [name, values] of Object.entries(outputs)) {
          assert.equal(results[i]![name]!.length, values.length);
          values.forEach((value, j) =>
            assert.ok(Math.abs(value - results[i]![name]![j]!) < 1e-5, `${i} ${name}`),
          );
        }
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("writes TensorFlow's operations only", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "manabi-export-"));
    try {
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 4, inputShape: [3] }), new AlwaysDrops(7)],
      });
      exportSavedModel(model, folder);
      const written = readFileSync(path.join(folder, "saved_model.pb"), "latin1");
      assert.match(written, /StatelessRandomUniform/);
      assert.doesNotMatch(written, /Manabi/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses a model that draws new random numbers in inference", () => {
    const dense = tf.layers.dense({ units: 4, inputShape: [3] });
    assert.throws(
      () => exportSavedModel(tf.sequential({ layers: [dense, new AlwaysDrops()] }), tmpdir()),
      /exportSavedModel: inference changes a variable.*random numbers.*seed/,
    );
  });
});
