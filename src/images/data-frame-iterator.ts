import fs from "node:fs";
import path from "node:path";
import type { Tensor } from "@tensorflow/tfjs-node";
import {
  columnsOf,
  isDataFrame,
  numbersOfColumn,
  type Column,
  type DataFrame,
} from "../arrays/data-frame.js";
import { NdArray } from "../arrays/ndarray.js";
import { classTargets } from "./class-modes.js";
import { endingsOf } from "./directory-iterator.js";
import { FileIterator, type FileOptions } from "./file-iterator.js";
import type { PictureGenerator } from "./picture-maker.js";
import { inOrder } from "./list-pictures.js";
import { checkChoice } from "./pixels.js";
import { checkSubset } from "./subset.js";

const classModes = ["categorical", "binary", "sparse", "input", "raw", "multiOutput"] as const;

export interface FlowFromDataFrameOptions extends FileOptions {
  /** The folder that the names are relative to. Default: names are paths. */
  directory?: string | null;
  /** The column of file names. Default `"filename"`. */
  xCol?: string;
  /** The column of classes or numbers, or several. Default `"class"`. */
  yCol?: string | readonly string[];
  /** A column of weights. */
  weightCol?: string | null;
  /** The classes, in this order; rows of others are left out. Default: all, sorted. */
  classes?: readonly string[] | null;
  /**
   * `"raw"`: the numbers of the columns; `"multiOutput"`: a target for each column; otherwise what `flowFromDirectory` has. Default
   * `"categorical"`, for which a row may hold a list of classes.
   */
  classMode?: (typeof classModes)[number] | null;
  /** Whether to leave out rows whose file is not there or is no picture. Default true. */
  validateFilenames?: boolean;
}

type Label = string | readonly string[];

/** Batches of the pictures whose files a data frame names. */
export class DataFrameIterator extends FileIterator {
  readonly classMode: FlowFromDataFrameOptions["classMode"];
  override readonly classNames: string[] | undefined;
  readonly #classes: ReadonlyArray<number | number[]> | undefined;
  readonly #targets: NdArray[];
  readonly #weights: NdArray | undefined;

  constructor(generator: PictureGenerator, frame: DataFrame, options: FlowFromDataFrameOptions) {
    if (!isDataFrame(frame)) throw new TypeError("flowFromDataFrame takes a DataFrame of nodejs-polars.");
    const { xCol = "filename", yCol = "class", weightCol, classMode = "categorical" } = options;
    if (classMode !== null) checkChoice("classMode", classMode, classModes);
    const subset = checkSubset(options.subset, generator.settings.validationSplit);
    const directory = options.directory ?? "";
    const yCols: readonly string[] = typeof yCol === "string" ? [yCol] : yCol;
    if (classMode === "multiOutput" && !Array.isArray(yCol))
      throw new TypeError(
        `classMode "multiOutput" needs a list of columns as yCol, but got "${String(yCol)}".`,
      );
    const names = columnOf(frame, xCol).toArray();
    const wrong = names.findIndex((name) => typeof name !== "string");
    if (wrong >= 0)
      throw new TypeError(
        `The column "${xCol}" has ${String(names[wrong])} in row ${wrong}. Expected file names.`,
      );

    const endings = endingsOf(generator);
    const isPicture = (name: string): boolean =>
      endings.some((ending) => name.toLowerCase().endsWith(ending)) && isFile(path.join(directory, name));
    let rows = names.map((_, row) => row);
    if (options.validateFilenames !== false) {
      rows = rows.filter((row) => isPicture(names[row] as string));
      const missing = names.length - rows.length;
      if (missing > 0)
        console.warn(
          `${missing} of the file names in the column "${xCol}" lead to no picture. Their rows are left out.`,
        );
    }
    const hasClasses = classMode === "categorical" || classMode === "binary" || classMode === "sparse";
    const labels = hasClasses ? columnOf(frame, yCols[0]!).toArray().map(labelOf) : [];
    const classNames = hasClasses
      ? classesOf(rows, labels, options.classes, yCols[0]!, classMode)
      : undefined;
    const known = (label: Label): string[] => [label].flat().filter((one) => classNames!.includes(one));
    if (classNames) rows = rows.filter((row) => known(labels[row]!).length > 0);

    const split = generator.settings.validationSplit;
    const [start, end] = { none: [0, 1], validation: [0, split], training: [split, 1] }[subset ?? "none"];
    rows = rows.slice(Math.trunc(start! * rows.length), Math.trunc(end! * rows.length));
    if (rows.length === 0)
      throw new Error(
        `No row of the data frame leads to a picture. The folder is ${path.resolve(directory)}.`,
      );
    const filenames = rows.map((row) => names[row] as string);
    super(generator, directory, filenames, options, subset);

    this.classMode = classMode;
    this.classNames = classNames;
    const indices = classNames && new Map(classNames.map((name, index) => [name, index]));
    this.#classes =
      indices &&
      rows.map((row) => {
        const numbers = known(labels[row]!).map((one) => indices.get(one)!);
        return Array.isArray(labels[row]) ? numbers : numbers[0]!;
      });
    const numbers = (name: string): NdArray =>
      new NdArray(numbersOfColumn(columnOf(frame, name))).gather(rows);
    const isRaw = classMode === "raw" || classMode === "multiOutput";
    this.#targets = isRaw ? yCols.map(numbers) : [];
    this.#weights = weightCol == null ? undefined : numbers(weightCol);
    const belonging = classNames ? ` belonging to ${classNames.length} classes` : "";
    console.log(`Found ${filenames.length} image filenames${belonging}.`);
  }

  /** The number of each class. */
  get classIndices(): Record<string, number> | undefined {
    return this.classNames && Object.fromEntries(this.classNames.map((name, index) => [name, index]));
  }

  /** The class's number of each picture, or their numbers. */
  get classes(): ReadonlyArray<number | number[]> | undefined {
    return this.#classes;
  }

  protected override targetsOf(
    indices: Int32Array,
    x: Tensor,
  ): { y: Tensor | Tensor[]; sampleWeight?: Tensor | undefined } | undefined {
    const y = this.#y(indices, x);
    return y && { y, sampleWeight: this.#weights?.gather(indices).toTensor() };
  }

  #y(indices: Int32Array, x: Tensor): Tensor | Tensor[] | undefined {
    const { classMode } = this;
    if (classMode === "multiOutput") return this.#targets.map((column) => column.gather(indices).toTensor());
    if (classMode !== "raw")
      return classTargets(this.#classes ?? [], indices, classMode ?? null, this.classNames?.length ?? 0, x);
    if (this.#targets.length === 1) return this.#targets[0]!.gather(indices).toTensor();
    const columns = this.#targets.map((column) => column.gather(indices).data);
    const data = Float32Array.from(
      { length: indices.length * columns.length },
      (_, i) => columns[i % columns.length]![Math.floor(i / columns.length)]!,
    );
    return new NdArray(data, [indices.length, columns.length]).toTensor();
  }
}

function columnOf(frame: DataFrame, name: string): Column {
  const columns = columnsOf(frame);
  const column = columns.find((each) => each.name === name);
  if (column) return column;
  const known = columns.map((each) => `"${each.name}"`).join(", ");
  throw new RangeError(`The data frame has no column "${name}", but ${known}. Name yours by xCol and yCol.`);
}

const isFile = (place: string): boolean => fs.statSync(place, { throwIfNoEntry: false })?.isFile() ?? false;

function labelOf(value: unknown, row: number): Label {
  const list =
    typeof value === "object" && value !== null && Symbol.iterator in value
      ? [...(value as Iterable<unknown>)]
      : undefined;
  const isText = (one: unknown): one is string => typeof one === "string";
  if (isText(value)) return value;
  if (list?.every(isText)) return list;
  throw new TypeError(
    `Row ${row} has the class ${String(value)}. Classes are texts or lists of them; for numbers take classMode: "raw".`,
  );
}

function classesOf(
  rows: readonly number[],
  labels: readonly Label[],
  given: readonly string[] | null | undefined,
  column: string,
  classMode: string,
): string[] {
  const found = rows.flatMap((row) => labels[row]!);
  const classes = given ? [...new Set(given)] : inOrder([...new Set(found)]);
  if (classMode === "binary" && classes.length !== 2)
    throw new RangeError(
      `classMode "binary" is for 2 classes, but the column "${column}" has ${classes.length}.`,
    );
  if (classMode !== "categorical" && rows.some((row) => Array.isArray(labels[row])))
    throw new TypeError(`The column "${column}" has lists of classes: they need classMode: "categorical".`);
  return classes;
}
