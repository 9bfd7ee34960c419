import { basename } from "node:path";
import { fetchFile } from "../download/index.js";

/** Where trained weights are. */
export interface WeightsFile {
  url: string;
  /** Of the file; left out where Keras has none. */
  md5?: string;
}

/** The path of the file with trained weights: downloaded once, or taken from Keras's own folder. */
export function fetchWeights(call: string, { url, md5 }: WeightsFile): Promise<string> {
  const file = basename(url);
  return fetchFile({ path: `models/${file}`, urls: [url], hash: md5 }, { title: `weights of ${call}` });
}
