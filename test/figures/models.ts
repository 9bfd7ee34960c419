import type { LayersModel } from "@tensorflow/tfjs";
import { tf } from "../../src/keras/load.js";

/** Layers in a row. */
export function chain(): LayersModel {
  return tf.sequential({
    name: "chain",
    layers: [
      tf.layers.conv2d({
        filters: 2,
        kernelSize: 3,
        activation: "relu",
        inputShape: [8, 8, 1],
        name: "conv",
      }),
      tf.layers.flatten({ name: "flat" }),
      tf.layers.dropout({ rate: 0.25, name: "drop" }),
      tf.layers.dense({ units: 3, name: "out" }),
    ],
  });
}

/** Two branches, of which one skips a layer. */
export function branches(): LayersModel {
  const input = tf.input({ shape: [4], name: "in" });
  const left = tf.layers.dense({ units: 3, activation: "relu", name: "left" }).apply(input);
  const deeper = tf.layers.dense({ units: 2, name: "deeper" }).apply(left);
  const merged = tf.layers.concatenate({ name: "merge" }).apply([deeper, input]);
  return tf.model({ inputs: input, outputs: merged, name: "branches" });
}
