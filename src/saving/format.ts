import { statSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { reject } from "./errors.js";

export type Format = "keras" | "h5" | "weights" | "folder";

/** The file system path of `path`, which may be a `file://` URL. */
export function pathOf(path: string): string {
  return path.startsWith("file://") ? fileURLToPath(path) : path;
}

/** What the name of `path` says about its format; a name without an extension is a folder of tfjs's own. */
export function formatOf(path: string): Format {
  if (path.endsWith(".keras")) return "keras";
  if (path.endsWith(".weights.h5")) return "weights";
  return /\.(h5|hdf5)$/.test(path) ? "h5" : "folder";
}

/** Refuses a new folder whose name is that of a file of another format, as `model.txt` or `model.pb`. */
export function checkFolderName(path: string): void {
  const extension = extname(path);
  if (!/^\.[a-z]\w*$/i.test(extension) || statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  reject(
    `${path} ends in ${extension}, which names no format of a model`,
    "name.keras (Keras 3), name.h5 (Keras 2 and 3), or a name without an extension: a folder for TensorFlow.js",
    extension === ".json"
      ? "Give the folder: TensorFlow.js's model.json and its weights go into it."
      : "Choose one of these.",
  );
}
