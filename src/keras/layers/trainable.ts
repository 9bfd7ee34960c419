// oxlint-disable no-underscore-dangle -- the names of the members of TensorFlow.js's layers
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-node";
import {
  openModel,
  layerPrototype,
  prototypeOf,
  type OpenLayer as HiddenLayer,
} from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

/** A layer with the layers inside of it. */
interface OpenLayer extends HiddenLayer {
  /** Of a model, of Bidirectional, of StackedRNNCells, of RNN, of other wrappers. */
  layers?: OpenLayer[];
  forwardLayer?: OpenLayer;
  backwardLayer?: OpenLayer;
  cells?: OpenLayer[];
  cell?: OpenLayer;
  layer?: OpenLayer;
}

/** The layers inside of a layer, in Keras's order. */
function partsOf({ layers, forwardLayer, backwardLayer, cells, cell, layer }: OpenLayer): OpenLayer[] {
  if (forwardLayer && backwardLayer) return [forwardLayer, backwardLayer];
  const single = cell ?? layer;
  return layers ?? cells ?? (single ? [single] : []);
}

/** All layers that a layer has: those of a custom layer, too, and the one that Bidirectional has copied and is saved by. */
function heldBy(layer: OpenLayer): OpenLayer[] {
  if (layer.layers) return layer.layers;
  const isLayer = (value: unknown): value is OpenLayer => value instanceof tf.layers.Layer;
  return (Object.values(layer) as unknown[]).flat().filter(isLayer);
}

/** A layer and all that are inside of it, at any depth. */
export function withParts(layer: OpenLayer): OpenLayer[] {
  return [layer, ...partsOf(layer).flatMap(withParts)];
}

/** Freezes a model, but not its layers, each of which may be frozen or not: what a file says. */
export function markFrozen(model: LayersModel): void {
  openModel(model).trainable_ = false;
}

/** The weights that a layer made itself, then those of the layers inside of it, each once. */
function weightsOf(layer: OpenLayer): LayerVariable[] {
  const { _trainableWeights, _nonTrainableWeights } = layer;
  return unique([
    ..._trainableWeights,
    ..._nonTrainableWeights,
    ...partsOf(layer).flatMap((part) => part.weights),
  ]);
}

const unique = <T>(list: T[]): T[] => [...new Set(list)];

/** Set while TensorFlow.js tells the model inside of a sequential model whether that is trainable. */
let isMirroring = false;

const reason = {
  name: "trainable",
  why: "freezing a model reaches neither its layers nor what is inside of them, and moves weights to other places",
};

const accessors: Record<
  "trainable" | "weights" | "trainableWeights" | "nonTrainableWeights",
  PropertyDescriptor
> &
  ThisType<OpenLayer> = {
  trainable: {
    get() {
      return this.trainable_;
    },
    set(trainable: boolean) {
      this.trainable_ = trainable;
      if (isMirroring) return;
      for (const weight of this._trainableWeights) weight.trainable = trainable;
      for (const part of heldBy(this)) part.trainable = trainable;
    },
  },
  weights: {
    get() {
      // A layer of somebody's own may say otherwise which weights it has.
      return unique([...weightsOf(this), ...this.trainableWeights, ...this.nonTrainableWeights]);
    },
  },
  trainableWeights: {
    get() {
      return this.trainable ? weightsOf(this).filter((weight) => weight.trainable) : [];
    },
    set(weights: LayerVariable[]) {
      this._trainableWeights = weights;
    },
  },
  nonTrainableWeights: {
    get() {
      return weightsOf(this).filter((weight) => !this.trainable || !weight.trainable);
    },
    set(weights: LayerVariable[]) {
      for (const weight of weights) weight.trainable = false;
      this._nonTrainableWeights = weights;
    },
  },
};

/**
 * Which weights a layer has, in which order, and which of them are trained, as in Keras
 * (https://keras.io/guides/transfer_learning/). In tfjs-layers 4.22 `model.trainable = false` reaches the weights of the
 * model's own layers, but neither the layers, so that a batch normalization goes on following the batches, nor what is inside
 * of them; and weights change their places in `getWeights` when they are frozen, so that `setWeights` swaps them.
 */
export function repairTrainable(): void {
  const layer: OpenLayer = layerPrototype;
  const bidirectional = prototypeOf<OpenLayer>("Bidirectional");
  const { getWeights, setWeights } = layer;
  const changed = [
    layer,
    Object.getPrototypeOf(tf.LayersModel.prototype) as OpenLayer,
    Object.getPrototypeOf(bidirectional) as OpenLayer,
    bidirectional,
    prototypeOf<OpenLayer>("RNN"),
    prototypeOf<OpenLayer>("StackedRNNCells"),
  ];
  for (const prototype of changed) {
    for (const [name, property] of Object.entries(accessors)) {
      patch(prototype, name as keyof typeof accessors, { ...reason, property });
    }
    if (Object.hasOwn(prototype, "getWeights"))
      patch(prototype, "getWeights", { ...reason, replace: getWeights });
    if (Object.hasOwn(prototype, "setWeights"))
      patch(prototype, "setWeights", { ...reason, replace: setWeights });
  }

  patch(layer, "addWeight", {
    ...reason,
    wrap: (addWeight) =>
      function (...args) {
        const weight = addWeight.apply(this, args);
        if (!this.trainable) weight.trainable = false;
        return weight;
      },
  });
  patch(tf.Sequential.prototype, "build", {
    ...reason,
    wrap: (build) =>
      function (inputShape) {
        isMirroring = true;
        try {
          build.call(this, inputShape);
        } finally {
          isMirroring = false;
        }
      },
  });
}
