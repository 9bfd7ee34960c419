import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type * as Tf from "@tensorflow/tfjs";
import * as applications from "../../src/applications/index.js";
import { tf } from "../../src/keras/load.js";
import { makers, numbers, setWeights } from "./numbers.js";

type Shape = (number | null)[];
type Layer = [
  name: string,
  weights: number[][],
  shape: number[],
  largest: number,
  mean: number,
  third: number,
  twoThirds: number,
];
interface Golden {
  name: string;
  shape: [number, number, number];
  layers: Layer[];
  layerCount: number;
  params: number;
  trainable: number;
  prediction: number[];
  tails: [name: string, shape: Shape, params: number][];
}
const { classes, models } = JSON.parse(readFileSync("test/fixtures/keras/applications.json", "utf8")) as {
  classes: number;
  models: Record<string, Golden>;
};

const variants: Record<string, object> = {
  "mobileNetV2 alpha 0.35": { alpha: 0.35 },
  "mobileNetV2 alpha 1.3": { alpha: 1.3 },
  "mobileNetV3Small minimalistic": { minimalistic: true, dropoutRate: 0, includePreprocessing: false },
  "mobileNetV3Large alpha 0.75": { alpha: 0.75 },
};

/** Names that layers got for want of one count what there was before. */
const plain = (name: string): string =>
  name.replace(
    /^(conv2d|batch_normalization|activation|add|multiply|re_lu|global_average_pooling2d|global_max_pooling2d|input_layer|dropout|flatten|rescaling|normalization|zero_padding2d|max_pooling2d|average_pooling2d|concatenate)(_\d+)?$/,
    "$1",
  );

function assertClose(got: ArrayLike<number>, expected: number[], largest: number, where: string): void {
  expected.forEach((value, i) => {
    const difference = Math.abs(got[i]! - value);
    assert.ok(difference <= 1e-5 * Math.max(1, largest), `${where}: ${got[i]}, Keras gives ${value}`);
  });
}

/** Keras does not count arithmetic between layers. */
const layersOf = (model: Tf.LayersModel): Tf.layers.Layer[] =>
  model.layers.filter((layer) => layer.getClassName() !== "Operation");

function outputsOf(model: Tf.LayersModel, x: Tf.Tensor): Tf.Tensor[] {
  const outputs = layersOf(model).map(({ output }) => output as Tf.SymbolicTensor);
  return [tf.model({ inputs: model.inputs, outputs }).predict(x)].flat();
}

describe("applications: architectures as Keras has them", function () {
  this.timeout(60_000);
  // What the first model of all keeps is not counted.
  before(async () => {
    const model = await applications.mobileNetV3Small({
      weights: null,
      minimalistic: true,
      inputShape: [32, 32, 3],
    });
    tf.tidy(() => model.predict(tf.zeros([1, 32, 32, 3])));
    model.dispose();
  });

  for (const [key, golden] of Object.entries(models)) {
    const make = makers[key.split(" ")[0]!]!;
    const args = { weights: null, classes, inputShape: golden.shape, ...variants[key] };

    it(`${key}: layers, weights in their order, and outputs`, async () => {
      const { numTensors } = tf.memory();
      const model = await make(args);
      const layers = layersOf(model);
      assert.equal(layers.length, golden.layerCount);
      assert.equal(model.name, golden.name);
      assert.equal(model.countParams(), golden.params);
      const sizes = model.trainableWeights.map(({ shape }) => (shape as number[]).reduce((a, b) => a * b, 1));
      assert.equal(
        sizes.reduce((a, b) => a + b, 0),
        golden.trainable,
      );
      setWeights(model);
      tf.tidy(() => {
        const count = 2 * golden.shape.reduce((a, b) => a * b, 1);
        const isPixels = model.layers[1]!.getClassName() === "Rescaling";
        const values = isPixels ? numbers(12345, count, 127.5, 127.5) : numbers(12345, count);
        const x = tf.tensor(values, [2, ...golden.shape]);
        if (golden.layers.length > 0) {
          const outputs = outputsOf(model, x);
          golden.layers.forEach(([name, weights, shape, largest, mean, ...picked], i) => {
            const layer = layers[i]!;
            assert.equal(plain(layer.name), name, `layer ${i}`);
            assert.deepEqual(
              layer.weights.map((weight) => weight.shape),
              weights,
              name,
            );
            const output = outputs[i]!;
            assert.deepEqual(output.shape.slice(1), shape, name);
            const data = output.dataSync<"float32">();
            const at = [Math.floor(data.length / 3), Math.floor((2 * data.length) / 3)];
            assertClose(
              at.map((place) => data[place]!),
              picked,
              largest,
              name,
            );
            assertClose(
              [data.reduce((sum, one) => sum + one, 0) / data.length],
              [mean],
              largest,
              `${name}'s mean`,
            );
          });
        }
        assertClose((model.predict(x) as Tf.Tensor).dataSync(), golden.prediction, 1, "prediction");
      });
      model.dispose();
      assert.equal(tf.memory().numTensors, numTensors);
    });

    if (golden.tails.length > 0)
      it(`${key}: without the top, as pictures, means and maxima`, async () => {
        for (const [i, pooling] of ([null, "avg", "max"] as const).entries()) {
          // oxlint-disable-next-line no-await-in-loop -- one at a time, for memory
          const model = await make({
            weights: null,
            includeTop: false,
            pooling,
            inputShape: [null, null, 3],
          });
          const found = [plain(model.layers.at(-1)!.name), model.outputs[0]!.shape, model.countParams()];
          assert.deepEqual(found, golden.tails[i]);
          model.dispose();
        }
      });
  }
});
