/** Where trained weights are. */
export interface WeightsFile {
  url: string;
  /** Of the file; left out where Keras has none. */
  md5?: string;
}

/**
 * The path of the file with the weights that `weights` names; undefined for none.
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
  const { url } = imagenet();
  throw new Error(
    `applications.${call} cannot download weights yet. Expected weights: null, or a path: download ${url} and give the file's path.`,
  );
}
