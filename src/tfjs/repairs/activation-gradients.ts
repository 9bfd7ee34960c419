import type { Tensor, TensorLike } from "@tensorflow/tfjs-node";
import { withGradient } from "../internals.js";
import { core, runNative, runsNatively, tf } from "../native.js";
import { patch } from "../patch.js";
import { setGradient } from "../registries.js";

interface Activation {
  /** TensorFlow's operation for its gradient. */
  operation: string;
  /** What its gradient is multiplied by, as TensorFlow.js can compute it. */
  slope: (y: Tensor, alpha: number) => Tensor;
}

/** Activations whose output `y` tells the gradient. */
const activations: Record<string, Activation> = {
  Relu: { operation: "ReluGrad", slope: (y) => tf.step(y) },
  // At 6 it is 0, as in Keras; TensorFlow.js's was 1.
  Relu6: {
    operation: "Relu6Grad",
    slope: (y) => tf.mul(tf.step(y), tf.cast(tf.less(y, 6), "float32")),
  },
  LeakyRelu: { operation: "LeakyReluGrad", slope: (y, alpha) => tf.step(y, alpha) },
};

const reason = {
  name: "fused activation gradients",
  why: "relu's gradient takes six operations and as many tensors; relu6's is 1 at 6, where Keras has 0",
};

/**
 * TensorFlow.js computes relu's gradient as `dy * step(x)`, and natively the step by five operations, of which one gets
 * ones from JavaScript: six more tensors as large as `x`. TensorFlow has one operation for all. It gets the output, so
 * that what came before relu need not stay, and TensorFlow can fuse that with relu in a graph.
 */
export function fuseActivationGradients(): void {
  for (const [kernelName, activation] of Object.entries(activations)) fuseGradient(kernelName, activation);
  composeLogSigmoid();
}

/** Its gradient holds an input that it did not save: inside `tf.tidy` it is freed before. */
function composeLogSigmoid(): void {
  const why = { name: "log-sigmoid", why: "its gradient needs an input that may be freed" };
  const logSigmoid = (x: Tensor) => tf.tidy(() => tf.neg(tf.softplus(tf.neg(x))));
  patch(core, "logSigmoid", {
    ...why,
    // The known one says what is wrong with anything else.
    wrap: (known) => (x: Tensor | TensorLike) =>
      x instanceof tf.Tensor && x.dtype !== "string" ? logSigmoid(x) : known(x),
  });
  patch(tf.Tensor.prototype, "logSigmoid", {
    ...why,
    replace() {
      return logSigmoid(this) as never;
    },
  });
}

function fuseGradient(kernelName: string, { operation, slope }: Activation): void {
  setGradient(reason, {
    kernelName,
    inputsToSave: kernelName === "LeakyRelu" ? ["x"] : [],
    outputsToSave: [true],
    gradFunc: (dy, saved, attributes) => {
      const { alpha } = (attributes ?? {}) as { alpha?: number };
      // With a negative alpha the output is positive on both sides.
      const known = alpha !== undefined && alpha < 0 ? saved[0]! : saved.at(-1)!;
      // TensorFlow.js's step of whole numbers does not run natively.
      const y = known.dtype === "float32" ? known : tf.cast(known, "float32");
      const settings = alpha === undefined ? {} : { alpha };
      return {
        x: () =>
          runsNatively()
            ? through(operation, settings, dy as Tensor, y)
            : tf.mul(dy as Tensor, slope(y, alpha ?? 0)),
      };
    },
  });
}

/** `dy` where `y` lets it pass, by an operation that is linear in `dy`. */
function through(operation: string, settings: { alpha?: number }, dy: Tensor, y: Tensor): Tensor {
  return withGradient(([given, output]: [Tensor, Tensor], save) => {
    save([output]);
    const [value] = runNative(operation, { T: "float32", ...settings }, [given, output], 1);
    const gradFunc = (gradient: Tensor, [saved]: Tensor[]) => [
      through(operation, settings, gradient, saved!),
      tf.zerosLike(saved!),
    ];
    return { value: value!, gradFunc };
  })(dy, y);
}
