/**
 * Compares with real Keras and writes the result into docs/keras-files.md: node dist/test/saving/write-table.js
 * (after `npm run test:keras`, which makes the Python for it)
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Comparison, compareWithKeras } from "./comparison.js";

const page = "docs/keras-files.md";
const [start, end] = ["<!-- table: start -->", "<!-- table: end -->"];

const folder = await mkdtemp(join(tmpdir(), "manabi-keras-files-"));
const comparisons = await compareWithKeras(folder);
await rm(folder, { recursive: true });

const number = (value: number | undefined): string =>
  value === undefined ? "" : value === 0 ? "0" : value.toExponential(0);
/** The random models together, by their largest differences. */
const isRandom = ({ name }: Comparison): boolean => name.startsWith("random");
const random = comparisons.filter(isRandom);
const worst = (key: Exclude<keyof Comparison, "name">): number =>
  Math.max(...random.map((one) => one[key] ?? 0));
const together: Comparison = {
  name: `${random.length} random models`,
  loaded: worst("loaded"),
  loadedLosses: worst("loadedLosses"),
  saved: worst("saved"),
  savedLosses: worst("savedLosses"),
};
const listed = [...comparisons.filter((one) => !isRandom(one)), together];
const rows = listed.map(({ name, loaded, loadedLosses, saved, savedLosses }) =>
  [
    "",
    name.replaceAll("_", " "),
    number(loaded),
    number(loadedLosses),
    number(saved),
    number(savedLosses),
    "",
  ]
    .join(" | ")
    .trim(),
);
const table = [
  "| architecture | loaded: predictions | next losses | saved: predictions | next losses |",
  "|---|---|---|---|---|",
  ...rows,
].join("\n");
const text = await readFile(page, "utf8");
const [before, after] = [text.split(start)[0], text.split(end)[1]];
await writeFile(page, `${before}${start}\n${table}\n${end}${after}`);
console.log(table);
