import type { NdArray } from "../arrays/ndarray.js";
import { readIdx } from "./idx.js";

/** Pictures and their classes, in Keras's four parts. */
export interface ImageDataset {
  /** Training pictures, `[samples, height, width]`, bytes. */
  xTrain: NdArray<Uint8Array>;
  /** Classes of the training pictures, `[samples]`. */
  yTrain: NdArray<Uint8Array>;
  /** Test pictures, `[samples, height, width]`, bytes. */
  xTest: NdArray<Uint8Array>;
  /** Classes of the test pictures, `[samples]`. */
  yTest: NdArray<Uint8Array>;
}

/** The names that the files of MNIST, and of the datasets made in its image, have. */
export const idxFileNames = {
  xTrain: "train-images-idx3-ubyte",
  yTrain: "train-labels-idx1-ubyte",
  xTest: "t10k-images-idx3-ubyte",
  yTest: "t10k-labels-idx1-ubyte",
} as const;

/**
 * Reads the four files of a dataset, in the order of `idxFileNames`.
 * @throws Error if a file is missing or damaged, or there are not as many labels as pictures.
 */
export async function readImageDataset(paths: readonly string[]): Promise<ImageDataset> {
  const [xTrain, yTrain, xTest, yTest] = (await Promise.all(paths.map(readIdx))) as [
    NdArray<Uint8Array>,
    NdArray<Uint8Array>,
    NdArray<Uint8Array>,
    NdArray<Uint8Array>,
  ];
  for (const [images, labels, part] of [
    [xTrain, yTrain, "training"],
    [xTest, yTest, "test"],
  ] as const) {
    if (images.length !== labels.length) {
      throw new Error(
        `The dataset of ${paths.join(", ")} has ${images.length} ${part} pictures but ${labels.length} labels. ` +
          "The files do not belong together: delete them and get them again.",
      );
    }
  }
  return { xTrain, yTrain, xTest, yTest };
}
