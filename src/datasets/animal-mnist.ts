import { NdArray } from "../arrays/ndarray.js";
import { NumpyRandom } from "../arrays/numpy-random.js";
import { numpyGlobals, PickledArray, readPickle } from "../arrays/pickle.js";
import { gunzip } from "../download/index.js";
import { datasetPackage, type PackagedOptions } from "./dataset-file.js";
import type { ImageDataset } from "./image-dataset.js";
import { checkTestSplit, type SplitOptions } from "./split-rows.js";

/** The names of the classes 0 to 9. */
export const classNames: readonly string[] = "Bear Bird Cat Cow Dog Elephant Giraffe Horse Sheep Zebra".split(
  " ",
);

export const licence = "MIT, © 2025 SinaSR-6";

export interface AnimalMnistOptions extends SplitOptions, PackagedOptions {
  /** Keeps all 10,000, of which 284 are copies of others: a net is then tested on some that it has seen. Default false. */
  keepDuplicates?: boolean;
}

const pack = {
  registry: "pypi",
  name: "animal-mnist",
  version: "0.4",
  file: "animal_mnist-0.4-py3-none-any.whl",
  sha256: "aeebf3d9de4552d6fd2d5701424e1a5b9020f8e5115d68df9db252f2f53ce2ce",
} as const;
const folder = "animal_mnist/data/Animal_MNIST";
const images = `${folder}/animal_data_version_3.gz`;
const labels = `${folder}/animal_label_version_3.gz`;
const width = 28;

/**
 * Silhouettes of animals, white on black, 28x28 gray pixels in 10 classes (`classNames`), in the form of MNIST: a set that is
 * neither digits nor clothes, and harder. Softmax regression tells 76 of 100 right, a small convolutional net 95. Zebras keep
 * their stripes and are easy.
 *
 * They are in the PyPI package `animal-mnist` (2.6 MB), which pip gets once; nothing is installed. Keras has no such set;
 * the original is sorted by class, here it is shuffled by `seed`.
 *
 * @throws RangeError for another `testSplit` or seed; Error without network, with what to get and where to put it
 *
 * @example
 * const { xTrain, yTrain } = await datasets.animalMnist.loadData();
 * imageGrid(xTrain.slice(0, 20), { labels: yTrain.slice(0, 20), classNames: datasets.animalMnist.classNames });
 */
export async function loadData(options: AnimalMnistOptions = {}): Promise<ImageDataset> {
  const { testSplit = 0.2, seed = 113, keepDuplicates = false } = options;
  checkTestSplit(testSplit);
  const archive = await datasetPackage(pack, options, "Animal silhouettes");
  const files = await archive.read([images, labels]);
  const all = await readArray(files[images], images);
  const classes = await readArray(files[labels], labels);
  const isRight =
    all.data instanceof Uint8Array &&
    all.data.length === classes.length * width * width &&
    classes.rank === 1;
  if (!isRight)
    throw new Error(
      `${pack.file} holds pictures of [${all.shape.join(", ")}] and labels of [${classes.shape.join(", ")}], not of 28x28 bytes.`,
    );
  const x = all.reshape([-1, width, width]) as NdArray<Uint8Array>;
  const y = new NdArray(Uint8Array.from(classes.data));

  const kept = keepDuplicates ? Array.from({ length: x.length }, (_, i) => i) : firstOfEach(x);
  const order = new NumpyRandom(seed).permutation(kept);
  const trainSize = Math.trunc(order.length * (1 - testSplit));
  const [train, test] = [order.slice(0, trainSize), order.slice(trainSize)];
  return { xTrain: x.gather(train), yTrain: y.gather(train), xTest: x.gather(test), yTest: y.gather(test) };
}

async function readArray(packed: Buffer, name: string): Promise<NdArray> {
  const { value } = readPickle(await gunzip(packed, { largest: 2 ** 27 }), { name, globals: numpyGlobals });
  if (!(value instanceof PickledArray)) throw new Error(`${name} holds no array.`);
  return value.toNdArray(name);
}

/** The places of pictures that no earlier one equals. */
function firstOfEach(x: NdArray<Uint8Array>): number[] {
  const seen = new Set<string>();
  const kept: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const picture = Buffer.from(x.at(i).data).toString("latin1");
    if (seen.has(picture)) continue;
    seen.add(picture);
    kept.push(i);
  }
  return kept;
}
