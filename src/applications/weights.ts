import { basename } from "node:path";
import { fetchFile } from "../download/index.js";

/** Where trained weights are. */
export interface WeightsFile {
  url: string;
  /** Of the file; left out where Keras has none. */
  md5?: string;
}

/**
 * The path of the file with the weights that `weights` names; undefined for none. Trained ones are downloaded once, or taken
 * from Keras's own folder.
 *
 * @param imagenet says where trained ones are
 */
export async function weightsOf(
  call: string,
  weights: string | null,
  imagenet: () => WeightsFile,
): Promise<string | undefined> {
  if (weights === null) return undefined;
  if (weights !== "imagenet") return weights;
  const { url, md5 } = imagenet();
  const file = basename(url);
  return fetchFile({ path: `models/${file}`, urls: [url], hash: md5 }, { title: `weights of ${call}` });
}
