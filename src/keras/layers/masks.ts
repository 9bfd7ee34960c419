import type { Tensor } from "@tensorflow/tfjs-node";
import { classMap, layerPrototype, prototypeOf, type OpenLayer } from "../../tfjs/internals.js";
import { offTape, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

/** A mask, where there is one. */
export type Mask = Tensor | null | undefined;
type MaskedLayer = OpenLayer & {
  /** Whether the layer takes the masks from its inputs, so that no attention after it sees them. */
  takesMasks?: boolean;
};

type Bidirectional = MaskedLayer & {
  mergeMode: string | null;
  returnSequences: boolean;
};

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

const reason = {
  name: "masks",
  why: "a layer gets the mask of its first input only, and goes on handing it to layers whose inputs have none",
};

/**
 * A model of tfjs-layers 4.22 hands each layer the mask of its first input only, and goes on handing the last mask to layers
 * whose inputs have none (`kwargs['mask']` in executor.ts is never taken away). Here each tensor remembers its mask, and a
 * layer gets that of its own first input; those that need all of them ask `masksOf`. Masks have no gradient: what they are made
 * of, such as `any`, has none in TensorFlow.js.
 *
 * What Bidirectional gives for a masked step is 0, as in Keras (`zero_output_for_mask`), where other recurrent layers repeat
 * their last output.
 */
export function repairMasks(): void {
  const layer = layerPrototype;
  // It forgets the inputs' masks, and is called before a layer that gives its input back has got a tensor of its own.
  patch(layer, "setMaskMetadata", { ...reason, replace: () => undefined });
  patch(layer, "apply", {
    ...reason,
    wrap: (apply) =>
      function (inputs, kwargs) {
        const outputs = apply.call(this, inputs, kwargs);
        const given = [inputs].flat();
        if (this.supportsMasking && given[0] instanceof tf.Tensor) {
          passMasks(this, given, [outputs].flat());
        }
        return outputs;
      },
  });

  const bidirectional = prototypeOf<Bidirectional>("Bidirectional");
  for (const prototype of [layer, prototypeOf<MaskedLayer>("RNN"), bidirectional]) handOwnMask(prototype);
  hideMaskedOutputs(bidirectional);
}

/** The models of TensorFlow.js ask for masks, too, while a gradient is taken. */
export function takeMasksOffTape(): void {
  for (const [{ prototype }] of Object.values(classMap())) {
    if (!(prototype instanceof tf.layers.Layer) || !Object.hasOwn(prototype, "computeMask")) continue;
    patch(prototype as unknown as MaskedLayer, "computeMask", {
      ...reason,
      name: "masks off the tape",
      after: ["masks of merging layers"],
      wrap: (computeMask) =>
        function (inputs, masks) {
          return offTape(() => computeMask.call(this, inputs, masks));
        },
    });
  }
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
  patch(layer, "apply", {
    ...reason,
    name: "own masks",
    after: ["masks"],
    wrap: (apply) =>
      function (inputs, kwargs) {
        const isOfModel =
          Array.isArray(inputs) && inputs[0] instanceof tf.Tensor && !Array.isArray(kwargs?.["mask"]);
        if (!isOfModel) return apply.call(this, inputs, kwargs);
        const { mask: _maskOfSomeLayer, ...others } = kwargs ?? {};
        const [mask] = masksOf(inputs);
        return apply.call(this, inputs, mask ? { ...others, mask } : others);
      },
  });
}

function hideMaskedOutputs(bidirectional: Bidirectional): void {
  patch(bidirectional, "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
        const mask = kwargs["mask"] as Mask;
        if (!mask || !this.returnSequences) return call.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const outputs = call.call(this, inputs, kwargs);
          const shown = tf.cast(tf.expandDims(mask, -1), "float32");
          if (outputs instanceof tf.Tensor) return tf.mul(outputs, shown);
          const sequences = this.mergeMode === null ? 2 : 1;
          return outputs.map((output, i) => (i < sequences ? tf.mul(output, shown) : output));
        });
      },
  });
}
