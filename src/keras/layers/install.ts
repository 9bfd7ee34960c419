import type { layers } from "@tensorflow/tfjs-node";
import { layerFactories } from "../../tfjs/internals.js";
import { patch } from "../../tfjs/patch.js";
import { addClass } from "../../tfjs/registries.js";
import { extendActivationLayers } from "./activation-layers.js";
import { ActivityRegularization } from "./activity-regularizer.js";
import { AdditiveAttention, Attention } from "./attention.js";
import { Discretization } from "./discretization.js";
import { EinsumDense } from "./einsum-dense.js";
import { extendGlobalPooling, GlobalAveragePooling3D, GlobalMaxPooling3D } from "./global-pooling.js";
import { GroupNormalization } from "./group-normalization.js";
import { addGroupedConvolution } from "./grouped-convolution.js";
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
import { repairMasks } from "./masks.js";
import { repairRegularizers } from "./regularizers.js";
import { repairRepeatedInputs } from "./repeated-inputs.js";
import { repairReshape } from "./reshape-shapes.js";
import { repairTrainable } from "./trainable.js";
import { rememberTrainingArgument } from "./training-argument.js";
import { repairUnknownActivations } from "./unknown-activations.js";

/** Each layer with the name of its function in `tf.layers`; types in `types.cts`. */
const added = {
  activityRegularization: ActivityRegularization,
  additiveAttention: AdditiveAttention,
  attention: Attention,
  conv1dTranspose: Conv1DTranspose,
  cropping1d: Cropping1D,
  cropping3d: Cropping3D,
  depthwiseConv1d: DepthwiseConv1D,
  discretization: Discretization,
  einsumDense: EinsumDense,
  globalAveragePooling3d: GlobalAveragePooling3D,
  globalMaxPooling3d: GlobalMaxPooling3D,
  groupNormalization: GroupNormalization,
  identity: Identity,
  layerScale: LayerScale,
  multiHeadAttention: MultiHeadAttention,
  normalization: Normalization,
  randomBrightness: RandomBrightness,
  randomContrast: RandomContrast,
  randomFlip: RandomFlip,
  randomRotation: RandomRotation,
  randomTranslation: RandomTranslation,
  randomZoom: RandomZoom,
  rmsNormalization: RMSNormalization,
  separableConv1d: SeparableConv1D,
  spatialDropout2d: SpatialDropout2D,
  spatialDropout3d: SpatialDropout3D,
  subtract: Subtract,
  unitNormalization: UnitNormalization,
  upSampling1d: UpSampling1D,
  upSampling3d: UpSampling3D,
  withMask: WithMask,
  zeroPadding1d: ZeroPadding1D,
  zeroPadding3d: ZeroPadding3D,
};

type LayerClass = { new (args: never): layers.Layer; className: string };

const reason = { name: "layers of Keras", why: "TensorFlow.js does not have them" };

/** Makes the layers of TensorFlow.js those of Keras. */
export function installLayers(): void {
  repairDropout();
  repairVarianceScaling();
  repairRandomUniform();
  repairOrthogonal();
  addLayers();
  repairTrainable();
  repairConcatenate();
  repairMasks();
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
  for (const [name, Layer] of Object.entries(added) as [string, LayerClass][]) {
    addClass(Layer);
    const make = (args: object = {}): layers.Layer => new Layer(args as never);
    patch(layerFactories, name, { ...reason, replace: make });
  }
  addClass(CustomScaleLayer);
  addGroupedConvolution();
  extendGlobalPooling();
  extendActivationLayers();
}
