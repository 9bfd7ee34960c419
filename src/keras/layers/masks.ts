import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

type Tensors = Tensor | Tensor[];
/** A mask, where there is one. */
export type Mask = Tensor | null | undefined;
type MaskedLayer = Omit<layers.Layer, "computeMask"> & {
  computeMask(inputs: Tensors, mask?: Mask | Mask[]): Mask | Mask[];
  setMaskMetadata(): void;
  /** Whether the layer takes the masks from its inputs, so that no attention after it sees them. */
  takesMasks?: boolean;
};

interface Bidirectional extends layers.Layer {
  mergeMode: string | null;
  returnSequences: boolean;
}

/** Tensors whose masks attention does not see any more. */
const hidden = new WeakSet<Tensor>();

/** The mask of each tensor, `[batch, steps]`, if it comes from a layer that masks (Embedding, Masking, ...). */
export function masksOf(tensors: Tensor[]): Mask[] {
  return tensors.map((tensor) => (tensor as { kerasMask?: Mask }).kerasMask);
}

/**
 * Those that MultiHeadAttention sees. In Keras 3.15 it takes them away from its inputs (`set_keras_mask(query, None)`), so
 * that in a second block, whose input is the sum of the first one's input and output, nothing is masked. Models that were
 * trained so have to be computed so.
 */
export function masksForAttention(tensors: Tensor[]): Mask[] {
  return masksOf(tensors).map((mask, i) => (hidden.has(tensors[i]!) ? undefined : mask));
}

/**
 * A model of tfjs-layers 4.22 hands each layer the mask of its first input only, and goes on handing the last mask to layers
 * whose inputs have none (`kwargs['mask']` in executor.ts is never taken away). Here each tensor remembers its mask, and a
 * layer gets that of its own first input; those that need all of them ask `masksOf`.
 *
 * Merging layers combine masks as in Keras: a step counts if it counts in one of the inputs. What Bidirectional gives for a
 * masked step is 0, as in Keras (`zero_output_for_mask`), where other recurrent layers repeat their last output.
 */
export function repairMasks(): void {
  const layer = tf.layers.Layer.prototype as unknown as MaskedLayer;
  // It forgets the inputs' masks, and is called before a layer that gives its input back has got a tensor of its own.
  layer.setMaskMetadata = () => undefined;
  const { apply } = layer;
  layer.apply = function (this: MaskedLayer, inputs, kwargs) {
    const outputs = apply.call(this, inputs, kwargs);
    const given = [inputs].flat();
    if (this.supportsMasking && given[0] instanceof tf.Tensor) {
      passMasks(this, given as Tensor[], [outputs].flat() as Tensor[]);
    }
    return outputs;
  };

  const rnn = tf.layers.simpleRNN({ units: 1 });
  const bidirectional = Object.getPrototypeOf(tf.layers.bidirectional({ layer: rnn })) as Bidirectional;
  const withApply = [
    tf.layers.Layer.prototype,
    tf.layers.RNN.prototype,
    bidirectional,
  ] as unknown as MaskedLayer[];
  for (const prototype of withApply) handOwnMask(prototype);
  hideMaskedOutputs(bidirectional);

  const merge = Object.getPrototypeOf(Object.getPrototypeOf(tf.layers.add())) as MaskedLayer;
  merge.computeMask = (_inputs, masks) => {
    const given = [masks].flat();
    if (!given.every((mask) => mask instanceof tf.Tensor)) return null;
    return tf.tidy(() => given.slice(1).reduce<Tensor>((a, b) => tf.logicalOr(a, b), tf.clone(given[0]!)));
  };
}

/** A copy of a tensor together with its mask. */
export function cloneMasked(tensor: Tensor): Tensor {
  const copy = tf.clone(tensor);
  const [mask] = masksOf([tensor]);
  if (mask) Object.assign(copy, { kerasMask: tf.clone(mask) });
  if (hidden.has(tensor)) hidden.add(copy);
  return copy;
}

function passMasks(layer: MaskedLayer, inputs: Tensor[], outputs: Tensor[]): void {
  const given = masksOf(inputs);
  const known = given.some(Boolean) ? given : undefined;
  const masks = [
    inputs.length > 1 ? layer.computeMask(inputs, known) : layer.computeMask(inputs[0]!, known?.[0]),
  ].flat();
  const isHidden = inputs.some((input) => hidden.has(input));
  outputs.forEach((output, i) => {
    const mask = masks[i];
    if (!mask) return;
    // A tensor disposes of its mask with itself; until then it lasts, beyond the call of a model, too.
    Object.assign(output, { kerasMask: tf.keep(given.includes(mask) ? tf.clone(mask) : mask) });
    if (isHidden) hidden.add(output);
  });
  if (layer.takesMasks) for (const input of inputs) hidden.add(input);
}

/** A model hands a list of inputs and one mask; people call a layer on a tensor, or give a list of masks. */
function handOwnMask(layer: MaskedLayer): void {
  const { apply } = layer;
  layer.apply = function (this: MaskedLayer, inputs, kwargs) {
    const isOfModel =
      Array.isArray(inputs) && inputs[0] instanceof tf.Tensor && !Array.isArray(kwargs?.["mask"]);
    if (!isOfModel) return apply.call(this, inputs, kwargs);
    const { mask: _maskOfSomeLayer, ...others } = kwargs ?? {};
    const [mask] = masksOf(inputs as Tensor[]);
    return apply.call(this, inputs, mask ? { ...others, mask } : others);
  };
}

function hideMaskedOutputs(prototype: Bidirectional): void {
  const { call } = prototype;
  prototype.call = function (this: Bidirectional, inputs, kwargs) {
    const mask = kwargs["mask"] as Mask;
    if (!mask || !this.returnSequences) return call.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const outputs = call.call(this, inputs, kwargs);
      const shown = tf.cast(tf.expandDims(mask, -1), "float32");
      if (outputs instanceof tf.Tensor) return tf.mul(outputs, shown);
      const sequences = this.mergeMode === null ? 2 : 1;
      return outputs.map((output, i) => (i < sequences ? tf.mul(output, shown) : output));
    });
  };
}
