import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../keras/load.js";
import { tensorFromChunks } from "../../tfjs/tensor-from-chunks.js";
import { refuse } from "../errors.js";
import type { Message } from "./message.js";
import type { NetLayer } from "./net.js";
import type { Blob } from "./weights-file.js";

/** How a layer of Caffe becomes layers here: what it is applied to and what it gives. */
export type Convert = (layer: CaffeLayer) => Tf.SymbolicTensor | Tf.SymbolicTensor[];

/** What a layer needs of the net that is being built. */
export interface Building {
  /** Its arrays, those that it shares included. */
  blobs(layer: NetLayer): readonly Blob[];
  /** A name that no layer has yet. */
  freshName(wanted: string): string;
  /** What is to be freed if loading fails. */
  readonly made: Tf.layers.Layer[];
  /** Layers whose weights others share, by what they do and the names of the weights. */
  readonly shared: Map<string, Tf.layers.Layer>;
}

/**
 * A layer of Caffe's that is being converted. Pictures, which Caffe has as [batch, channels, height, width], are
 * [batch, height, width, channels] here; what has another number of axes keeps their order.
 */
export class CaffeLayer {
  readonly name: string;
  readonly type: string;

  constructor(
    private readonly layer: NetLayer,
    readonly inputs: readonly Tf.SymbolicTensor[],
    private readonly building: Building,
    /** The layer that scales what this one gives, where one layer here does both. */
    readonly scale?: CaffeLayer,
  ) {
    this.name = layer.name;
    this.type = layer.type;
  }

  get topCount(): number {
    return this.layer.tops.length;
  }

  /** Its one input. */
  get input(): Tf.SymbolicTensor {
    if (this.inputs.length !== 1) this.refuse(`has ${this.inputs.length} bottoms`, "one");
    return this.inputs[0]!;
  }

  /** Its one input, which has to be pictures. */
  get picture(): { input: Tf.SymbolicTensor; height: number; width: number; channels: number } {
    const [, height, width, channels] = this.input.shape;
    if (this.input.shape.length !== 4) {
      this.refuse(`gets [${this.input.shape.join(", ")}]`, "pictures: batch, channels, height, width");
    }
    return { input: this.input, height: height!, width: width!, channels: channels! };
  }

  settings(field: string): Message {
    return this.layer.message.message(field);
  }

  /** Throws, with the layer's name and type. */
  refuse(arrived: string, expected: string, fix = "Change the net, or leave the layer out."): never {
    refuse(`${this.layer.message.place()} ${arrived}`, expected, fix);
  }

  /** The axis here of one that Caffe counts; not that of the batch. */
  axis(number: number, rank: number): number {
    const axis = number < 0 ? number + rank : number;
    if (!(axis > 0 && axis < rank))
      this.refuse(`works along axis ${number}`, `an axis from 1 to ${rank - 1}`);
    return rank === 4 ? [0, 3, 1, 2][axis]! : axis;
  }

  /** Reads its weights as tensors. Their sizes are checked before memory is taken for them. */
  weights(...shapes: number[][]): Tf.Tensor[] {
    const blobs = this.building.blobs(this.layer);
    if (blobs.length < shapes.length) {
      this.refuse(
        `has ${blobs.length} arrays of weights in the caffemodel`,
        `${shapes.length}`,
        "Are the two files of one net? Its layers find their weights by name.",
      );
    }
    shapes.forEach((shape, i) => {
      const found = blobs[i]!.shape;
      if (withoutOnes(found).join() === withoutOnes(shape).join()) return;
      this.refuse(
        `has weights of shape [${found.join(", ")}] in the caffemodel`,
        `[${shape.join(", ")}], as the prototxt and the net's input have it`,
        "Take the two files of one net.",
      );
    });
    return shapes.map((shape, i) => tensorFromChunks(shape, (chunk, start) => blobs[i]!.read(chunk, start)));
  }

  /** Applies a layer without weights. Its name is the layer's own, or that with an ending if others come after it. */
  apply(
    make: (args: { name: string }) => Tf.layers.Layer,
    input: Tf.SymbolicTensor | readonly Tf.SymbolicTensor[],
    ending = "",
  ): Tf.SymbolicTensor {
    const layer = make({ name: this.building.freshName(this.name + ending) });
    this.building.made.push(layer);
    return layer.apply(input as Tf.SymbolicTensor);
  }

  /**
   * Applies the layer that has its weights. If an equal layer has weights of the same names, it is that one.
   *
   * @param weights makes them, in the order and shapes of the layer here
   */
  applyWeighted(
    make: (args: { name: string }) => Tf.layers.Layer,
    input: Tf.SymbolicTensor,
    weights: () => Tf.Tensor[],
    ending = "",
  ): Tf.SymbolicTensor {
    const key = this.sharingKey(input);
    const known = key === undefined ? undefined : this.building.shared.get(key);
    if (known) return known.apply(input);
    const tensors = tf.tidy(weights);
    try {
      let layer: Tf.layers.Layer | undefined;
      const output = this.apply((args) => (layer = make(args)), input, ending);
      layer!.setWeights(tensors);
      if (key !== undefined) this.building.shared.set(key, layer!);
      return output;
    } finally {
      tf.dispose(tensors);
    }
  }

  private sharingKey(input: Tf.SymbolicTensor): string | undefined {
    const { paramNames, message, type } = this.layer;
    if (paramNames.length === 0 || !paramNames.every(Boolean) || this.scale) return undefined;
    return JSON.stringify([type, input.shape, message.fingerprint(["name", "bottom", "top"])]);
  }
}

/** Old files have four axes for everything. */
const withoutOnes = (shape: readonly number[]): readonly number[] => {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
};

/** Sizes in Caffe's order, those of the batch included, from those here. */
export const caffeShape = (shape: Tf.Shape): Tf.Shape =>
  shape.length === 4 ? [0, 3, 1, 2].map((axis) => shape[axis]!) : shape;
