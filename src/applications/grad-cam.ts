import type * as Tf from "@tensorflow/tfjs";
import { colorTable } from "../figures/colormap.js";
import { showImage } from "../figures/image-grid.js";
import { SelfShowing } from "../host/self-showing.js";
import { displaySymbol } from "../host/host.js";
import { NdArray } from "../arrays/ndarray.js";
import { objectFrom } from "../keras/layers/base.js";
import { tf } from "../keras/load.js";
import {
  batchOf,
  layerOf,
  onePicture,
  type PictureOptions,
  type Pictures,
  withTensorsFreed,
} from "./pictures.js";

export interface GradCamOptions extends PictureOptions {
  /** The class to look for; the one with the highest score if left out. */
  classIndex?: number;
  /** The layer whose channels are weighed; the last that still has a height and a width, if left out. */
  layer?: string;
  /** Names of the classes, for the title. */
  classNames?: readonly string[];
}

/** A picture with what a class was seen by in color over it. */
export class GradCam extends SelfShowing {
  constructor(
    /** The class that was looked for. */
    readonly classIndex: number,
    /** Its score, as the model gives it. */
    readonly score: number,
    /** Where it was seen: `[height, width]` of the layer, 0 to 1. */
    readonly heat: NdArray<Float32Array>,
    picture: SelfShowing,
  ) {
    super(() => picture[displaySymbol]());
  }
}

/**
 * Which parts of a picture speak for a class: Grad-CAM (Selvaraju and others 2016, https://arxiv.org/abs/1610.02391). The channels
 * of the last convolution are weighed by how much the score of the class grows with each. Yellow is much, blue is little.
 *
 * @param model classifies pictures; what comes behind the layer must come from it alone
 * @param picture `[height, width, channels]`, as `preprocess` takes it
 * @throws Error if the model has no layer with height and width, or a path around the one that is named
 *
 * @example
 * const model = await applications.efficientNetLite0();
 * applications.gradCam(model, cat, { preprocess: applications.efficientNetLite0.preprocessInput });
 */
export function gradCam(model: Tf.LayersModel, picture: Pictures, options: GradCamOptions = {}): GradCam {
  return withTensorsFreed(() => {
    const image = onePicture("gradCam", picture);
    const layer =
      options.layer === undefined ? lastWithSpace(model) : layerOf("gradCam", model, options.layer);
    const input = batchOf(image, options);
    const activations = outputOf(model, layer, input);
    if (activations.rank !== 4) {
      throw new Error(
        `gradCam got the layer ${JSON.stringify(layer.name)}, whose output is [${activations.shape.join(", ")}]. Expected one with height ` +
          "and width, such as a convolution.",
      );
    }
    const prediction = tf.reshape(model.predict(input), [-1]);
    const classIndex = options.classIndex ?? prediction.argMax().dataSync()[0]!;
    if (!Number.isSafeInteger(classIndex) || classIndex < 0 || classIndex >= prediction.size)
      throw new RangeError(
        `gradCam got classIndex ${classIndex}. Expected a whole number from 0 to ${prediction.size - 1}, one of the model's outputs.`,
      );
    const score = prediction.dataSync()[classIndex]!;
    const scoreOf = (x: Tf.Tensor): Tf.Tensor =>
      withoutLastActivation(model, () =>
        tf.squeeze(tf.slice(tf.reshape(behind(model, layer, x), [-1]), classIndex, 1)),
      );
    const gradients = tf.grad(scoreOf)(activations);
    const weights = tf.mean(gradients, [0, 1, 2]);
    const sum = tf.relu(tf.sum(tf.mul(tf.squeeze(activations, [0]), weights), -1)) as Tf.Tensor2D;
    const heat = tf.div(sum, tf.maximum(tf.max(sum), 1e-12)) as Tf.Tensor2D;
    const name = options.classNames?.[classIndex] ?? `class ${classIndex}`;
    const shown = showImage(overlay(image, heat), { title: `${name}, ${score.toFixed(2)}` });
    return new GradCam(classIndex, score, new NdArray(heat.dataSync<"float32">(), heat.shape), shown);
  });
}

function lastWithSpace(model: Tf.LayersModel): Tf.layers.Layer {
  const found = model.layers.findLast(({ outputShape }) => (outputShape as (number | null)[]).length === 4);
  if (found && found.getClassName() !== "InputLayer") return found;
  throw new Error(
    `gradCam: the model ${model.name} has no layer with height and width. Expected one with convolutions.`,
  );
}

function outputOf(model: Tf.LayersModel, layer: Tf.layers.Layer, input: Tf.Tensor): Tf.Tensor {
  const output = symbolOf(model, layer);
  return tf.model({ inputs: model.inputs, outputs: output }).predict(input);
}

/** What the layer gives within this model, though it may be part of others. */
function symbolOf(model: Tf.LayersModel, layer: Tf.layers.Layer): Tf.SymbolicTensor {
  const seen = new Set<Tf.SymbolicTensor>();
  // Of a model that is the first layer of another, the layers themselves are passed, not it.
  const ends = new Set((layer as Partial<Tf.LayersModel>).outputs);
  const find = (symbol: Tf.SymbolicTensor): Tf.SymbolicTensor | undefined => {
    if (symbol.sourceLayer === layer || ends.has(symbol)) return symbol;
    if (seen.has(symbol)) return undefined;
    seen.add(symbol);
    for (const input of symbol.inputs) {
      const found = find(input);
      if (found) return found;
    }
    return undefined;
  };
  return find(model.outputs[0]!)!;
}

/** What the model gives where the layer gives `x`. Layer after layer, so that gradients reach `x`. */
function behind(model: Tf.LayersModel, layer: Tf.layers.Layer, x: Tf.Tensor): Tf.Tensor {
  const known = new Map<Tf.SymbolicTensor, Tf.Tensor>([[symbolOf(model, layer), x]]);
  const value = (symbol: Tf.SymbolicTensor): Tf.Tensor => {
    const found = known.get(symbol);
    if (found) return found;
    const { sourceLayer, inputs } = symbol;
    if (inputs.length === 0) {
      throw new Error(
        `gradCam: the model ${model.name} has a path around the layer ${JSON.stringify(layer.name)}. Expected one that all of the answer ` +
          "comes from, behind the last connection that skips something.",
      );
    }
    const given = inputs.map(value);
    const outputs = [sourceLayer.call(given.length === 1 ? given[0]! : given, { training: false })].flat();
    const output = outputs[(symbol as { outputTensorIndex?: number }).outputTensorIndex ?? 0]!;
    known.set(symbol, output);
    return output;
  };
  return value(model.outputs[0]!);
}

/** Softmax flattens the scores of what the model is sure of: their gradients are those before it. */
function withoutLastActivation<T>(model: Tf.LayersModel, run: () => T): T {
  const last = model.outputs[0]!.sourceLayer as unknown as { activation?: { getClassName(): string } };
  const { activation } = last;
  if (!/^(?:softmax|sigmoid)$/i.test(activation?.getClassName() ?? "")) return run();
  last.activation = objectFrom("activation", "linear");
  try {
    return run();
  } finally {
    last.activation = activation!;
  }
}

/** How much of the picture the color covers, at most. */
const cover = 0.65;

function overlay(image: Tf.Tensor3D, heat: Tf.Tensor2D): NdArray<Uint8Array> {
  const [height, width, channels] = image.shape;
  const enlarged = tf.image.resizeBilinear(tf.expandDims<Tf.Tensor3D>(heat, -1), [height, width]);
  const [least, most] = [tf.min(image).dataSync()[0]!, tf.max(image).dataSync()[0]!];
  // Pixels of 0 to 255 or of 0 to 1; others are as dark and bright as they come.
  const [dark, bright] =
    least >= 0 && most <= 1 ? [0, 1] : least >= 0 && most <= 255 ? [0, 255] : [least, most];
  const pixels = tf.mul(tf.div(tf.sub(image, dark), bright - dark), 255).dataSync();
  const hot = enlarged.dataSync();
  const colors = colorTable("viridis");
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const share = cover * hot[pixel]!;
    const color = colors[Math.round(hot[pixel]! * 255) * 3 + (i % 3)]!;
    const original = pixels[pixel * channels + (channels === 1 ? 0 : i % 3)]!;
    return Math.round((1 - share) * original + share * color);
  });
  return new NdArray(data, [height, width, 3]);
}
