/** A value of an argument, as files have it. */
type Value = string | number | boolean | null | Value[];

/** How Keras's files have a layer. Arguments have Keras's names (snake case). */
export interface KerasForm {
  /** The class here, where it is called otherwise. */
  className?: string;
  /** Where Keras has the class, "keras.layers" if left out. */
  module?: string;
  /** Arguments of both. */
  args: readonly string[];
  /** Keras's name -> the name here, where they differ. */
  renamed?: Readonly<Record<string, string>>;
  /**
   * Arguments that the layer lacks here, with the one value that means the same (null and false always pass).
   * They are not written: the value is Keras's default.
   */
  only?: Readonly<Record<string, Value>>;
  /** The values of an argument of both that mean the same in both (default: all). */
  values?: Readonly<Record<string, readonly Value[]>>;
  /** Arguments that Keras takes in each call of the layer, and the layer itself takes here. */
  call?: readonly string[];
  /** Set where Keras's constructor takes no `trainable`. */
  untrainable?: true;
}

/** @param args names with spaces between them */
export const kerasForm = (args: string, more: Omit<KerasForm, "args"> = {}): KerasForm => ({
  args: args.split(/\s+/).filter(Boolean),
  ...more,
});

// Arguments that layers share.
export const kernel = "kernel_initializer kernel_regularizer kernel_constraint";
export const biasOnly = "bias_initializer bias_regularizer bias_constraint";
export const bias = `use_bias ${biasOnly}`;
export const convolution = `filters kernel_size strides padding activation ${kernel} ${bias}`;
export const depthwise = "depthwise_initializer depthwise_regularizer depthwise_constraint depth_multiplier";
export const pointwise = "pointwise_initializer pointwise_regularizer pointwise_constraint";
export const affine = "fill_mode interpolation fill_value data_format seed";

// Arguments that have one value here.
export const ones = (rank: number): number[] => Array.from({ length: rank }, () => 1);
export const notCausal = { padding: ["valid", "same"] };
export const attentionCall = ["use_causal_mask", "return_attention_scores"];
