import type * as Tf from "@tensorflow/tfjs";
import { internals, isModel, isOwnClass, isSequential } from "./internals.js";
import { nameCounter, snakeCase } from "./naming.js";

/** The weights that one layer itself owns, and where Keras's files have them. */
export interface WeightGroup {
  /** In `.weights.h5`: class names with counters, `layers/bidirectional/forward_layer/cell`. */
  path: string;
  /** Names from the model down, `bidirectional/forward_lstm/lstm_cell`; the first part is the model's layer. */
  names: string[];
  /**
   * In the order of creation, trainable ones first. Keras and tfjs create the weights of every layer of
   * `layerRules` in the same order: kernel, recurrent kernel, bias; depthwise, pointwise, bias; gamma, beta, moving
   * mean, moving variance; gates i f c o and z r h.
   */
  weights: Tf.LayerVariable[];
}

/** All weights of `model`, layer by layer in the order of Keras. */
export function weightGroups(model: Tf.LayersModel): WeightGroup[] {
  return [...children(model, "", [])];
}

function* children(model: Tf.LayersModel, path: string, names: string[]): Generator<WeightGroup> {
  const unique = nameCounter();
  for (const layer of model.layers) {
    if (isSequential(model) && layer.getClassName() === "InputLayer") continue;
    const group = unique(
      snakeCase(isModel(layer) && !isSequential(layer) ? "Functional" : layer.getClassName()),
    );
    yield* groups(layer, `${path}layers/${group}`, [...names, layer.name]);
  }
}

function* groups(layer: Tf.layers.Layer, path: string, names: string[]): Generator<WeightGroup> {
  const {
    _trainableWeights,
    _nonTrainableWeights,
    forwardLayer,
    backwardLayer,
    cell,
    cells,
    layer: wrapped,
    projections,
  } = internals(layer);
  const inner = (child: Tf.layers.Layer, key: string): Generator<WeightGroup> =>
    groups(child, `${path}/${key}`, [...names, child.name]);
  if (isOwnClass(layer.getClassName())) {
    // It may say by a getter which weights it has.
    const weights = new Set([..._trainableWeights, ..._nonTrainableWeights, ...layer.weights]);
    yield { path, names, weights: [...weights] };
  } else if (isModel(layer)) {
    yield { path, names, weights: [] };
    yield* children(layer, `${path}/`, names);
  } else if (forwardLayer && backwardLayer) {
    yield { path, names, weights: [] };
    yield* inner(forwardLayer, "forward_layer");
    yield* inner(backwardLayer, "backward_layer");
  } else if (cell) {
    yield { path, names, weights: [] };
    yield* inner(cell, "cell");
  } else if (cells) {
    const unique = nameCounter();
    yield { path, names, weights: [] };
    for (const child of cells) yield* inner(child, `cells/${unique(snakeCase(child.getClassName()))}`);
  } else if (wrapped) {
    yield { path, names, weights: [] };
    yield* inner(wrapped, "layer");
  } else if (projections) {
    yield { path, names, weights: [] };
    for (const part of projections) {
      yield { path: `${path}/${part.path}`, names: [...names, part.name], weights: part.weights };
    }
  } else {
    yield { path, names, weights: [..._trainableWeights, ..._nonTrainableWeights] };
  }
}

/** A weight's last name: `dense_Dense1/kernel_2` -> `kernel`. */
export function weightName(weight: Tf.LayerVariable): string {
  return weight.originalName.split("/").at(-1)!;
}
