import { conv, dense, globalPool, maxPool, type Node } from "./blocks.js";
import { application, type Application, kerasWeights } from "./application.js";
import { tf } from "../keras/load.js";

/** Filters of the five blocks. */
const filters = [64, 128, 256, 512, 512];

/** `convolutions`: how many each block has. */
function vgg(name: string, convolutions: number[], hashes: [top: string, noTop: string]): Application {
  return application({
    call: name,
    name,
    defaultSize: 224,
    minSize: 32,
    flattens: true,
    preprocessing: "caffe",
    body: (input) =>
      convolutions.reduce((start, count, block) => {
        const prefix = `block${block + 1}`;
        let x = start;
        for (let i = 1; i <= count; i++)
          x = conv(x, filters[block]!, 3, {
            activation: "relu",
            padding: "same",
            name: `${prefix}_conv${i}`,
          });
        return maxPool(x, 2, 2, { name: `${prefix}_pool` });
      }, input),
    top: (body, { classes, classifierActivation }) => {
      let x: Node = tf.layers.flatten({ name: "flatten" }).apply(body);
      x = dense(x, 4096, { activation: "relu", name: "fc1" });
      x = dense(x, 4096, { activation: "relu", name: "fc2" });
      return dense(x, classes, { activation: classifierActivation, name: "predictions" });
    },
    pool: (x, kind) => globalPool(x, kind),
    imagenet: ({ includeTop }) =>
      kerasWeights(name, `${name}_weights_tf_dim_ordering_tf_kernels`, includeTop, hashes),
  });
}

/**
 * VGG16 (Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556), as `keras.applications.VGG16`: 138 million weights,
 * pictures of 224x224 pixels.
 *
 * @example
 * const base = await applications.vgg16({ includeTop: false, inputShape: [150, 150, 3] });
 */
export const vgg16 = vgg(
  "vgg16",
  [2, 2, 3, 3, 3],
  ["64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"],
);

/** VGG19, as `keras.applications.VGG19`: 144 million weights, pictures of 224x224 pixels. See {@link vgg16}. */
export const vgg19 = vgg(
  "vgg19",
  [2, 2, 4, 4, 4],
  ["cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"],
);
