import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { download } from "./download.js";
import { DownloadProgress } from "./download-progress.js";
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

/** Folders on the web that hold the four compressed files, in the order in which they are tried. */
export const mirrors: readonly string[] = [
  "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
  "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
];

/** MD5 of the compressed files, https://github.com/zalandoresearch/fashion-mnist#get-the-data. */
const checksums: Record<string, string> = {
  [idxFileNames.xTrain]: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
  [idxFileNames.yTrain]: "25c81989df183df01b3e8a0aad5dffbe",
  [idxFileNames.xTest]: "bef4ecab320f06d8554ea6380940ec79",
  [idxFileNames.yTest]: "bb300cfdad3c16e7a12a480ee83cd310",
};

/** Sizes of the same files, in bytes. */
const sizes: Record<string, number> = {
  [idxFileNames.xTrain]: 26_421_880,
  [idxFileNames.yTrain]: 29_515,
  [idxFileNames.xTest]: 4_422_102,
  [idxFileNames.yTest]: 5_148,
};

export interface FashionMnistOptions {
  /** Where downloaded files are kept. Default: `.manabi/datasets/fashion-mnist` in Manabi's folder. */
  cacheFolder?: string;
  /** Folders on the web to use in place of `mirrors`; each ends in `/`. */
  mirrors?: readonly string[];
  /** MD5 of each file by name without `.gz`, for files of one's own. */
  checksums?: Record<string, string>;
  /** Called as bytes arrive, in place of the progress bar in the notebook. */
  onProgress?: (file: string, received: number, total: number | undefined) => void;
}

/**
 * Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, https://arxiv.org/abs/1708.07747): 60,000 training and 10,000 test
 * pictures of clothes, 28x28 gray pixels in 10 classes (`classNames`). As Keras's `fashion_mnist.load_data`.
 *
 * The first call downloads 31 MB, checks and keeps them; Keras's own copy in `~/.keras` is used if it is there.
 *
 * @throws Error if no mirror gives the right files, with the reason for each; or if a file on disk is damaged.
 *
 * @example
 * const { xTrain, yTrain, xTest, yTest } = await datasets.fashionMnist.loadData();
 * imageGrid(xTrain.slice(0, 20), { labels: yTrain.slice(0, 20), classNames: datasets.fashionMnist.classNames });
 */
export async function loadData(options: FashionMnistOptions = {}): Promise<ImageDataset> {
  const cacheFolder = options.cacheFolder ?? fileURLToPath(defaultCacheFolder);
  const missing = (folder: string): string[] =>
    Object.values(idxFileNames).filter((name) => !existsSync(join(folder, `${name}.gz`)));
  const kerasFolder = join(homedir(), ".keras", "datasets", "fashion-mnist");
  const folders = options.cacheFolder === undefined ? [cacheFolder, kerasFolder] : [cacheFolder];
  const found = folders.find((folder) => missing(folder).length === 0);
  if (found) return readImageDataset(found, ".gz");

  const progress = options.onProgress ? undefined : new DownloadProgress("Fashion-MNIST");
  for (const name of missing(cacheFolder)) {
    const file = `${name}.gz`;
    await download({
      urls: (options.mirrors ?? mirrors).map((mirror) => mirror + file),
      path: join(cacheFolder, file),
      md5: { ...checksums, ...options.checksums }[name]!,
      bytes: options.checksums?.[name] === undefined ? sizes[name] : undefined,
      onProgress: (received, total) =>
        options.onProgress
          ? options.onProgress(file, received, total)
          : progress?.update(file, received, total),
    });
  }
  progress?.finish();
  return readImageDataset(cacheFolder, ".gz");
}

/** In the project's folder, from dist/src/datasets/. */
const defaultCacheFolder = new URL("../../../.manabi/datasets/fashion-mnist", import.meta.url);
