import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Tensor } from "@tensorflow/tfjs-node";
import { exportSavedModel } from "../../src/graphs/index.js";
import { tf } from "../../src/keras/load.js";
import { exportedModels, inputsFor, outputsOf } from "./exported-models.js";

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

describe("exportSavedModel", function () {
  this.timeout(120_000);

  for (const [name, build] of Object.entries(exportedModels)) {
    it(`writes models that TensorFlow serves, with any batch size: ${name}`, async () => {
      const folder = mkdtempSync(path.join(tmpdir(), "manabi-export-"));
      try {
        const model = build();
        const directory = path.join(folder, "1");
        const { numTensors } = tf.memory();
        exportSavedModel(model, directory);
        assert.equal(tf.memory().numTensors, numTensors);
        assert.deepEqual(readdirSync(directory), ["saved_model.pb"]);
        const expected = outputsOf(model);
        const served = await tf.node.loadSavedModel(directory, ["serve"], "serving_default");
        const { tensors } = inputsFor(model);
        const inputs = Object.fromEntries(model.inputNames.map((input, i) => [input, tensors[i]!]));
        const outputs = served.predict(inputs) as Record<string, Tensor>;
        assert.deepEqual(Object.keys(outputs).toSorted(), Object.keys(expected).toSorted());
        for (const [output, values] of Object.entries(expected))
          outputs[output]!.dataSync().forEach((value, i) =>
            assert.ok(Math.abs(value - values[i]!) < 1e-5, `${output} ${i}: ${value}, not ${values[i]}`),
          );
        served.dispose();
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

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
