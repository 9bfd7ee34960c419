import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type * as Tf from "@tensorflow/tfjs";
import { type Hdf5Reader, readHdf5 } from "../../src/saving/hdf5.js";
import type { Values } from "../../src/saving/values.js";
import { tf } from "../../src/keras/load.js";

/** Runs the Python that `npm run test:keras` has made, or the one that MANABI_KERAS_PYTHON names. @returns what it prints */
export async function runPython(...args: string[]): Promise<string> {
  const python = process.env["MANABI_KERAS_PYTHON"] ?? resolve(".manabi/keras/bin/python");
  const env = {
    ...process.env,
    KERAS_BACKEND: "tensorflow",
    TF_CPP_MIN_LOG_LEVEL: "3",
    CUDA_VISIBLE_DEVICES: "-1",
    // The order of sets of texts, which some files have.
    PYTHONHASHSEED: "0",
  };
  return (await promisify(execFile)(python, args, { env, maxBuffer: 1e8 })).stdout;
}

/** Runs test/fixtures/keras/files.py with real Keras. */
export const keras = (...args: string[]): Promise<string> =>
  runPython(resolve("test/fixtures/keras/files.py"), ...args);

/** What real Keras has measured: `NAME.data.h5` or `FILE.result.h5`. */
export interface Measured {
  inputs: Values[];
  targets: Values[];
  predictions: Values[];
  losses: number[];
}

export async function measured(folder: string, file: string): Promise<Measured> {
  return readHdf5(await readFile(join(folder, file)), file, (h5) => ({
    inputs: values(h5, "inputs"),
    targets: values(h5, "targets"),
    predictions: values(h5, "predictions"),
    losses: values(h5, "losses").map(({ data }) => data[0]!),
  }));
}

function values(file: Hdf5Reader, group: string): Values[] {
  const all: Values[] = [];
  while (file.has(`${group}/${all.length}`)) all.push(file.floats(`${group}/${all.length}`));
  return all;
}

/** Inputs and targets of the right shapes and ranges for a compiled model. */
export function dataFor(model: Tf.LayersModel): Pick<Measured, "inputs" | "targets"> {
  const batch = 4;
  let seed = 1;
  const make = (shape: (number | null)[], value: (random: number) => number): Values => {
    const sizes = [batch, ...(shape.slice(1) as number[])];
    const length = sizes.reduce((product, size) => product * size, 1);
    // Numerical Recipes' linear congruential generator: the same numbers each time.
    const next = (): number => (seed = (seed * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
    return { shape: sizes, data: Float32Array.from({ length }, () => value(next())) };
  };
  const isEmbedding = model.layers[0]!.getClassName() === "Embedding";
  return {
    inputs: model.inputs.map(({ shape }) =>
      make(shape, (r) => (isEmbedding ? Math.floor(r * 20) : 2 * r - 1)),
    ),
    targets: model.outputs.map(({ shape }) => oneHot(make(shape, (r) => r))),
  };
}

/** 1 at the highest number of each row; 0 or 1 where rows have one number. */
function oneHot({ shape, data }: Values): Values {
  const classes = shape.at(-1)!;
  const highest = (i: number): number =>
    Math.max(...data.subarray(i - (i % classes), i - (i % classes) + classes));
  const limit = (i: number): number => (classes === 1 ? 0.5 : highest(i));
  return { shape, data: data.map((value, i) => (value >= limit(i) ? 1 : 0)) };
}

const single = <T>(list: T[]): T | T[] => (list.length === 1 ? list[0]! : list);
const toTensors = (all: Values[]): Tf.Tensor[] => all.map(({ data, shape }) => tf.tensor(data, shape));

export function predict(model: Tf.LayersModel, inputs: Values[]): Values[] {
  return tf.tidy(() =>
    [model.predict(single(toTensors(inputs)))]
      .flat()
      .map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync<"float32">() })),
  );
}

/** The losses of `steps` steps on one batch. */
export async function train(
  model: Tf.LayersModel,
  { inputs, targets }: Pick<Measured, "inputs" | "targets">,
  steps: number,
): Promise<number[]> {
  const x = toTensors(inputs);
  const y = toTensors(targets);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    // oxlint-disable-next-line no-await-in-loop -- each step starts from the weights of the one before
    losses.push([await model.trainOnBatch(single(x), single(y))].flat()[0]!);
  }
  tf.dispose([x, y]);
  return losses;
}

export function largestDifference(a: Values[], b: Values[]): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  a.forEach(({ data }, i) => {
    const other = b[i]!.data;
    if (data.length !== other.length) largest = Infinity;
    data.forEach((value, j) => {
      const difference = Math.abs(value - other[j]!);
      if (!(difference <= largest)) largest = difference;
    });
  });
  return largest;
}

/** The largest of |a - b| / |b|. */
export function largestRelativeDifference(a: number[], b: number[]): number {
  if (a.length !== b.length) return Infinity;
  return Math.max(0, ...a.map((value, i) => Math.abs(value - b[i]!) / Math.abs(b[i]!)));
}
