import { addClass } from "../../../tfjs/registries.js";
import type { Convert } from "../caffe-layer.js";
import { batchNormalization } from "./batch-normalization.js";
import { CaffePooling2D } from "./caffe-pooling.js";
import { concat, crop, eltwise, slice } from "./combine.js";
import { convolution, deconvolution } from "./convolution.js";
import { absolute, activation, dropout, elu, flatten, power, prelu, relu, softmax } from "./elementwise.js";
import { innerProduct } from "./inner-product.js";
import { pooling } from "./pooling.js";
import { LocalResponseNormalization, responseNormalization } from "./response-normalization.js";
import { Scale, scale } from "./scale.js";

/** Every type of layer that can be converted. */
export const converters: Readonly<Record<string, Convert>> = {
  AbsVal: absolute,
  BNLL: activation("softplus"),
  BatchNorm: batchNormalization,
  Concat: concat,
  Convolution: convolution,
  Crop: crop,
  Deconvolution: deconvolution,
  Dropout: dropout,
  ELU: elu,
  Eltwise: eltwise,
  Flatten: flatten,
  InnerProduct: innerProduct,
  LRN: responseNormalization,
  PReLU: prelu,
  Pooling: pooling,
  Power: power,
  ReLU: relu,
  Scale: scale,
  Sigmoid: activation("sigmoid"),
  Slice: slice,
  Softmax: softmax,
  Split: (layer) => Array.from({ length: layer.topCount }, () => layer.input),
  TanH: activation("tanh"),
};

/** Layers that Keras lacks: models that have them are saved, and loaded here. */
for (const Layer of [CaffePooling2D, LocalResponseNormalization, Scale]) addClass(Layer);
