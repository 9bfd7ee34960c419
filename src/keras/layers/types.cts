/*
 * Types of the layers of this folder, and of the arguments it adds to TensorFlow.js's, so that `tf.layers.groupNormalization(`
 * completes in cells. Beside `keras-types.cts`, which does the same for `fit` and `compile`.
 */
import type { layers, Tensor } from "@tensorflow/tfjs";

type LayerArgs = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;
type DenseArgs = Parameters<typeof layers.dense>[0];
type Conv2DArgs = Parameters<typeof layers.conv2d>[0];
type WeightArgs = Pick<
  DenseArgs,
  | "kernelInitializer"
  | "biasInitializer"
  | "kernelRegularizer"
  | "biasRegularizer"
  | "kernelConstraint"
  | "biasConstraint"
>;
type DataFormat = "channelsFirst" | "channelsLast";
type Pair = [number, number];
type Factor = number | Pair;
type Interpolation = "nearest" | "bilinear" | "bicubic";
type Numbers = number | Numbers[];

export interface CroppingArgs extends LayerArgs {
  /** How much to take away along each axis of space: a number, or `[before, after]`, or one of these for each axis. 1 if left out. */
  cropping?: number | (number | Pair)[];
  dataFormat?: DataFormat;
}

export interface ZeroPaddingArgs extends LayerArgs {
  /** How many zeros to add along each axis of space: a number, or `[before, after]`, or one of these for each axis. 1 if left out. */
  padding?: number | (number | Pair)[];
  dataFormat?: DataFormat;
}

export interface UpSamplingArgs extends LayerArgs {
  /** How often to repeat each step or voxel; 2 if left out. */
  size?: number | number[];
  dataFormat?: DataFormat;
}

export interface UpSampling2DArgs extends LayerArgs {
  /** How often to repeat rows and columns; 2 if left out. */
  size?: Factor;
  /** "nearest" if left out. */
  interpolation?: Interpolation;
  dataFormat?: DataFormat;
}

export interface ResizingArgs extends LayerArgs {
  height: number;
  width: number;
  /** "bilinear" if left out. */
  interpolation?: Interpolation;
  /** Whether to cut off what does not fit the proportions; `false` if left out, and pictures are stretched. */
  cropToAspectRatio?: boolean;
  /** Whether to frame what does not fit the proportions; `false` if left out. */
  padToAspectRatio?: boolean;
  /** What frames are filled with; 0 if left out. */
  fillValue?: number;
  dataFormat?: DataFormat;
}

export interface CenterCropArgs extends LayerArgs {
  height: number;
  width: number;
  dataFormat?: DataFormat;
}

export interface CategoryEncodingArgs extends LayerArgs {
  /** How many categories there are; inputs are 0..numTokens-1, and others are left out. */
  numTokens: number;
  /** "multiHot" (which are there), "count" (how often) or "oneHot" (one category an input); "multiHot" if left out. */
  outputMode?: "multiHot" | "count" | "oneHot";
}

export interface GlobalPooling3DArgs extends LayerArgs {
  dataFormat?: DataFormat;
  /** Whether to keep the pooled axes, with size 1; `false` if left out. */
  keepdims?: boolean;
}

export interface GroupNormalizationArgs extends LayerArgs {
  /** How many groups the channels make; -1 for one each. 32 if left out. */
  groups?: number;
  /** The axis of the channels; -1 if left out. */
  axis?: number;
  /** Added to the variance; 1e-3 if left out. */
  epsilon?: number;
  /** Whether there is a `beta` to add; `true` if left out. */
  center?: boolean;
  /** Whether there is a `gamma` to multiply by; `true` if left out. */
  scale?: boolean;
}

export interface RMSNormalizationArgs extends LayerArgs {
  /** The axis or axes to normalize; -1 if left out. */
  axis?: number | number[];
  /** Added to the mean square; 1e-6 if left out. */
  epsilon?: number;
}

export interface UnitNormalizationArgs extends LayerArgs {
  /** The axis or axes to normalize; -1 if left out. */
  axis?: number | number[];
}

export interface NormalizationArgs extends LayerArgs {
  /** The axes that have a mean and variance of their own, `null` for one of all numbers; -1 if left out. */
  axis?: number | number[] | null;
  /** The mean, instead of `adapt`. */
  mean?: Numbers | null;
  /** The variance, instead of `adapt`. */
  variance?: Numbers | null;
  /** Whether to undo the normalization; `false` if left out. */
  invert?: boolean;
}

export interface SpatialDropoutArgs extends LayerArgs {
  /** The share of channels to drop, 0 to 1. */
  rate: number;
  seed?: number;
  dataFormat?: DataFormat;
}

export interface AdditiveAttentionArgs extends LayerArgs {
  /** Whether a scale is learned; `true` for additive attention, `false` for dot products, if left out. */
  useScale?: boolean;
  /** The share of the weights to drop in training; 0 if left out. */
  dropout?: number;
  /** Whether a query sees no later keys; `false` if left out. In Keras it is an argument of the call. */
  useCausalMask?: boolean;
  /** Whether to give `[output, weights]`; `false` if left out. In Keras it is an argument of the call. */
  returnAttentionScores?: boolean;
}

export interface AttentionArgs extends AdditiveAttentionArgs {
  /** How a key is compared with a query: `"dot"`, if left out, or `"concat"`. */
  scoreMode?: "dot" | "concat";
}

export interface MultiHeadAttentionArgs extends LayerArgs, WeightArgs {
  numHeads: number;
  /** Features of each head's queries and keys. */
  keyDim: number;
  /** Features of each head's values; `keyDim` if left out. */
  valueDim?: number | null;
  /** The share of the weights to drop in training; 0 if left out. */
  dropout?: number;
  /** Whether the projections have biases; `true` if left out. */
  useBias?: boolean;
  /** Features of the output; those of the query if left out. */
  outputShape?: number | [number] | null;
  /** Whether a query sees no later keys; `false` if left out. In Keras it is an argument of the call. */
  useCausalMask?: boolean;
  /** Whether to give `[output, weights]`; `false` if left out. In Keras it is an argument of the call. */
  returnAttentionScores?: boolean;
}

export interface ActivityRegularizationArgs extends LayerArgs {
  /** How much the absolute values of the input count in the loss; 0 if left out. */
  l1?: number;
  /** How much the squares of the input count in the loss; 0 if left out. */
  l2?: number;
}

export interface LayerScaleArgs extends LayerArgs {
  /** What the factors begin with. */
  initValues: number;
  /** Features of the input. */
  projectionDim: number;
}

export interface ScaledSumArgs extends LayerArgs {
  /** What the second input is multiplied by. */
  scale: number;
}

export interface EinsumDenseArgs extends LayerArgs, WeightArgs {
  /** For instance `"abc,cd->abd"`, or with an ellipsis `"...x,xy->...y"`. */
  equation: string;
  /** The shape of the output without the batch and what the ellipsis stands for; `null` where it is as in the input. */
  outputShape: number | (number | null)[];
  /** The axes of the output that have a bias, `"d"`; none if left out. */
  biasAxes?: string | null;
  activation?: DenseArgs["activation"];
}

type Conv1DTransposeArgs = Omit<Conv2DArgs, "kernelSize" | "strides"> & {
  kernelSize: number | [number];
  strides?: number | [number];
};
type DepthwiseConv1DArgs = Omit<Parameters<typeof layers.depthwiseConv2d>[0], "kernelSize"> & {
  kernelSize: number | [number];
};
type SeparableConv1DArgs = Omit<Parameters<typeof layers.separableConv2d>[0], "kernelSize"> & {
  kernelSize: number | [number];
};

interface RandomImagesArgs extends LayerArgs {
  dataFormat?: DataFormat;
  seed?: number;
}

export interface RandomFlipArgs extends RandomImagesArgs {
  /** `"horizontalAndVertical"` if left out. */
  mode?: "horizontal" | "vertical" | "horizontalAndVertical";
}

export interface RandomAffineArgs extends RandomImagesArgs {
  /** What is seen beyond the border; `"reflect"` if left out. */
  fillMode?: "constant" | "reflect" | "wrap" | "nearest";
  /** The value beyond the border for `"constant"`; 0 if left out. */
  fillValue?: number;
  /** `"bilinear"` if left out. */
  interpolation?: "nearest" | "bilinear";
}

export interface RandomRotationArgs extends RandomAffineArgs {
  /** The largest angle to both sides in full turns, or the bounds: 0.1 means up to 36 degrees. */
  factor: Factor;
}

export interface RandomZoomArgs extends RandomAffineArgs {
  /** By how much the height is changed at most, or the bounds: 0.2 means from -20 % to 20 %. */
  heightFactor: Factor;
  /** The same of the width; as the height if left out. */
  widthFactor?: Factor | null;
}

export interface RandomTranslationArgs extends RandomAffineArgs {
  /** How far to move up and down at most, as a share of the height, or the bounds. */
  heightFactor: Factor;
  /** How far to move to the sides at most, as a share of the width, or the bounds. */
  widthFactor: Factor;
}

export interface RandomContrastArgs extends RandomImagesArgs {
  /** The contrast is multiplied by a number from `1 - factor` to `1 + factor`. */
  factor: Factor;
  /** The bounds of a pixel; `[0, 255]` if left out. */
  valueRange?: Pair;
}

export interface RandomBrightnessArgs extends RandomImagesArgs {
  /** A share of the value range is added, from `-factor` to `factor`. */
  factor: Factor;
  /** The bounds of a pixel; `[0, 255]` if left out. */
  valueRange?: Pair;
}

export interface DiscretizationArgs extends LayerArgs {
  /** Where a bin ends and the next one begins, ascending. */
  binBoundaries: number[];
}

declare module "@tensorflow/tfjs-layers/dist/exports_layers" {
  /** Gives its input, whose size counts in the loss: https://keras.io/api/layers/regularization_layers/activity_regularization/ */
  function activityRegularization(args?: ActivityRegularizationArgs): layers.Layer;
  /** Additive attention on `[query, value]` or `[query, value, key]`: https://keras.io/api/layers/attention_layers/additive_attention/ */
  function additiveAttention(args?: AdditiveAttentionArgs): layers.Layer;
  /** Attention by dot products on `[query, value]` or `[query, value, key]`: https://keras.io/api/layers/attention_layers/attention/ */
  function attention(args?: AttentionArgs): layers.Layer;
  /** https://keras.io/api/layers/convolution_layers/convolution1d_transpose/ */
  function conv1dTranspose(args: Conv1DTransposeArgs): layers.Layer;
  /** https://keras.io/api/layers/reshaping_layers/cropping1d/ */
  function cropping1d(args?: CroppingArgs): layers.Layer;
  /** https://keras.io/api/layers/reshaping_layers/cropping3d/ */
  function cropping3d(args?: CroppingArgs): layers.Layer;
  /** https://keras.io/api/layers/convolution_layers/depthwise_convolution1d/ */
  function depthwiseConv1d(args: DepthwiseConv1DArgs): layers.Layer;
  /** The bin of each number: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/ */
  function discretization(args: DiscretizationArgs): layers.Layer;
  /** https://keras.io/api/layers/core_layers/einsum_dense/ */
  function einsumDense(args: EinsumDenseArgs): layers.Layer;
  /** https://keras.io/api/layers/pooling_layers/global_average_pooling3d/ */
  function globalAveragePooling3d(args?: GlobalPooling3DArgs): layers.Layer;
  /** https://keras.io/api/layers/pooling_layers/global_max_pooling3d/ */
  function globalMaxPooling3d(args?: GlobalPooling3DArgs): layers.Layer;
  /** https://keras.io/api/layers/normalization_layers/group_normalization/ */
  function groupNormalization(args?: GroupNormalizationArgs): layers.Layer;
  /** https://keras.io/api/layers/core_layers/identity/ */
  function identity(args?: LayerArgs): layers.Layer;
  /** Multiplies each feature by a small number that is learned: https://arxiv.org/abs/2103.17239 */
  function layerScale(args: LayerScaleArgs): layers.Layer;
  /** Attention with several heads on `[query, value]`, `[query, value, key]` or `[query, value, key, attentionMask]`: https://keras.io/api/layers/attention_layers/multi_head_attention/ */
  function multiHeadAttention(args: MultiHeadAttentionArgs): layers.Layer;
  /** Mean 0 and variance 1, given or by `adapt`: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/ */
  function normalization(args?: NormalizationArgs): layers.Layer & { adapt(data: Tensor): void };
  /** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_brightness/ */
  function randomBrightness(args: RandomBrightnessArgs): layers.Layer;
  /** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_contrast/ */
  function randomContrast(args: RandomContrastArgs): layers.Layer;
  /** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/ */
  function randomFlip(args?: RandomFlipArgs): layers.Layer;
  /** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/ */
  function randomRotation(args: RandomRotationArgs): layers.Layer;
  /** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_translation/ */
  function randomTranslation(args: RandomTranslationArgs): layers.Layer;
  /** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_zoom/ */
  function randomZoom(args: RandomZoomArgs): layers.Layer;
  /** https://keras.io/api/layers/normalization_layers/rms_normalization/ */
  function rmsNormalization(args?: RMSNormalizationArgs): layers.Layer;
  /** https://keras.io/api/layers/convolution_layers/separable_convolution1d/ */
  function separableConv1d(args: SeparableConv1DArgs): layers.Layer;
  /** https://keras.io/api/layers/regularization_layers/spatial_dropout2d/ */
  function spatialDropout2d(args: SpatialDropoutArgs): layers.Layer;
  /** https://keras.io/api/layers/regularization_layers/spatial_dropout3d/ */
  function spatialDropout3d(args: SpatialDropoutArgs): layers.Layer;
  /** The first input with the second one, `[batch, steps]`, as its mask: Keras's `layer(x, mask=mask)`. */
  function withMask(args?: LayerArgs): layers.Layer;
  /** The first of two inputs minus the second: https://keras.io/api/layers/merging_layers/subtract/ */
  function subtract(args?: LayerArgs): layers.Layer;
  /** https://keras.io/api/layers/normalization_layers/unit_normalization/ */
  function unitNormalization(args?: UnitNormalizationArgs): layers.Layer;
  /** https://keras.io/api/layers/reshaping_layers/up_sampling1d/ */
  function upSampling1d(args?: UpSamplingArgs): layers.Layer;
  /** Each pixel several times, or pixels between them: https://keras.io/api/layers/reshaping_layers/up_sampling2d/ */
  function upSampling2d(args?: UpSampling2DArgs): layers.Layer;
  /** Pictures in one size: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/ */
  function resizing(args: ResizingArgs): layers.Layer;
  /** The middle of pictures: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/ */
  function centerCrop(args: CenterCropArgs): layers.Layer;
  /** Categories as numbers that layers can add: https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/ */
  function categoryEncoding(args: CategoryEncodingArgs): layers.Layer;
  /** https://keras.io/api/layers/reshaping_layers/up_sampling3d/ */
  function upSampling3d(args?: UpSamplingArgs): layers.Layer;
  /** https://keras.io/api/layers/reshaping_layers/zero_padding1d/ */
  function zeroPadding1d(args?: ZeroPaddingArgs): layers.Layer;
  /** https://keras.io/api/layers/reshaping_layers/zero_padding3d/ */
  function zeroPadding3d(args?: ZeroPaddingArgs): layers.Layer;
}

declare module "@tensorflow/tfjs-layers/dist/engine/topology" {
  // oxlint-disable-next-line no-shadow -- TensorFlow.js's own
  interface LayerArgs {
    /** What counts in the loss of the layer's output, as a mean over the batch; for every layer, as in Keras. */
    activityRegularizer?: DenseArgs["kernelRegularizer"];
  }
}
declare module "@tensorflow/tfjs-layers/dist/layers/wrappers" {
  interface BidirectionalLayerArgs {
    /** The layer that runs backwards, made with `goBackwards: true`; one like `layer` if left out. */
    backwardLayer?: layers.RNN;
  }
}

/** What Keras has a default for can be left out. */
declare module "@tensorflow/tfjs-layers/dist/exports_layers" {
  function averagePooling1d(): layers.Layer;
  function averagePooling2d(): layers.Layer;
  function averagePooling3d(): layers.Layer;
  function maxPooling1d(): layers.Layer;
  function maxPooling2d(): layers.Layer;
  function maxPooling3d(): layers.Layer;
}
declare module "@tensorflow/tfjs-layers/dist/exports_constraints" {
  type Constraint = ReturnType<typeof import("@tensorflow/tfjs").constraints.nonNeg>;
  function maxNorm(): Constraint;
  function minMaxNorm(): Constraint;
  function unitNorm(): Constraint;
}
declare module "@tensorflow/tfjs-layers/dist/layers/convolutional" {
  interface ConvLayerArgs {
    /** How many groups the channels and filters make, each convolved for itself; 1 if left out. */
    groups?: number;
  }
}

declare module "@tensorflow/tfjs-layers/dist/layers/advanced_activations" {
  interface ReLULayerArgs {
    /** The slope below the threshold; 0 if left out. */
    negativeSlope?: number;
    /** What is below it is off; 0 if left out. */
    threshold?: number;
  }
}
