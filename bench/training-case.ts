/** One run of one training benchmark on TensorFlow.js; prints one line of JSON. Arguments: CASE compiled|eager */
import type { LayersModel, ModelCompileArgs, Tensor } from "@tensorflow/tfjs-node";

const started = performance.now();
const { setRandomSeed, tf } = await import("../src/keras/load.js");
// Whatever is put off until the first operation belongs to the start.
if (tf.add(1, 1).dataSync()[0] !== 2) throw new Error("1 + 1 is not 2");
const imported = (performance.now() - started) / 1000;
const { median } = await import("./table.js");
const { mnist } = await import("../src/datasets/index.js");

interface Case {
  model: LayersModel;
  x: Tensor;
  y: Tensor;
  batchSize: number;
  epochs: number;
}

const [name, mode] = process.argv.slice(2);
const runEagerly = mode === "eager";
const { layers } = tf;

function compile(model: LayersModel, args: ModelCompileArgs): LayersModel {
  model.compile({ metrics: ["accuracy"], ...args, runEagerly });
  return model;
}

async function readMnist(count: number, shape: number[]): Promise<{ x: Tensor; y: Tensor }> {
  const { xTrain, yTrain } = await mnist.loadData();
  const labels = Int32Array.from(yTrain.data.subarray(0, count));
  return {
    x: xTrain
      .slice(0, count)
      .divide(255)
      .reshape([count, ...shape])
      .toTensor(),
    y: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat()),
  };
}

const cases: Record<string, () => Promise<Case>> = {
  async mlp() {
    const model = tf.sequential({
      layers: [
        layers.dense({ units: 512, activation: "relu", inputShape: [784] }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 512, activation: "relu" }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    compile(model, { optimizer: tf.train.rmsprop(0.001), loss: "categoricalCrossentropy" });
    return { model, ...(await readMnist(60_000, [784])), batchSize: 128, epochs: 4 };
  },
  async cnn() {
    const model = tf.sequential({
      layers: [
        layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
        layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.dropout({ rate: 0.25 }),
        layers.flatten(),
        layers.dense({ units: 128, activation: "relu" }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    compile(model, { optimizer: tf.train.adadelta(1, 0.95, 1e-7), loss: "categoricalCrossentropy" });
    return { model, ...(await readMnist(12_800, [28, 28, 1])), batchSize: 128, epochs: 3 };
  },
  async and() {
    const model = tf.sequential({
      layers: [layers.dense({ units: 1, activation: "sigmoid", inputShape: [2] })],
    });
    compile(model, { optimizer: tf.train.adam(0.01), loss: "binaryCrossentropy" });
    const x = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
    return { model, x, y: tf.tensor2d([0, 0, 0, 1], [4, 1]), batchSize: 1, epochs: 1000 };
  },
  async lstm() {
    const model = tf.sequential({
      layers: [
        layers.embedding({ inputDim: 2000, outputDim: 32, inputLength: 40 }),
        layers.lstm({ units: 32 }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
    });
    compile(model, { optimizer: tf.train.adam(0.001), loss: "binaryCrossentropy" });
    const words = Float32Array.from({ length: 2048 * 40 }, (_, i) => (i * 7919 + ((i * i) % 1013)) % 2000);
    const x = tf.tensor2d(words, [2048, 40]);
    const y = tf.tidy(() => tf.mean(tf.less(x, 1000).toFloat(), 1, true).greater(0.5).toFloat());
    return { model, x, y, batchSize: 32, epochs: 4 };
  },
};

setRandomSeed(1);
const { model, x, y, batchSize, epochs } = await cases[name!]!();

const [firstX, firstY] = [tf.slice(x, 0, batchSize), tf.slice(y, 0, batchSize)];
const firstSteps: number[] = [];
let start = performance.now();
for (let i = 0; i < 4; i++) {
  await model.trainOnBatch(firstX, firstY);
  firstSteps.push((performance.now() - start) / 1000);
}

const seconds: number[] = [];
const { history } = await model.fit(x, y, {
  batchSize,
  epochs,
  verbose: 0,
  callbacks: {
    onEpochBegin: () => void (start = performance.now()),
    onEpochEnd: () => void seconds.push((performance.now() - start) / 1000),
  },
});

const one = tf.slice(x, 0, 1);
const predictions: number[] = [];
for (let i = 0; i < 20; i++) {
  start = performance.now();
  await (model.predict(one) as Tensor).data();
  predictions.push((performance.now() - start) / 1000);
}

console.log(
  JSON.stringify({
    import: imported,
    "first step": firstSteps[0],
    "first steps": firstSteps[3],
    epoch: median(seconds.slice(1)),
    "predict one": median(predictions.slice(3)),
    "peak memory": process.resourceUsage().maxRSS / 1024,
    accuracy: (history["acc"] as number[]).at(-1),
  }),
);
