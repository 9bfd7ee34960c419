import type { RemoteFile } from "../download/index.js";
import { datasetFile, inOneOutput, kerasStorage, type DatasetOptions } from "./dataset-file.js";
import { idxFileNames, readImageDataset, type ImageDataset } from "./image-dataset.js";

/** The names of the classes 0 to 9. */
export const classNames: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** Zalando's own licence of the pictures. */
export const licence = "MIT, © 2017 Zalando SE";

/** Folders on the web that hold the four compressed files, in the order in which they are tried. */
const sources: readonly string[] = [
  kerasStorage,
  "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
];

/** Those of https://github.com/zalandoresearch/fashion-mnist#get-the-data, with the SHA-256 of TensorFlow Datasets. */
const files: readonly RemoteFile[] = (
  [
    [idxFileNames.xTrain, 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"],
    [idxFileNames.yTrain, 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"],
    [idxFileNames.xTest, 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"],
    [idxFileNames.yTest, 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"],
  ] as const
).map(([name, bytes, hash]) => ({
  path: `datasets/fashion-mnist/${name}.gz`,
  urls: sources.map((folder) => `${folder}${name}.gz`),
  hash,
  bytes,
}));

/**
 * Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, https://arxiv.org/abs/1708.07747): 60,000 training and 10,000 test
 * pictures of clothes, 28x28 gray pixels in 10 classes (`classNames`). As Keras's `fashion_mnist.load_data`.
 *
 * The first call downloads 31 MB, checks and keeps them; Keras's own copy in `~/.keras` is used if it is there.
 *
 * @throws Error if no source gives the right files, with the reason for each
 *
 * @example
 * const { xTrain, yTrain, xTest, yTest } = await datasets.fashionMnist.loadData();
 * imageGrid(xTrain.slice(0, 20), { labels: yTrain.slice(0, 20), classNames: datasets.fashionMnist.classNames });
 */
export async function loadData(options: DatasetOptions = {}): Promise<ImageDataset> {
  const title = "Fashion-MNIST";
  const paths = await inOneOutput(title, options, async (shared) => {
    const each: string[] = [];
    for (const file of files) each.push(await datasetFile(file, shared, title));
    return each;
  });
  return readImageDataset(paths);
}
