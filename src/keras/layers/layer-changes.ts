import type { layers } from "@tensorflow/tfjs-node";
import { addActivations } from "./activations.js";
import { Operation } from "./operation.js";
import { layerFactories } from "../../tfjs/internals.js";
import { patch } from "../../tfjs/patch.js";
import { addClass } from "../../tfjs/registries.js";
import { extendActivationLayers } from "./activation-layers.js";
import { ActivityRegularization } from "./activity-regularizer.js";
import { AdditiveAttention, Attention } from "./attention.js";
import { CategoryEncoding } from "./category-encoding.js";
import { Discretization } from "./discretization.js";
import { EinsumDense } from "./einsum-dense.js";
import { extendGlobalPooling, GlobalAveragePooling3D, GlobalMaxPooling3D } from "./global-pooling.js";
import { GroupNormalization } from "./group-normalization.js";
import { addGroupedConvolution } from "./grouped-convolution.js";
import { CenterCrop, Resizing, UpSampling2D } from "./image-sizes.js";
import { Cropping1D, Cropping3D, ZeroPadding1D, ZeroPadding3D } from "./margins.js";
import { MultiHeadAttention } from "./multi-head-attention.js";
import { Normalization } from "./normalization.js";
import {
  RandomBrightness,
  RandomContrast,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
} from "./random-images.js";
import { CustomScaleLayer, LayerScale } from "./residual-scale.js";
import { RMSNormalization } from "./rms-normalization.js";
import { Conv1DTranspose, DepthwiseConv1D, SeparableConv1D } from "./sequence-convolutions.js";
import { Identity, Subtract } from "./simple.js";
import { SpatialDropout2D, SpatialDropout3D } from "./spatial-dropout.js";
import { UnitNormalization } from "./unit-normalization.js";
import { UpSampling1D, UpSampling3D } from "./up-sampling.js";
import { nameOfClass } from "../metrics/metric.js";
import type { KerasForm } from "./keras-form.js";
import { WithMask } from "./with-mask.js";
import { fuseRecurrent } from "../recurrent/recurrent.js";
import { keepStatesInVariables } from "../recurrent/states.js";
import { takeActivityRegularizers } from "./activity-regularizer.js";
import { repairBatchNormalization } from "./batch-normalization.js";
import { takeBackwardLayers } from "./bidirectional.js";
import { repairCausalConvolution } from "./causal-convolution.js";
import { repairConcatenate } from "./concatenate.js";
import { repairDepthwiseDilation } from "./depthwise-dilation.js";
import { repairDropout } from "./dropout.js";
import { allowEmptyWeights } from "./empty-weights.js";
import { repairGru } from "./gru-reset-after.js";
import { repairOrthogonal, repairRandomUniform, repairVarianceScaling } from "./initializers.js";
import { repairLayerConfigs } from "./layer-configs.js";
import { repairLayerDefaults } from "./layer-defaults.js";
import { repairLayerNames } from "./layer-names.js";
import { repairLayerNormalization } from "./layer-normalization.js";
import { repairMasking } from "./masking.js";
import { repairMasks, takeMasksOffTape } from "./masks.js";
import { repairMergeMasks } from "./merge-masks.js";
import { repairRegularizers } from "./regularizers.js";
import { repairRepeatedInputs } from "./repeated-inputs.js";
import { repairReshape } from "./reshape-shapes.js";
import { repairTrainable } from "./trainable.js";
import { rememberTrainingArgument } from "./training-argument.js";
import { repairUnknownActivations } from "./unknown-activations.js";

/** What a layer of this folder says of itself; its types are in `types.cts`. */
interface AddedLayer {
  new (args: never): layers.Layer;
  className: string;
  /** Keras's name of the class, where another one has that name here. */
  kerasName?: string;
  /** How Keras's files have it; left out where Keras has no such layer. */
  form?: KerasForm;
}

/** The layers that Keras has and TensorFlow.js lacks, or computes otherwise. */
export const addedLayers: readonly AddedLayer[] = [
  ActivityRegularization,
  AdditiveAttention,
  Attention,
  CategoryEncoding,
  CenterCrop,
  Conv1DTranspose,
  Cropping1D,
  Cropping3D,
  CustomScaleLayer,
  DepthwiseConv1D,
  Discretization,
  EinsumDense,
  GlobalAveragePooling3D,
  GlobalMaxPooling3D,
  GroupNormalization,
  Identity,
  LayerScale,
  MultiHeadAttention,
  Normalization,
  Operation,
  RMSNormalization,
  RandomBrightness,
  RandomContrast,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  Resizing,
  SeparableConv1D,
  SpatialDropout2D,
  SpatialDropout3D,
  Subtract,
  UnitNormalization,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  WithMask,
  ZeroPadding1D,
  ZeroPadding3D,
];

/** The name of a layer's function in `tf.layers`: `rmsNormalization`, `conv1dTranspose`. */
const factoryName = ({ className, kerasName = className }: AddedLayer): string =>
  nameOfClass(kerasName).replace(/(\d)D/, "$1d");

const reason = { name: "layers of Keras", why: "TensorFlow.js does not have them" };

/** Makes the layers of TensorFlow.js those of Keras. */
export function installLayers(): void {
  repairDropout();
  repairVarianceScaling();
  repairRandomUniform();
  repairOrthogonal();
  addLayers();
  addActivations();
  repairTrainable();
  repairConcatenate();
  repairMasks();
  repairMergeMasks();
  takeMasksOffTape();
  repairMasking();
  repairRepeatedInputs();
  repairReshape();
  repairGru();
  fuseRecurrent();
  keepStatesInVariables();
  repairLayerConfigs();
  repairBatchNormalization();
  repairLayerNormalization();
  repairRegularizers();
  takeActivityRegularizers();
  rememberTrainingArgument();
  takeBackwardLayers();
  repairDepthwiseDilation();
  repairCausalConvolution();
  allowEmptyWeights();
  repairLayerDefaults();
  repairLayerNames();
  repairUnknownActivations();
}

/** Adds to `tf.layers` what Keras has and TensorFlow.js lacks: layers, and arguments of layers. */
function addLayers(): void {
  for (const Layer of addedLayers) {
    addClass(Layer);
    const make = (args: object = {}): layers.Layer => new Layer(args as never);
    patch(layerFactories, factoryName(Layer), { ...reason, replace: make });
  }
  addGroupedConvolution();
  extendGlobalPooling();
  extendActivationLayers();
}
