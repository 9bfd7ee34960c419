import type { NdArray } from "../arrays/ndarray.js";
import { loadNpz } from "../arrays/npy/npz.js";
import { datasetFile, kerasFile, type DatasetOptions, type PathOption } from "./dataset-file.js";
import { checkTestSplit, splitRows, type SplitOptions, type TableDataset } from "./split-rows.js";

/** The names of the columns. */
export const featureNames: readonly string[] =
  "MedInc HouseAge AveRooms AveBedrms Population AveOccup Latitude Longitude".split(" ");

export const licence = "none stated; counts of the U.S. census of 1990 (Pace, Barry 1997)";

export interface CaliforniaOptions extends SplitOptions, DatasetOptions, PathOption {
  /** All 20,640 rows (the default), or the first 600 of them, in place of Boston's. */
  version?: "large" | "small";
}

/**
 * Median prices of houses in 20,640 districts of California in 1990, in dollars, by 8 columns (`featureNames`; Pace, Barry
 * 1997): 16,512 for training, 4,128 for the test. As Keras's `california_housing.load_data`, in the same order for the same
 * seed.
 *
 * The first call downloads 0.7 MB, checks and keeps them; Keras's own copy in `~/.keras` is used if it is there.
 *
 * @throws RangeError for another `version` or `testSplit`; Error if no source gives the right file, or it is damaged
 *
 * @example
 * const { xTrain, yTrain } = await datasets.californiaHousing.loadData({ version: "small" });
 * xTrain.shape;           // [480, 8]
 */
export async function loadData(options: CaliforniaOptions = {}): Promise<TableDataset> {
  const { version = "large", testSplit = 0.2 } = options;
  if (version !== "large" && version !== "small")
    throw new RangeError(`version is "large" or "small", but got ${JSON.stringify(version)}.`);
  checkTestSplit(testSplit);
  const file = kerasFile("california_housing.npz", options, {
    hash: "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
    bytes: 743_530,
  });
  const path = await datasetFile(file, options, "California housing");
  const { x, y } = (await loadNpz(path, { names: ["x", "y"] })) as Record<"x" | "y", NdArray<Float64Array>>;
  const rows = version === "small" ? 600 : x.length;
  return splitRows(x.slice(0, rows), y.slice(0, rows), options);
}
