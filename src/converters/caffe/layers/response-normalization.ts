import type * as Tf from "@tensorflow/tfjs";
import type { Tensor4D } from "@tensorflow/tfjs-node";
import { type Config, type Inputs, only } from "../../../keras/layers/base.js";
import { tf } from "../../../keras/load.js";
import type { CaffeLayer } from "../caffe-layer.js";

interface ResponseArgs {
  name?: string;
  region: "acrossChannels" | "withinChannel";
  size: number;
  alpha: number;
  beta: number;
  k: number;
}

/**
 * Local response normalization: Krizhevsky et al., 2012. Divides by `(k + alpha / n * sum)^beta`, the sum being that of
 * n squares: of `size` channels beside one another, or (then k is 1) of the `size * size` neighbours in a channel.
 * https://caffe.berkeleyvision.org/tutorial/layers/lrn.html
 */
export class LocalResponseNormalization extends tf.layers.Layer {
  static readonly className = "LocalResponseNormalization";
  private readonly args: ResponseArgs;

  constructor(args: ResponseArgs) {
    super(args);
    this.args = args;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs) as Tensor4D;
      const { region, size, alpha, beta, k } = this.args;
      const radius = (size - 1) / 2;
      // TensorFlow does not divide alpha.
      if (region === "acrossChannels") {
        return tf.localResponseNormalization(input, radius, k, alpha / size, beta);
      }
      const padded = tf.pad(tf.square(input), [[0, 0], [radius, radius], [radius, radius], [0, 0]]); // prettier-ignore
      const mean = tf.avgPool(padded, size, 1, "valid");
      return tf.mul(input, tf.pow(tf.add(tf.mul(mean, alpha), 1), -beta));
    });
  }

  override getConfig(): Config {
    const { region, size, alpha, beta, k } = this.args;
    return { ...super.getConfig(), region, size, alpha, beta, k };
  }
}

export function responseNormalization(layer: CaffeLayer): Tf.SymbolicTensor {
  const { input, height, width, channels } = layer.picture;
  const settings = layer.settings("lrn_param");
  const size = settings.whole("local_size", 5, 1);
  if (size % 2 === 0) layer.refuse(`has a local_size of ${size}`, "an odd one");
  const isAcross =
    settings.word("norm_region", ["ACROSS_CHANNELS", "WITHIN_CHANNEL"], "ACROSS_CHANNELS") ===
    "ACROSS_CHANNELS";
  // Neighbours far beyond a picture's margin are zeros, and cost memory.
  const most = isAcross ? Math.max(2 * channels, 1000) : Math.max(2 * Math.max(height, width), 100);
  if (size > most) layer.refuse(`has a local_size of ${size}`, `at most ${most}`);
  const numbers = {
    alpha: settings.real("alpha", 1),
    beta: settings.real("beta", 0.75),
    k: settings.real("k", 1),
  };
  const region = isAcross ? "acrossChannels" : "withinChannel";
  return layer.apply(({ name }) => new LocalResponseNormalization({ name, region, size, ...numbers }), input);
}
