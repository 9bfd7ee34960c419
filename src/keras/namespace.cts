/**
 * What a notebook calls `tf`: TensorFlow.js with its types (`tf.Tensor2D`, `tf.LayersModel`), which the value alone
 * would not carry. A CommonJS module, because an ES module that re-exports TensorFlow.js costs a quarter of a second:
 * Node has to search all of its sources for names. `load.ts` has to be imported first; it loads and repairs.
 */
// oxlint-disable-next-line no-unassigned-import -- types that it adds to those of TensorFlow.js
import "./types.cjs";
import tf = require("@tensorflow/tfjs");

declare module "@tensorflow/tfjs" {
  /** TensorFlow.js's functions for Node: decoding images, TensorBoard. Undefined without native TensorFlow. */
  export const node: typeof import("@tensorflow/tfjs-node/dist/node.js").node;
}

export = tf;
