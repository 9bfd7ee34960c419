import fs from "node:fs";
import path from "node:path";
import type { Tensor } from "@tensorflow/tfjs-node";
import { classModes, classTargets, type ClassMode } from "./class-modes.js";
import { FileIterator, type FileOptions } from "./file-iterator.js";
import type { PictureGenerator } from "./picture-maker.js";
import { foldersIn, picturesIn } from "./list-pictures.js";
import { checkChoice } from "./pixels.js";
import { checkSubset } from "./subset.js";

export interface FlowFromDirectoryOptions extends FileOptions {
  /** The folders that are classes, in this order. Default: all, sorted by name. */
  classes?: readonly string[] | null;
  /** Default `"categorical"`. */
  classMode?: ClassMode;
  /** Whether folders that are links to others count, within a class. Default false. */
  followLinks?: boolean;
}

/** Batches of the pictures in a folder that has a folder for each class. */
export class DirectoryIterator extends FileIterator {
  /** The class's number of each picture. */
  readonly classes: Int32Array;
  override readonly classNames: string[];
  readonly classMode: ClassMode;

  constructor(generator: PictureGenerator, directory: string, options: FlowFromDirectoryOptions) {
    const { classMode = "categorical", followLinks = false } = options;
    if (classMode !== null) checkChoice("classMode", classMode, classModes);
    const { validationSplit } = generator.settings;
    const subset = checkSubset(options.subset, validationSplit);
    if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory())
      throw new Error(`There is no folder ${directory} (${path.resolve(directory)}).`);
    const classNames = [...(options.classes ?? foldersIn(directory))];
    const filenames: string[] = [];
    const classes: number[] = [];
    classNames.forEach((name, index) => {
      const folder = path.join(directory, name);
      if (!fs.existsSync(folder)) throw new Error(`There is no folder ${folder} for the class ${name}.`);
      const files = picturesIn(folder, endingsOf(generator), followLinks);
      const split = Math.trunc(validationSplit * files.length);
      const part =
        subset === null ? files : subset === "validation" ? files.slice(0, split) : files.slice(split);
      for (const file of part) {
        filenames.push(path.join(name, file));
        classes.push(index);
      }
    });
    if (filenames.length === 0)
      throw new Error(
        `No pictures are in ${directory}${subset ? ` for ${subset}` : ""}: expected a folder for each class in it, with files ` +
          `${endingsOf(generator).join(", ")}. Without classes: flowFromDirectory(parent, { classes: ["${path.basename(directory)}"], classMode: null }).`,
      );
    super(generator, directory, filenames, options, subset);
    this.classes = Int32Array.from(classes);
    this.classNames = classNames;
    this.classMode = classMode;
    console.log(`Found ${filenames.length} images belonging to ${classNames.length} classes.`);
  }

  get numClasses(): number {
    return this.classNames.length;
  }

  /** The number of each class. */
  get classIndices(): Record<string, number> {
    return Object.fromEntries(this.classNames.map((name, index) => [name, index]));
  }

  /** The same as `classes`. */
  get labels(): Int32Array {
    return this.classes;
  }

  protected override targetsOf(indices: Int32Array, x: Tensor): { y: Tensor } | undefined {
    const y = classTargets(Array.from(this.classes), indices, this.classMode, this.numClasses, x);
    return y && { y };
  }
}

const endings = [".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff"];

/** Those of Keras; WebP besides. */
export const endingsOf = ({ settings }: PictureGenerator): string[] =>
  settings.kerasCompatible ? endings : [...endings, ".webp"];
