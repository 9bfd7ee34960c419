import { loadCifar, type CifarArchive, type CifarDataset, type CifarOptions } from "./cifar.js";

/** The names of the classes 0 to 9. */
export const classNames: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

export const licence = "none stated; its authors ask to cite Krizhevsky 2009";

const archive: CifarArchive = {
  title: "CIFAR-10",
  file: {
    path: "datasets/cifar-10-python.tar.gz",
    urls: ["https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"],
    hash: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    bytes: 170_498_071,
    // Of Keras 3 and of Keras 2.
    kerasPaths: ["datasets/cifar-10-batches-py-target_archive", "datasets/cifar-10-batches-py.tar.gz"],
  },
  train: [1, 2, 3, 4, 5].map((number) => `cifar-10-batches-py/data_batch_${number}`),
  test: "cifar-10-batches-py/test_batch",
  labelKey: "labels",
};

/**
 * CIFAR-10 (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html): 50,000 training and 10,000 test photos of 32x32
 * pixels in colour, in 10 classes (`classNames`). As Keras's `cifar10.load_data`: bytes, labels of the shape `[n, 1]`, in the
 * order of the files. Some labels are wrong in the original.
 *
 * The first call downloads 170 MB, checks and keeps them; Keras's own copy in `~/.keras` is used if it is there.
 *
 * @throws Error if no source gives the right file, with the reason for each, or the archive is damaged
 *
 * @example
 * const { xTrain, yTrain } = await datasets.cifar10.loadData();
 * xTrain.shape;                                                // [50000, 32, 32, 3]
 * const x = xTrain.divide(255).toTensor();                     // yours to dispose
 * const y = toCategorical(yTrain, 10);
 */
export function loadData(options: CifarOptions = {}): Promise<CifarDataset> {
  return loadCifar(archive, options);
}
