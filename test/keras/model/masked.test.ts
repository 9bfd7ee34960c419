import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

type Numbers = number | Numbers[];
type Values = Record<string, number>;
interface Case {
  loss: string;
  metrics: string[];
  weighed: boolean;
  weights: Numbers[][];
  y: Numbers[][];
  history: Record<string, number[]>;
  evaluated: Values;
  tested: Values;
  trained: Numbers[][];
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/masked.json", import.meta.url), "utf8"),
) as { x: number[][]; sampleWeight: number[][]; batch: number; epochs: number; cases: Record<string, Case> };

const { layers } = tf;
const steps = fixture.x[0]!.length;
const embedding = (settings = {}): Layer =>
  layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, ...settings });
type Layer = InstanceType<typeof layers.Layer>;
const sequential = (...list: Layer[]): LayersModel =>
  tf.sequential({ layers: [embedding({ inputShape: [steps] }), ...list] });
const sequences = { returnSequences: true } as const;

function nested(): LayersModel {
  const inner = sequential(layers.dense({ units: 3, activation: "tanh" }));
  const x = tf.input({ shape: [steps] });
  const hidden = layers.lstm({ units: 3, ...sequences }).apply(inner.apply(x));
  return tf.model({ inputs: x, outputs: layers.dense({ units: 2 }).apply(hidden) });
}

function twoOutputs(): LayersModel {
  const x = tf.input({ shape: [steps] });
  const vectors = embedding().apply(x);
  const sequence = layers.dense({ units: 1, name: "sequence" }).apply(vectors);
  const whole = layers.dense({ units: 1, name: "whole" }).apply(layers.gru({ units: 3 }).apply(vectors));
  return tf.model({ inputs: x, outputs: [sequence, whole] as SymbolicTensor[] });
}

const models: Record<string, () => LayersModel> = {
  dense: () => sequential(layers.dense({ units: 2 })),
  lstm: () => sequential(layers.lstm({ units: 3, ...sequences }), layers.dense({ units: 2 })),
  "bidirectional gru": () =>
    sequential(
      layers.bidirectional({ layer: layers.gru({ units: 2, ...sequences }), mergeMode: "concat" }),
      layers.dense({ units: 2 }),
    ),
  "time distributed": () =>
    sequential(layers.timeDistributed({ layer: layers.dense({ units: 2, activation: "tanh" }) })),
  classes: () => sequential(layers.dense({ units: 2, activation: "softmax" })),
  "class numbers": () =>
    sequential(
      layers.simpleRNN({ units: 4, ...sequences }),
      layers.dense({ units: 2, activation: "softmax" }),
    ),
  "yes and no": () => sequential(layers.dense({ units: 1, activation: "sigmoid" })),
  "batch normalization": () =>
    sequential(layers.batchNormalization({ momentum: 0.7 }), layers.dense({ units: 2 })),
  nested,
  "two outputs": twoOutputs,
  "mask lost": () => sequential(layers.flatten(), layers.dense({ units: 2 })),
};

const lossNames: Record<string, string> = {
  mean_squared_error: "meanSquaredError",
  mean_absolute_error: "meanAbsoluteError",
  categorical_crossentropy: "categoricalCrossentropy",
  sparse_categorical_crossentropy: "sparseCategoricalCrossentropy",
  binary_crossentropy: "binaryCrossentropy",
};

/** In Keras the losses of single outputs are means over the batches. */
const isCompared = (name: string): boolean => !name.endsWith("_loss");

function assertClose(actual: Values, expected: Values, what: string): void {
  for (const [name, value] of Object.entries(expected).filter(([one]) => isCompared(one))) {
    const own = actual[name.replace("cosine_similarity", "cosineSimilarity")]!;
    const message = `${what}: ${name} is ${own}, Keras has ${value}`;
    assert.ok(Math.abs(own - value) <= 3e-5 * Math.max(1, Math.abs(value)), message);
  }
}

describe("keras/model: masked steps count in no loss and no metric", () => {
  const [x, stepWeights] = [tf.tensor2d(fixture.x), tf.tensor2d(fixture.sampleWeight)];
  const { batch: batchSize, epochs } = fixture;

  for (const [name, expected] of Object.entries(fixture.cases)) {
    for (const runEagerly of [true, false]) {
      it(`${name}${runEagerly ? ", eagerly" : ""}`, async () => {
        const model = models[name.split(",")[0]!]!();
        model.setWeights(expected.weights.map((values) => tf.tensor(values as number[])));
        const metrics = expected.metrics.map((metric) =>
          metric.replace("cosine_similarity", "cosineSimilarity"),
        );
        model.compile({
          loss: lossNames[expected.loss]!,
          optimizer: tf.train.sgd(0.2),
          metrics,
          runEagerly,
          ...(expected.weighed && { weightedMetrics: metrics.slice(0, 1) }),
        });
        const targets = (model.outputs.length > 1 ? expected.y : [expected.y]).map((y) =>
          tf.tensor(y as number[]),
        );
        const y: Tensor | Tensor[] = targets.length > 1 ? targets : targets[0]!;
        const weighed = expected.weighed ? { sampleWeight: stepWeights } : {};
        const { history } = await model.fit(x, y, {
          batchSize,
          epochs,
          shuffle: false,
          verbose: 0,
          ...weighed,
        });
        for (let epoch = 0; epoch < epochs; epoch++) {
          const at = (of: Record<string, unknown>): Values =>
            Object.fromEntries(
              Object.entries(of).map(([key, values]) => [key, (values as number[])[epoch]!]),
            );
          assertClose(at(history), at(expected.history), `epoch ${epoch + 1}`);
        }
        const before = tf.memory().numTensors;
        const evaluated = model.evaluate(x, y, { batchSize, returnDict: true, ...weighed });
        assertClose(evaluated, expected.evaluated, "evaluate");
        assert.equal(tf.memory().numTensors, before);
        assertClose(
          await model.testOnBatch(x, y, { returnDict: true, ...weighed }),
          expected.tested,
          "testOnBatch",
        );
        model.getWeights().forEach((weight, i) => {
          const values = (expected.trained[i] as number[]).flat(Infinity);
          weight.dataSync().forEach((value, j) => assert.ok(Math.abs(value - values[j]!) < 3e-5));
        });
        tf.dispose(targets);
        model.dispose();
      });
    }
  }
});
