import { setImmediate } from "node:timers/promises";
import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../keras/load.js";
import { quoted, refuse } from "../errors.js";
import { CaffeLayer, caffeShape, type Building } from "./caffe-layer.js";
import { isChannelScale } from "./layers/batch-normalization.js";
import { converters } from "./layers/index.js";
import type { Net, NetLayer } from "./net.js";
import type { Blob, WeightsFile } from "./weights-file.js";

/** A blob that a layer has written; in-place layers write new ones under the old name. */
interface Written {
  tensor: Tf.SymbolicTensor;
  name: string;
}

/** One picture has not so many numbers in any layer: 1 GiB. */
const mostNumbers = 2 ** 28;

/**
 * Makes a model of a net and its weights.
 *
 * @throws ModelFileError as `loadCaffe`; then nothing is left of it
 */
export async function buildNet(net: Net, weights: WeightsFile, fileName: string): Promise<Tf.LayersModel> {
  const building = buildingOf(net, weights);
  const blobs = new Map<string, Written>();
  const unread = new Set<Written>();
  const put = (name: string, tensor: Tf.SymbolicTensor): void => {
    const written = { tensor, name };
    blobs.set(name, written);
    unread.add(written);
  };
  const inputs = net.inputs.map(({ name, shape }) => {
    const tensor = inputOf(building.freshName(name), name, shape);
    put(name, tensor);
    return { name, tensor, written: blobs.get(name)! };
  });
  try {
    for (let i = 0; i < net.layers.length; i++) {
      // oxlint-disable-next-line no-await-in-loop -- an interrupt, and other cells, have their turn
      await setImmediate();
      const layer = net.layers[i]!;
      const read = layer.bottoms.map((name) => blobs.get(name) ?? missing(layer, name));
      const merged = scaleOf(net.layers, i, building);
      const made = new CaffeLayer(layer, read.map(({ tensor }) => tensor), building, merged); // prettier-ignore
      const convert = Object.hasOwn(converters, layer.type) ? converters[layer.type]! : unsupported(layer);
      const outputs = [convert(made)].flat();
      for (const one of read) unread.delete(one);
      const { tops } = merged ? net.layers[++i]! : layer;
      if (tops.length !== outputs.length) made.refuse(`has ${tops.length} tops`, String(outputs.length));
      outputs.forEach((tensor, number) => {
        checkSize(layer, tensor);
        put(tops[number]!, tensor);
      });
    }
    const used = inputs.filter(({ written }) => !unread.has(written));
    const outputs = [...unread].filter((written) => inputs.every((input) => input.written !== written));
    if (used.length === 0 || outputs.length === 0) {
      refuse("No layer of the net reads its inputs", "a net from inputs to outputs", "Correct the prototxt.");
    }
    return tf.model({
      inputs: used.map(({ tensor }) => tensor),
      outputs: outputs.map(({ tensor }) => tensor),
      name: layerName(net.name || fileName),
    });
  } catch (error) {
    for (const layer of building.made) tf.dispose(layer.weights.map((weight) => weight.read()));
    throw error;
  }
}

/** Keras's names have no slashes. */
const layerName = (name: string): string => name.replaceAll(/[^\w.-]+/g, "_") || "layer";

function buildingOf(net: Net, weights: WeightsFile): Building {
  const names = new Set<string>();
  /** The first layer that has a parameter of a name, which has it for all. */
  const owners = new Map<string, { layer: string; index: number }>();
  for (const { name, paramNames } of net.layers) {
    paramNames.forEach((param, index) => {
      if (param !== "" && !owners.has(param)) owners.set(param, { layer: name, index });
    });
  }
  return {
    made: [],
    shared: new Map(),
    freshName(wanted) {
      const base = layerName(wanted);
      let name = base;
      for (let i = 1; names.has(name); i++) name = `${base}_${i}`;
      names.add(name);
      return name;
    },
    blobs({ name, paramNames }) {
      const own = weights.blobs(name) ?? [];
      const all = Array.from(
        { length: Math.max(own.length, paramNames.length) },
        (_, i): Blob | undefined => {
          const owner = owners.get(paramNames[i] ?? "");
          return own[i] ?? (owner && weights.blobs(owner.layer)?.[owner.index]);
        },
      );
      const gap = all.indexOf(undefined);
      return (gap < 0 ? all : all.slice(0, gap)) as Blob[];
    },
  };
}

function inputOf(name: string, blob: string, sizes: number[]): Tf.SymbolicTensor {
  const [, ...sample] = sizes;
  if (sizes.length < 2 || sizes.length > 4) {
    refuse(
      `Input ${quoted(blob)} has shape [${sizes.join(", ")}]`,
      "2 to 4 axes: batch, channels, height, width",
      "Correct the prototxt.",
    );
  }
  const shape = sizes.length === 4 ? [sample[1]!, sample[2]!, sample[0]!] : sample;
  const tensor = tf.input({ shape, name });
  if (tf.util.sizeFromShape(sample) > mostNumbers) tooLarge(`Input ${quoted(blob)}`, sizes);
  return tensor;
}

function checkSize({ message }: NetLayer, { shape }: Tf.SymbolicTensor): void {
  const [, ...sample] = caffeShape(shape);
  if (sample.some((size) => !(size! > 0)) || tf.util.sizeFromShape(sample as number[]) > mostNumbers) {
    tooLarge(message.place(), caffeShape(shape));
  }
}

function tooLarge(what: string, shape: Tf.Shape): never {
  refuse(
    `${what} gives [${shape.join(", ")}]`,
    `at most ${mostNumbers} numbers of a sample`,
    "Correct the prototxt.",
  );
}

function missing({ message }: NetLayer, name: string): never {
  refuse(
    `${message.place()} reads ${quoted(name)}, which no layer before it gives`,
    "the top of a layer before it, or an input",
    "If it comes from a layer for training only, take the net's deploy.prototxt.",
  );
}

function unsupported({ message }: NetLayer): never {
  const known = Object.keys(converters).join(", ");
  return refuse(
    `${message.place()} is of a type that is not supported`,
    `one of ${known}`,
    "Use another net, or convert it with Caffe itself.",
  );
}

/** The layer after a batch normalization that scales what it gives, and nobody else reads that. */
function scaleOf(layers: readonly NetLayer[], at: number, building: Building): CaffeLayer | undefined {
  const [layer, next] = [layers[at]!, layers[at + 1]];
  if (layer.type !== "BatchNorm" || next?.type !== "Scale") return undefined;
  const [top] = layer.tops;
  if (next.bottoms.length !== 1 || next.bottoms[0] !== top) return undefined;
  // The name means another blob as soon as a layer writes to it.
  const writer = layers.findIndex(({ tops }, i) => i > at && tops.includes(top!));
  const readers = layers.filter(
    ({ bottoms }, i) => i > at && (writer < 0 || i <= writer) && bottoms.includes(top!),
  );
  const scale = new CaffeLayer(next, [], building);
  return readers.length === 1 && isChannelScale(scale) ? scale : undefined;
}
