import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/index.js";

type Numbers = number | Numbers[];
interface Options {
  batch_size?: number;
  steps_per_epoch?: number;
  epochs?: number;
  initial_epoch?: number;
  shuffle?: "batch";
  validation?: "data" | "weighted";
  validation_steps?: number;
  validation_batch_size?: number;
  validation_split?: number;
  validation_freq?: number | number[];
  sample_weight?: boolean;
  class_weight?: Record<string, number>;
}
interface FitCase {
  options: Options;
  epochs: number[];
  history: Record<string, number[]>;
  trained: Numbers[];
}
interface EvaluationCase {
  options: { batch_size?: number; steps?: number; sample_weight?: boolean };
  values: number[];
}
interface Fixture {
  x: Numbers[];
  y: Numbers[];
  sampleWeight: number[];
  validation: Numbers[][];
  weights: Numbers[];
  fits: Record<string, FitCase>;
  evaluations: Record<string, EvaluationCase>;
  sequences: {
    x: Numbers[];
    y: Numbers[];
    weights: Numbers[];
    losses: Record<string, { weights: Numbers[]; loss: number[] }>;
  };
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/fit.json", import.meta.url), "utf8"),
) as Fixture;

const tensors = (values: Numbers[]) => values.map((value) => tf.tensor(value));

function classifier(runEagerly: boolean): tf.Sequential {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, activation: "softmax", inputShape: [3] })],
  });
  tf.tidy(() => model.setWeights(tensors(fixture.weights)));
  const settings = { loss: "categoricalCrossentropy", optimizer: tf.train.sgd(0.5), metrics: ["accuracy"] };
  model.compile({ ...settings, runEagerly });
  return model;
}

function assertClose(actual: Numbers, expected: Numbers, what: string): void {
  const [ours, theirs] = [actual, expected].map((numbers) => [numbers].flat(Infinity as 10) as number[]);
  assert.equal(ours!.length, theirs!.length, `${what} has another length`);
  ours!.forEach((value, i) => {
    const isClose = Math.abs(value - theirs![i]!) < 2e-5;
    assert.ok(isClose, `${what}[${i}] is ${value}, Keras has ${theirs![i]}`);
  });
}

async function fit(model: tf.Sequential, options: Options): Promise<tf.History> {
  const [x, y, sampleWeight] = [fixture.x, fixture.y, fixture.sampleWeight].map((value) => tf.tensor(value));
  const [valX, valY, valWeight] = tensors(fixture.validation);
  const given = {
    batchSize: options.batch_size,
    stepsPerEpoch: options.steps_per_epoch,
    epochs: options.epochs,
    initialEpoch: options.initial_epoch,
    shuffle: options.shuffle ?? false,
    validationSteps: options.validation_steps,
    validationBatchSize: options.validation_batch_size,
    validationSplit: options.validation_split,
    validationFreq: options.validation_freq,
    validationData: { data: [valX!, valY!], weighted: [valX!, valY!, valWeight!], none: undefined }[
      options.validation ?? "none"
    ] as [tf.Tensor, tf.Tensor] | undefined,
    classWeight: options.class_weight,
    sampleWeight: options.sample_weight ? sampleWeight : undefined,
    verbose: 0,
  } as const;
  // As a cell writes it: only what is given.
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const history = await model.fit(x!, y!, args);
  tf.dispose([x!, y!, sampleWeight!, valX!, valY!, valWeight!]);
  return history;
}

for (const runEagerly of [false, true]) {
  describe(`keras/model: arguments of fit against Keras, ${runEagerly ? "eager" : "compiled"}`, () => {
    const { warn } = console;
    beforeEach(() => {
      console.warn = () => {};
    });
    afterEach(() => {
      console.warn = warn;
    });

    for (const [name, expected] of Object.entries(fixture.fits)) {
      it(name, async () => {
        const model = classifier(runEagerly);
        const { history, epoch } = await fit(model, expected.options);
        assert.deepEqual(epoch, expected.epochs);
        for (const [metric, values] of Object.entries(expected.history)) {
          assertClose(history[metric] as number[], values, metric);
        }
        model.getWeights().forEach((weight, i) => {
          assertClose(weight.arraySync(), expected.trained[i]!, `weight ${i}`);
        });
        const before = tf.memory().numTensors;
        await fit(model, expected.options);
        assert.equal(tf.memory().numTensors, before, "tensors left over");
        model.dispose();
      });
    }

    for (const [name, { options, values }] of Object.entries(fixture.evaluations)) {
      it(`evaluate: ${name}`, () => {
        const model = classifier(runEagerly);
        tf.tidy(() => {
          const evaluated = model.evaluate(tf.tensor(fixture.x), tf.tensor(fixture.y), {
            ...(options.batch_size && { batchSize: options.batch_size }),
            ...(options.steps && { steps: options.steps }),
            ...(options.sample_weight && { sampleWeight: tf.tensor1d(fixture.sampleWeight) }),
          });
          assertClose(
            [evaluated].flat().map((value) => value.arraySync()),
            values,
            "evaluated",
          );
        });
        model.dispose();
      });
    }

    for (const [name, { weights, loss }] of Object.entries(fixture.sequences.losses)) {
      it(`sample weights ${name}`, async () => {
        const { x, y, weights: start } = fixture.sequences;
        const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4, 2] })] });
        tf.tidy(() => model.setWeights(tensors(start)));
        model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.1), runEagerly });
        const { history } = await model.fit(tf.tensor(x), tf.tensor(y), {
          sampleWeight: tf.tensor(weights),
          epochs: 2,
          verbose: 0,
        });
        assertClose(history["loss"] as number[], loss, "loss");
        model.dispose();
      });
    }
  });
}

describe("keras/model: arguments of fit", () => {
  it("warn when the data end before the steps", async () => {
    const model = classifier(false);
    const warnings: unknown[] = [];
    const { warn } = console;
    console.warn = (text) => warnings.push(text);
    try {
      await fit(model, { batch_size: 6, steps_per_epoch: 3 });
      await fit(model, { validation: "data", validation_batch_size: 4, validation_steps: 5 });
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warnings, [
      "The data ended after 2 of 3 steps. Ask for fewer steps, or take a smaller batchSize.",
      "The data ended after 2 of 5 steps. Ask for fewer steps, or take a smaller batchSize.",
    ]);
  });

  it("shuffle within the batches only", async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, useBias: false, kernelInitializer: "zeros", inputShape: [1] })],
    });
    const seen: number[] = [];
    const remember = (target: tf.Tensor, predicted: tf.Tensor) => {
      seen.push(...(target.dataSync() as Float32Array));
      return tf.metrics.meanSquaredError(target, predicted);
    };
    model.compile({ loss: remember, optimizer: tf.train.sgd(0), runEagerly: true });
    const x = tf.range(0, 40).reshape([40, 1]);
    await model.fit(x, x, { shuffle: "batch", batchSize: 10, verbose: 0 });
    assert.equal(seen.length, 40);
    const isOrdered = seen.every((value, i) => value === i);
    assert.ok(!isOrdered, "nothing was shuffled");
    seen.forEach((value, i) => assert.equal(Math.floor(value / 10), Math.floor(i / 10)));
    model.dispose();
  });

  it("take null for what is left out, as TensorFlow.js does", () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false })] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: null! });
    model.setWeights([tf.ones([1, 1])]);
    const loss = model.evaluate(tf.zeros([8, 1]), tf.ones([8, 1]), { batchSize: null! }) as Tensor;
    assert.equal(loss.dataSync()[0], 1);
  });

  it("say which weights are missing", async () => {
    const model = classifier(false);
    await assert.rejects(
      async () => model.fit(tf.ones([4, 3]), tf.ones([4, 3]), { sampleWeight: tf.ones([3]) }),
      /sampleWeight has 3 weights for the 4 samples of dense.*\. Give one for each\./,
    );
    model.dispose();
  });
});
