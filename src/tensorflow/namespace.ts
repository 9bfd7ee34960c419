/**
 * What a notebook calls `tf`: TensorFlow.js as a namespace, so that its types are there, too (`tf.Tensor2D`,
 * `tf.LayersModel`). The values are those of the instance that `load.ts` loaded and repaired.
 */
import { tf } from "./load.js";

export * from "@tensorflow/tfjs";

/** TensorFlow.js's functions for Node: decoding images, TensorBoard. Undefined without native TensorFlow. */
export const node = tf.node;
