import type { GradConfig, NamedAttrMap, Tensor, Tensor4D } from "@tensorflow/tfjs-node";
import { runNative, runsNatively, tf } from "../native.js";
import { replaceGradient, setGradient } from "../registries.js";

const reason = {
  name: "missing gradients",
  why: "TensorFlow has a gradient of it, TensorFlow.js none, or one that fails",
};

type Gradient = (
  dy: Tensor,
  saved: Tensor[],
  attributes: NamedAttrMap,
) => Record<string, (() => Tensor) | undefined>;

/**
 * Gradients that tfjs-core 4.22 lacks and TensorFlow has (tensorflow/python/ops/{array,math,image,data_flow}_grad.py), and
 * those of `tf.split` and `tf.unstack` into one part, which failed. Most of them move numbers about: what the operation
 * takes from a place, the gradient puts there.
 */
export function repairMissingGradients(): void {
  for (const kernelName of ["SplitV", "Unpack"])
    replaceGradient(
      kernelName,
      reason,
      (known) =>
        (dy, ...others) =>
          known([dy].flat(), ...others),
    );

  add("GatherNd", ["params", "indices"], (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices!, dy, params!.shape),
    indices: () => tf.zerosLike(indices!),
  }));
  add("ScatterNd", ["indices"], (dy, [indices]) => ({
    updates: () => tf.gatherND(dy, indices!),
    indices: () => tf.zerosLike(indices!),
  }));
  add("TensorScatterUpdate", ["indices", "updates"], (dy, [indices, updates]) => ({
    tensor: () => tf.tensorScatterUpdate(dy, indices!, tf.zerosLike(updates!)),
    updates: () => tf.gatherND(dy, indices!),
    indices: () => tf.zerosLike(indices!),
  }));
  add("SparseToDense", ["sparseIndices"], (dy, [sparseIndices]) => ({
    sparseValues: () => tf.gatherND(dy, columnsOf(sparseIndices!)),
    defaultValue: () => {
      const given = tf.scatterND(columnsOf(sparseIndices!), tf.ones([sparseIndices!.shape[0]]), dy.shape);
      return tf.sum(tf.mul(dy, tf.sub(1, tf.minimum(given, 1))));
    },
    sparseIndices: () => tf.zerosLike(sparseIndices!),
  }));
  add("StridedSlice", ["x"], (dy, [x], attributes) => ({
    // What the slice took of the numbers 0, 1, 2, ... says where each came from.
    x: () => {
      const places = tf.reshape(tf.range(0, x!.size, 1, "int32"), x!.shape);
      const taken = tf.reshape(run("StridedSlice", { x: places }, attributes), [-1, 1]);
      return tf.reshape(tf.scatterND(taken, tf.reshape(dy, [-1]), [x!.size]), x!.shape);
    },
  }));
  add("Cumprod", ["x"], (dy, [x], { axis, exclusive, reverse }) => ({
    x: () => {
      const settings = [axis as number, exclusive as boolean] as const;
      const products = tf.cumprod(x!, ...settings, reverse as boolean);
      return tf.divNoNan(tf.cumsum(tf.mul(products, dy), ...settings, !reverse), x!);
    },
  }));
  add("Diag", [], (dy) => ({
    x: () => {
      const shape = dy.shape.slice(0, dy.rank / 2);
      const size = tf.util.sizeFromShape(shape);
      const everyNext = tf.range(0, size, 1, "int32").mul(size + 1);
      return tf.reshape(tf.gather(tf.reshape(dy, [-1]), tf.cast(everyNext, "int32")), shape);
    },
  }));
  add("FlipLeftRight", [], (dy) => ({ image: () => tf.image.flipLeftRight(dy as Tensor4D) }));
  add("DepthToSpace", [], (dy, _saved, { blockSize, dataFormat }) => ({
    x: () => spaceToDepth(dy, blockSize as number, dataFormat as string),
  }));
  if (runsNatively()) add("CropAndResize", ["image", "boxes", "boxInd"], gradientsOfCrops);
}

function add(kernelName: string, inputsToSave: string[], gradFunc: Gradient): void {
  setGradient(reason, { kernelName, inputsToSave, gradFunc: gradFunc as GradConfig["gradFunc"] });
}

const run = (kernelName: string, inputs: Record<string, Tensor>, attributes: NamedAttrMap): Tensor =>
  tf.engine().runKernel(kernelName, inputs, attributes) as Tensor;

/** Places in a list may come as `[n]`. */
const columnsOf = (indices: Tensor): Tensor => (indices.rank === 2 ? indices : tf.expandDims(indices, -1));

/** Cuts pictures into blocks, whose pixels become channels. */
function spaceToDepth(x: Tensor, size: number, dataFormat: string): Tensor {
  if (dataFormat === "NCHW") {
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    const blocks = tf.reshape(x, [batch, channels, height / size, size, width / size, size]);
    const shape = [batch, channels * size * size, height / size, width / size];
    return tf.reshape(tf.transpose(blocks, [0, 3, 5, 1, 2, 4]), shape);
  }
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const blocks = tf.reshape(x, [batch, height / size, size, width / size, size, channels]);
  const shape = [batch, height / size, width / size, channels * size * size];
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), shape);
}

/** Nearest neighbours do not change where a box moves by little. */
const gradientsOfCrops: Gradient = (dy, [image, boxes, boxInd], { method }) => ({
  image: () => {
    const attributes = { T: "float32", method: method as string };
    const size = tf.tensor1d(image!.shape, "int32");
    return runNative("CropAndResizeGradImage", attributes, [dy, boxes!, boxInd!, size], 1)[0]!;
  },
  boxes: () =>
    method === "bilinear"
      ? runNative(
          "CropAndResizeGradBoxes",
          { T: "float32", method: "bilinear" },
          [dy, image!, boxes!, boxInd!],
          1,
        )[0]!
      : tf.zerosLike(boxes!),
  boxInd: () => tf.zerosLike(boxInd!),
});
