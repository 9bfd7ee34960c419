import { fileURLToPath } from "node:url";

export type Format = "keras" | "h5" | "weights" | "folder";

/** The file system path of `path`, which may be a `file://` URL. */
export function pathOf(path: string): string {
  return path.startsWith("file://") ? fileURLToPath(path) : path;
}

/** What the name of `path` says about its format; a name without an extension we know is a folder of tfjs's own. */
export function formatOf(path: string): Format {
  if (path.endsWith(".keras")) return "keras";
  if (path.endsWith(".weights.h5")) return "weights";
  return /\.(h5|hdf5)$/.test(path) ? "h5" : "folder";
}
