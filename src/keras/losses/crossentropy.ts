import type { Tensor } from "@tensorflow/tfjs-node";
import { lossOf } from "./loss.js";
import { isEpochMeasure } from "../metrics/epoch-metric.js";
import { withGradient, type Measure, type OpenModel } from "../../tfjs/internals.js";
import { gradientDepth, runNative, runsNatively, tf } from "../../tfjs/native.js";

type Loss = Measure;

interface Activation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** A layer, or a model in the place of one. */
interface OutputLayer {
  activation?: Activation;
  outputLayers?: OutputLayer[];
}

/** What went into which activation, by the `dataId` of what came out: layers hand on clones, which share that. */
const inputs = new WeakMap<object, { activation: string; input: Tensor }>();

function rememberInputs({ activation, outputLayers = [] }: OutputLayer): void {
  outputLayers.forEach(rememberInputs);
  if (!activation || Object.hasOwn(activation, "apply")) return;
  const { apply } = activation;
  activation.apply = function (x) {
    const output = apply.call(this, x);
    const input = kept ? tf.keep(x.clone()) : x;
    kept?.push(input);
    inputs.set(output.dataId, { activation: this.getClassName(), input });
    return output;
  };
}

let kept: Tensor[] | undefined;

/** A layer's intermediate tensors end with its call. These last until `run` is over. */
export function keepingInputs<T>(run: () => T): T {
  const before = kept;
  kept = [];
  try {
    return run();
  } finally {
    tf.dispose(kept);
    kept = before;
  }
}

const sameShape = (a: Tensor, b: Tensor): boolean => tf.util.arraysEqual(a.shape, b.shape);

/** What went into the activation that gave an output. */
export function inputOf(output: Tensor, activation: string): Tensor | undefined {
  const known = inputs.get(output.dataId);
  if (known?.activation !== activation || known.input.isDisposed) return undefined;
  // A reshaped output shares the dataId, too.
  return sameShape(known.input, output) ? known.input : undefined;
}

/** `-sum(target * log(softmax(output)))` over the last axis. */
const softmaxCrossentropy = (target: Tensor, output: Tensor): Tensor =>
  withGradient(([z, x]: [Tensor, Tensor], save) => {
    const { value, slope } = lossAndSlope(z, x);
    save([z, x, slope]);
    return {
      value,
      gradFunc: (dy, [labels, logits, known]) => {
        const upstream = tf.expandDims(dy, -1);
        // What is known already has no gradient of its own.
        const difference = gradientDepth() > 0 ? tf.sub(tf.softmax(logits!), labels!) : known!;
        return [tf.neg(tf.mul(tf.logSoftmax(logits!), upstream)), tf.mul(difference, upstream)];
      },
    };
  })(target, output);

/** The crossentropy, and `softmax(logits) - labels`, which TensorFlow computes by the way. */
function lossAndSlope(labels: Tensor, logits: Tensor): { value: Tensor; slope: Tensor } {
  if (!runsNatively()) {
    const value = tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1));
    return { value, slope: tf.sub(tf.softmax(logits), labels) };
  }
  const rows = [-1, logits.shape.at(-1)!];
  const matrices = [tf.reshape(logits, rows), tf.reshape(labels, rows)];
  const [value, slope] = runNative("SoftmaxCrossEntropyWithLogits", { T: "float32" }, matrices, 2);
  return { value: tf.reshape(value!, logits.shape.slice(0, -1)), slope: tf.reshape(slope!, logits.shape) };
}

/** The crossentropy of each value in `target`, 0 or 1, with `sigmoid(output)`. */
export const sigmoidCrossentropy = (target: Tensor, output: Tensor): Tensor =>
  withGradient(([z, x]: [Tensor, Tensor], save) => {
    save([z, x]);
    // The logarithm of 1 + exp(x), for large x, too.
    const softplus = tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
    return {
      value: tf.sub(softplus, tf.mul(x, z)),
      gradFunc: (dy, [labels, logits]) => [
        tf.neg(tf.mul(logits!, dy)),
        tf.mul(tf.sub(tf.sigmoid(logits!), labels!), dy),
      ],
    };
  })(target, output);

/** The loss of outputs that are logits or, if what went into their activation is known, of that. */
type FromLogits = (target: Tensor, output: Tensor, isLogits?: boolean) => Tensor | undefined;

const logitsOf = (output: Tensor, activation: string, isLogits = false): Tensor | undefined =>
  inputOf(output, activation) ?? (isLogits ? output : undefined);

/** By the name of TensorFlow.js's loss. */
export const crossentropies = {
  categoricalCrossentropy(target, output, isLogits) {
    const logits = logitsOf(output, "softmax", isLogits);
    if (!logits || !sameShape(target, logits)) return undefined;
    return softmaxCrossentropy(target, logits);
  },
  sparseCategoricalCrossentropy(target, output, isLogits) {
    const logits = logitsOf(output, "softmax", isLogits);
    if (!logits) return undefined;
    const classes = tf.cast(tf.floor(tf.reshape(target, [-1])), "int32");
    const labels = tf.reshape(tf.oneHot(classes, logits.shape.at(-1)!), logits.shape);
    return softmaxCrossentropy(tf.cast(labels, "float32"), logits);
  },
  binaryCrossentropy(target, output, isLogits) {
    const logits = logitsOf(output, "sigmoid", isLogits);
    if (!logits || !sameShape(target, logits)) return undefined;
    return tf.mean(sigmoidCrossentropy(target, logits), -1);
  },
} satisfies Record<string, FromLogits>;

function replaced(loss: Loss): Loss {
  if (isEpochMeasure(loss) || lossOf(loss)) return loss;
  // The names of functions have a number behind them in the bundle of TensorFlow.js.
  const name = loss.name.replace(/\$\d+$/, "");
  const better: FromLogits | undefined = Object.hasOwn(crossentropies, name)
    ? crossentropies[name as keyof typeof crossentropies]
    : undefined;
  if (!better) return loss;
  const either: Loss = (target, output) =>
    tf.tidy(() => {
      // TensorFlow.js refuses class numbers that are integers.
      const numbers = tf.cast(target, "float32");
      return better(numbers, output) ?? loss(numbers, output);
    });
  return Object.defineProperty(either, "name", { value: name });
}

/**
 * Behind a softmax or sigmoid, has a compiled model compute crossentropies from what went into it, as Keras does with
 * TensorFlow (`_get_logits` in keras/src/backend/tensorflow/nn.py). TensorFlow.js clips the probabilities, so that what a
 * model gets very wrong has no gradient, and needs twenty operations where this needs five.
 */
export function useLogits(model: OpenModel): void {
  rememberInputs(model as OutputLayer);
  model.lossFunctions = model.lossFunctions.map(replaced);
  model.metricsTensors = model.metricsTensors.map(([measure, output]) => [replaced(measure), output]);
}
