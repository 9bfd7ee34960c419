/** `node record-packages.js FILE`: writes TensorFlow.js's modules, with the code of what a first training calls, to FILE. */
import v8 from "node:v8";
import { recordPackages } from "../tfjs/package-code.js";

const recording = recordPackages();
// V8 forgets the code of functions that are not called for a while.
v8.setFlagsFromString("--no-flush-bytecode");
const { backendInfo, tf } = await import("../keras/load.js");
if (backendInfo().native) await train();
v8.setFlagsFromString("--flush-bytecode");
recording.write(process.argv[2]!);

/** Calls what a first training calls. */
async function train(): Promise<void> {
  const { layers } = tf;
  const images = tf.sequential({
    layers: [
      layers.conv2d({ filters: 2, kernelSize: 2, activation: "relu", inputShape: [4, 4, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 4, activation: "relu" }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  const words = tf.sequential({
    layers: [
      layers.embedding({ inputDim: 3, outputDim: 2, inputLength: 4 }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
  });
  const [x, y] = [tf.ones([4, 4, 4, 1]), tf.ones([4, 2])];
  for (const optimizer of ["adam", "rmsprop", "adadelta", "sgd"]) {
    images.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    await images.fit(x, y, { batchSize: 2, epochs: 2, validationSplit: 0.5, verbose: 0 });
  }
  images.evaluate(x, y, { verbose: 0 });
  images.predict(x);
  words.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  await words.trainOnBatch(tf.ones([2, 4]), tf.ones([2, 1]));
}
