import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

interface Case {
  weights: number[][];
  shapes: number[][];
  x: number[];
  mask: number[];
  y: number[];
  predictions: number[];
  loss: number[];
  evaluated: number;
  trained: number[][];
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/layer-arguments.json", import.meta.url), "utf8"),
) as { cases: Record<string, Case> };

const { layers, regularizers } = tf;
const [steps, features] = [4, 3];
type Symbolic = SymbolicTensor;
const l2 = regularizers.l2({ l2: 0.01 });
const sequences = { returnSequences: true } as const;
/** `layer.apply`, on symbolic tensors. */
const call = (
  layer: InstanceType<typeof layers.Layer>,
  inputs: Symbolic | Symbolic[],
  kwargs?: Record<string, boolean>,
): Symbolic => layer.apply(inputs, kwargs);
const dense = (x: Symbolic, settings: object = {}): Symbolic =>
  call(layers.dense({ units: 1, ...settings }), x);

class IsPositive extends layers.Layer {
  static className = "LayerArgumentsIsPositive";
  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.cast(tf.greater([inputs].flat()[0]!, 0), "float32");
  }
}

tf.serialization.registerClass(IsPositive);

/** By the names of the functions of layer_arguments.py. */
const builds: Record<string, (x: Symbolic, mask: Symbolic) => Symbolic> = {
  activity(x) {
    const first = dense(x, { units: 3, activityRegularizer: l2 });
    const h = call(layers.activityRegularization({ l1: 0.01, l2: 0.02 }), first);
    const activityRegularizer = regularizers.l1({ l1: 0.1 });
    const last = call(layers.lstm({ units: 2, activityRegularizer }), h);
    return dense(last, { activityRegularizer: regularizers.l1l2({ l1: 0.1, l2: 0.2 }) });
  },
  nested_activity(x) {
    const z = tf.input({ shape: [steps, features] });
    const settings = { units: 2, activityRegularizer: l2, kernelRegularizer: regularizers.l1({ l1: 0.01 }) };
    const inner = tf.model({ inputs: z, outputs: dense(z, settings) });
    const wrapped = tf.sequential({
      layers: [layers.dense({ units: 2, inputShape: [features], kernelRegularizer: l2 })],
    });
    const inTime = call(layers.timeDistributed({ layer: wrapped }), x);
    return dense(call(layers.add(), [inTime, call(inner, x)]));
  },
  attention_mask(x) {
    const square = call(new IsPositive({}), dense(x, { units: steps, useBias: false, trainable: false }));
    return dense(call(layers.multiHeadAttention({ numHeads: 2, keyDim: 3 }), [x, x, x, square]));
  },
  attention_scores(x) {
    const settings = { returnAttentionScores: true };
    const both = layers.multiHeadAttention({ numHeads: 2, keyDim: 3, ...settings }).apply([x, x]);
    const [h, scores] = both as Symbolic[] as [Symbolic, Symbolic];
    const [again, weights] = layers.attention(settings).apply([h, x]) as Symbolic[] as [Symbolic, Symbolic];
    const flat = call(layers.reshape({ targetShape: [steps, 2 * steps] }), scores);
    return dense(call(layers.concatenate(), [again, flat, weights]));
  },
  masks(x, mask) {
    const masked = (input: Symbolic): Symbolic => call(layers.withMask(), [input, mask]);
    const h = masked(call(layers.lstm({ units: 3, ...sequences }), masked(x)));
    return dense(call(layers.gru({ units: 2 }), masked(call(layers.attention(), [h, h]))));
  },
  backward_layer(x) {
    const back = layers.gru({ units: 3, goBackwards: true, ...sequences });
    const lstm = layers.lstm({ units: 3, ...sequences });
    const h = call(layers.bidirectional({ layer: lstm, backwardLayer: back, mergeMode: "concat" }), x);
    const simple = layers.simpleRNN({ units: 2, goBackwards: true });
    const settings = { layer: layers.lstm({ units: 2 }), backwardLayer: simple };
    return dense(call(layers.bidirectional({ ...settings, mergeMode: "sum" }), h));
  },
  scales(x) {
    const [CustomScaleLayer] = tf.serialization.SerializationMap.getMap().classNameMap["CustomScaleLayer"]!;
    const sum = new CustomScaleLayer({ scale: 0.17 }) as unknown as InstanceType<typeof layers.Layer>;
    const h = call(sum, [x, dense(x, { units: 3 })]);
    return dense(call(layers.layerScale({ initValues: 0.1, projectionDim: 3 }), h));
  },
};

function assertClose(actual: ArrayLike<number>, expected: unknown[], what: string): void {
  const numbers = expected.flat(Infinity as 1) as number[];
  assert.equal(actual.length, numbers.length, what);
  numbers.forEach((value, i) => {
    const isClose = Math.abs(value - actual[i]!) <= 3e-5 * Math.max(1, Math.abs(value));
    assert.ok(isClose, `${what}: ${actual[i]}, Keras has ${value}`);
  });
}

type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];

async function saveInMemory(model: LayersModel): Promise<Artifacts> {
  return new Promise((resolve, reject) => {
    const saving = model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        resolve(artifacts);
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
      }),
    );
    saving.catch(reject);
  });
}

describe("keras/layers: arguments of Keras", () => {
  for (const [name, expected] of Object.entries(fixture.cases)) {
    for (const way of ["eagerly", "compiled", "after a round trip"]) {
      it(`${name}, ${way}`, async () => {
        const inputs = [tf.input({ shape: [steps, features] }), tf.input({ shape: [steps] })] as const;
        const flag = layers.reshape({ targetShape: [steps] }).apply(inputs[1]);
        let model = tf.model({ inputs: [...inputs], outputs: builds[name]!(inputs[0], flag) });
        model.setWeights(expected.weights.map((values, i) => tf.tensor(values, expected.shapes[i])));
        if (way === "after a round trip") {
          const saved = await saveInMemory(model);
          model.dispose();
          model = await tf.loadLayersModel(tf.io.fromMemory(saved));
        }
        const data = [tf.tensor(expected.x), tf.tensor(expected.mask)];
        // TensorFlow.js saves no inputs that nothing follows.
        const x = data.slice(0, model.inputs.length);
        const y = tf.tensor(expected.y);
        const predictions = model.predict(x) as Tensor;
        assertClose(predictions.dataSync(), expected.predictions, "predictions");
        const runEagerly = way === "eagerly";
        model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.1), runEagerly });
        const { history } = await model.fit(x, y, { batchSize: 4, epochs: 3, shuffle: false, verbose: 0 });
        assertClose(history["loss"] as number[], expected.loss, "loss");
        const evaluated = model.evaluate(x, y, { batchSize: 4 }) as Tensor;
        assertClose(evaluated.dataSync(), [expected.evaluated], "evaluated");
        model
          .getWeights()
          .forEach((weight, i) =>
            assertClose(weight.dataSync(), expected.trained[i]!, model.weights[i]!.name),
          );
        tf.dispose([data, y, predictions, evaluated]);
        model.dispose();
      });
    }
  }

  it("training: false, for a base whose statistics stay, and true, for dropout that goes on", async () => {
    const z = tf.input({ shape: [3] });
    const normalization = layers.batchNormalization();
    const base = tf.model({ inputs: z, outputs: call(normalization, dense(z, { units: 3 })) });
    const x = tf.input({ shape: [3] });
    const dropped = call(layers.dropout({ rate: 0.5 }), call(base, x, { training: false }), {
      training: true,
    });
    const model = tf.model({ inputs: x, outputs: dropped });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const [inputs, targets] = [tf.randomNormal([8, 3], 5), tf.ones([8, 3])];
    const statistics = () =>
      normalization
        .getWeights()
        .slice(2)
        .map((weight) => weight.arraySync());
    const before = statistics();
    await model.fit(inputs, targets, { epochs: 3, verbose: 0 });
    assert.deepEqual(statistics(), before);
    const artifacts = await saveInMemory(model);
    for (const one of [model, await tf.loadLayersModel(tf.io.fromMemory(artifacts))]) {
      const zeros = Array.from({ length: 4 }, () =>
        tf.tidy(() => tf.sum(tf.equal(one.predict(inputs) as Tensor, 0)).dataSync()[0]!),
      );
      assert.ok(
        zeros.some((count) => count > 0),
        zeros.join(),
      );
    }
    assert.throws(
      () => base.apply(x, { training: true }),
      /is called with training: true, and was with false/,
    );
  });

  it("backward layers that run forwards, or give something else, are refused", () => {
    const make = (settings: object) => () =>
      layers.bidirectional({
        layer: layers.lstm({ units: 2 }),
        backwardLayer: layers.lstm({ units: 2, ...settings }),
        mergeMode: "concat",
      });
    assert.throws(make({}), /both have goBackwards false/);
    assert.throws(make({ goBackwards: true, ...sequences }), /returnSequences false, its backwardLayer true/);
  });
});
