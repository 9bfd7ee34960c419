import { existsSync } from "node:fs";
import type * as Tf from "@tensorflow/tfjs";
import { withEmptyWeights } from "../keras/layers/empty-weights.js";
import { tf } from "../keras/load.js";
import { loadWeights } from "../saving/index.js";
import { dense, type Node } from "./blocks.js";
import { decodePredictions } from "./decode-predictions.js";
import { inputShapeOf, sourcesOf, type PictureShape } from "./input-shape.js";
import type { Pictures } from "./pictures.js";
import { preprocess, type Preprocessing } from "./preprocess.js";
import { fetchWeights, type WeightsFile } from "./weights.js";

/** What all of `applications.*` take; Keras's arguments. */
export interface ApplicationArgs {
  /**
   * `"imagenet"`, if left out: Keras's trained weights, which the first call downloads; `null`: random ones; or the path of a
   * file with weights for exactly this model.
   */
  weights?: "imagenet" | (string & {}) | null;
  /** Whether to have the last layers, which tell 1000 classes apart. `true` if left out; `false` for one's own head. */
  includeTop?: boolean;
  /** What to build on, for instance `tf.input({ shape: [224, 224, 3] })` or the output of layers before the model. */
  inputTensor?: Tf.SymbolicTensor;
  /** Height, width and channels of the pictures; `null` for a size that may be any, where the top is left out. */
  inputShape?: PictureShape;
  /** Without the top: `"avg"` or `"max"` over each channel, or `null`, if left out, for the channels as pictures. */
  pooling?: "avg" | "max" | null;
  /** How many classes the top tells apart; 1000 if left out, and with `"imagenet"`. */
  classes?: number;
  /** `"softmax"` if left out; `null` for logits. */
  classifierActivation?: string | null;
  /** Of the model. */
  name?: string;
}

/** The arguments, with what was left out. */
export type Settings<Args> = Omit<Args, "weights" | "includeTop" | "classes" | "classifierActivation"> & {
  weights: string | null;
  includeTop: boolean;
  classes: number;
  classifierActivation: ActivationName;
};
type ActivationName = NonNullable<Parameters<typeof tf.layers.dense>[0]["activation"]>;

/** What an architecture consists of. */
export interface Architecture<Args> {
  /** Its name in `applications`. */
  call: string;
  /** Keras's name of the model. */
  name: string | ((args: Settings<Args>, shape: PictureShape) => string);
  /** Height and width, if left out. */
  defaultSize: number | ((shape: PictureShape) => number);
  /** The least height and width. */
  minSize: number;
  /** Whether the top needs pictures of a certain size. */
  flattens: boolean;
  preprocessing: Preprocessing;
  body(input: Node, args: Settings<Args>): Node;
  top(x: Node, args: Settings<Args>): Node;
  pool(x: Node, kind: "avg" | "max"): Node;
  /** Where Keras's trained weights are. */
  imagenet?(args: Settings<Args>, shape: PictureShape): WeightsFile;
  /** How the model gets its weights, where they are not Keras's. */
  filling?(weights: string): Promise<Fill>;
}

/** Gives a model weights. */
type Fill = (model: Tf.LayersModel) => void | Promise<void>;

/** Builds a pre-trained network, and knows what its pictures and answers look like. */
export interface Application<Args extends ApplicationArgs = ApplicationArgs> {
  (args?: Args): Promise<Tf.LayersModel>;
  /**
   * Pictures as the network was trained on them.
   *
   * @param pictures RGB from 0 to 255, `[height, width, 3]` or `[samples, height, width, 3]`; left as they are
   * @returns a tensor of its own, of the same shape, `float32`
   */
  preprocessInput(pictures: Pictures): Tf.Tensor;
  /** {@link decodePredictions}: names for what the network with its top gives. */
  decodePredictions: typeof decodePredictions;
}

/** Makes an {@link Application} of its architecture. */
export function application<Args extends ApplicationArgs = ApplicationArgs>(
  architecture: Architecture<Args>,
): Application<Args> {
  const make = async (args: Args = {} as Args): Promise<Tf.LayersModel> => {
    const { call } = architecture;
    const settings = settingsOf(call, args);
    const shape = inputShapeOf(call, architecture, args, settings);
    const { weights } = settings;
    if (weights === null) return build(architecture, settings, shape);
    const fill = await fillingOf(architecture, weights, settings, shape);
    // Random numbers that the file's take the place of need not be drawn.
    const model = withEmptyWeights(
      () => {},
      () => build(architecture, settings, shape),
    );
    try {
      await fill(model);
      return model;
    } catch (error) {
      model.dispose();
      throw error;
    }
  };
  return Object.assign(make, {
    preprocessInput: (pictures: Pictures) => preprocess(pictures, architecture.preprocessing),
    decodePredictions,
  });
}

/** What is downloaded is there before the model takes memory. */
async function fillingOf<Args extends ApplicationArgs>(
  architecture: Architecture<Args>,
  weights: string,
  settings: Settings<Args>,
  shape: PictureShape,
): Promise<Fill> {
  if (architecture.filling) return architecture.filling(weights);
  const file =
    weights === "imagenet"
      ? await fetchWeights(architecture.call, architecture.imagenet!(settings, shape))
      : weights;
  return (model) => loadWeights(model, file);
}

function build<Args extends ApplicationArgs>(
  architecture: Architecture<Args>,
  settings: Settings<Args>,
  shape: PictureShape,
): Tf.LayersModel {
  const { inputTensor, includeTop, pooling } = settings;
  const input: Node = inputTensor ?? tf.input({ shape });
  let output = architecture.body(input, settings);
  if (includeTop) output = architecture.top(output, settings);
  else if (pooling) output = architecture.pool(output, pooling);
  const { name } = architecture;
  return tf.model({
    inputs: inputTensor ? sourcesOf(inputTensor) : input,
    outputs: output,
    name: settings.name ?? (typeof name === "string" ? name : name(settings, shape)),
  });
}

function settingsOf<Args extends ApplicationArgs>(call: string, args: Args): Settings<Args> {
  const { includeTop = true, classes = 1000, weights = "imagenet", classifierActivation = "softmax" } = args;
  const wrong = (got: string, expected: string): never => {
    throw new Error(`applications.${call} got ${got}. Expected ${expected}.`);
  };
  if (weights !== null && weights !== "imagenet" && !existsSync(weights))
    wrong(
      `weights ${JSON.stringify(weights)}, and there is no such file`,
      'weights: "imagenet" for Keras\'s trained ones, null for random ones, or the path of a file',
    );
  if (weights === "imagenet" && includeTop && classes !== 1000)
    wrong(
      `classes: ${classes} with the weights "imagenet"`,
      "1000, which these weights are for. For classes of your own: includeTop: false, and a dense layer on the model; or weights: null",
    );
  if (!Number.isSafeInteger(classes) || classes < 1) wrong(`classes: ${classes}`, "a whole number from 1");
  const { pooling } = args;
  if (pooling != null && !["avg", "max"].includes(pooling))
    wrong(`pooling: ${JSON.stringify(pooling)}`, '"avg", "max" or null');
  if (weights !== null && includeTop && classifierActivation !== null && classifierActivation !== "softmax")
    wrong(
      `classifierActivation: ${JSON.stringify(classifierActivation)} with trained weights`,
      '"softmax", or null for logits, which these weights are for',
    );
  return {
    ...args,
    includeTop,
    classes,
    weights,
    classifierActivation: (classifierActivation ?? "linear") as ActivationName,
  };
}

/** The last layer of most: one number for each class. */
export const classifier = (
  x: Node,
  { classes, classifierActivation }: Settings<ApplicationArgs>,
  args: Omit<Parameters<typeof tf.layers.dense>[0], "units"> = {},
): Node => dense(x, classes, { ...args, activation: classifierActivation, name: "predictions" });

export const googleStorage = "https://storage.googleapis.com/tensorflow/keras-applications/";

/** Most of Keras's files are called alike: `hashes` are MD5 with and without the top. */
export const kerasWeights = (
  folder: string,
  file: string,
  includeTop: boolean,
  hashes: [top: string, noTop: string],
): WeightsFile => ({
  url: `${googleStorage}${folder}/${file}${includeTop ? "" : "_notop"}.h5`,
  md5: hashes[includeTop ? 0 : 1],
});
