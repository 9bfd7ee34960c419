import type { Tensor } from "@tensorflow/tfjs-node";
import { layerFactories, prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { addClass } from "../../tfjs/registries.js";

type Run = (x: Tensor) => Tensor;

const hardSigmoid: Run = (x) => tf.div(tf.relu6(tf.add(x, 3)), 6);
const hardSilu: Run = (x) => tf.mul(x, hardSigmoid(x));
const between = (x: Tensor, inside: Tensor, above: Tensor): Tensor =>
  tf.where(tf.lessEqual(x, -1), tf.zerosLike(x), tf.where(tf.less(x, 1), inside, above));

/** Activations that Keras has and TensorFlow.js lacks: https://keras.io/api/layers/activations/ */
const added: Record<string, Run> = {
  celu: (x) => tf.add(tf.relu(x), tf.minimum(0, tf.expm1(x))),
  exponential: tf.exp,
  /** Halves the last axis: one half decides how much of the other goes on. */
  glu: (x) => {
    const [passed, gate] = tf.split(x, 2, -1) as [Tensor, Tensor];
    return tf.mul(passed, tf.sigmoid(gate));
  },
  hardShrink: (x) => tf.where(tf.greater(tf.abs(x), 0.5), x, tf.zerosLike(x)),
  hardSilu,
  hardSwish: hardSilu,
  hardTanh: (x) => tf.clipByValue(x, -1, 1),
  leakyRelu: (x) => tf.leakyRelu(x, 0.2),
  // The gradient of TensorFlow.js's needs an input that may be freed.
  logSigmoid: (x) => tf.neg(tf.softplus(tf.neg(x))),
  softShrink: (x) => tf.mul(tf.sign(x), tf.relu(tf.sub(tf.abs(x), 0.5))),
  sparsePlus: (x) => between(x, tf.square(tf.div(tf.add(x, 1), 2)), x),
  sparseSigmoid: (x) => between(x, tf.div(tf.add(x, 1), 2), tf.onesLike(x)),
  /** After Martins and Astudillo, 2016; as in Keras 3.15 with any backend, which adds up the sums of what is in, not their last. */
  sparsemax: (x) => {
    const { values } = tf.topk(x, x.shape.at(-1));
    const sums = tf.cumsum(values, -1);
    const counts = tf.range(1, x.shape.at(-1)! + 1);
    const isIn = tf.cast(tf.greater(tf.sub(values, tf.div(tf.sub(sums, 1), counts)), 0), "float32");
    const excess = tf.sub(tf.sum(tf.mul(sums, isIn), -1, true), 1);
    return tf.relu(tf.sub(x, tf.div(excess, tf.sum(isIn, -1, true))));
  },
  squareplus: (x) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 2),
  tanhShrink: (x) => tf.sub(x, tf.tanh(x)),
};

interface Activation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** What all activations of TensorFlow.js are. */
function activationBase(): new () => Activation {
  const prototype = Object.getPrototypeOf(prototypeOf("relu")) as Activation;
  return prototype.constructor as new () => Activation;
}

const settingNames = ["activation", "recurrentActivation"];

/** Adds Keras's activations by their names, and lets a layer take a function for one. */
export function addActivations(): void {
  const Base = activationBase();
  for (const [name, run] of Object.entries(added)) {
    addClass(
      class extends Base {
        static readonly className = name;
        override apply(x: Tensor): Tensor {
          return tf.tidy(() => run(x));
        }
      },
    );
  }
  class FunctionActivation extends Base {
    constructor(private readonly run: Run) {
      super();
    }

    override getClassName(): string {
      return this.run.name || "a function";
    }

    override apply(x: Tensor): Tensor {
      return tf.tidy(() => this.run(x));
    }
  }
  for (const name of Object.keys(layerFactories)) {
    // Classes are among them.
    if (!/^[a-z]/.test(name)) continue;
    patch(layerFactories, name, {
      name: "functions as activations",
      after: ["arguments of Keras", "layers of Keras"],
      why: 'a function is answered with "Improper config format"',
      wrap:
        (make) =>
        (settings, ...others) => {
          const functions = Object.entries(settings ?? {}).filter(
            ([key, value]) => settingNames.includes(key) && typeof value === "function",
          );
          const made = functions.map(([key, run]) => [key, new FunctionActivation(run as Run)]);
          return make(made.length > 0 ? { ...settings, ...Object.fromEntries(made) } : settings, ...others);
        },
    });
  }
}
