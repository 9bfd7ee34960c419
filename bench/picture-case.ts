/** Prints the seconds that one case of pictures takes here: `node picture-case.js CASE FOLDER`. */
import path from "node:path";
import { imageDataGenerator, tf } from "../src/index.js";

const [name, folder] = process.argv.slice(2) as [string, string];
const [size, measured] = [224, 320];

const generator = imageDataGenerator({
  rotationRange: 20,
  widthShiftRange: 0.1,
  heightShiftRange: 0.1,
  shearRange: 10,
  zoomRange: 0.1,
  horizontalFlip: true,
  rescale: 1 / 255,
});
const pictures = generator.flowFromDirectory(path.join(folder, "pictures"), {
  targetSize: [size, size],
  classMode: "binary",
});

/** Of so many pictures, once the first batches are through. */
async function flow(): Promise<number> {
  let [batches, start] = [0, 0];
  for await (const batch of pictures) {
    tf.dispose(batch);
    if (++batches === 2) start = performance.now();
    if (batches === 2 + measured / pictures.batchSize) break;
  }
  return (performance.now() - start) / 1000;
}

/** The second epoch of a small network. */
async function epoch(): Promise<number> {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 8,
        kernelSize: 3,
        strides: 2,
        activation: "relu",
        inputShape: [size, size, 3],
      }),
      tf.layers.maxPooling2d({}),
      tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 1, activation: "sigmoid" }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  await model.fit(pictures, { epochs: 1, verbose: 0 });
  const start = performance.now();
  await model.fit(pictures, { epochs: 1, verbose: 0 });
  return (performance.now() - start) / 1000;
}

console.log(await (name === "pictures-epoch" ? epoch() : flow()));
