import type { LayerVariable, Tensor, Tensor3D, layers } from "@tensorflow/tfjs-node";
import { prototypeOf, recurrentPrototype } from "../../tfjs/internals.js";
import { gradientDepth, runNative, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { addKernel, setGradient } from "../../tfjs/registries.js";
import { hasOwnOperation } from "../../tfjs/own-operations.js";

interface Activation {
  getClassName(): string;
}

interface Cell extends layers.Layer {
  units: number;
  activation: Activation;
  recurrentActivation?: Activation;
  dropout: number;
  recurrentDropout: number;
  dropoutFunc: unknown;
  resetAfter?: boolean;
  kernel: LayerVariable;
  recurrentKernel: LayerVariable;
  bias: LayerVariable | null;
}

/** A recurrent layer with the members that its type hides. */
interface Recurrent extends Omit<layers.Layer, "resetStates"> {
  cell: Cell;
  goBackwards: boolean;
  returnSequences: boolean;
  returnState: boolean;
  stateful: boolean;
  states: Tensor[];
  resetStates(states: Tensor[], training: boolean): void;
}

interface CallArguments {
  mask?: Tensor | null;
  training?: boolean;
  initialState?: Tensor[] | null;
}

/** What one run of the operation is about; native/recurrent.cc reads the first three. */
interface Attributes {
  cell: "simple" | "lstm" | "gru" | "gruResetAfter";
  activation: string;
  recurrent_activation: string;
  /** Which outputs are used, so that the gradients of the others are none. */
  used: { sequence: boolean; h: boolean; c: boolean };
}

const reason = { name: "fused recurrent layers", why: "each time step takes dozens of operations" };
const [forward, backward] = ["ManabiRecurrent", "ManabiRecurrentGrad"];
const activations = new Set(["linear", "tanh", "sigmoid", "relu"]);

/**
 * LSTM, GRU and SimpleRNN layers (and `tf.layers.rnn` with one such cell) as one operation for all time steps, and one for
 * its gradient, instead of dozens for each step. What it cannot do (other activations, cells of one's own) and other backends
 * go on step by step.
 */
export function fuseRecurrent(): void {
  registerKernels();
  patch(recurrentPrototype<Recurrent>(), "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs: CallArguments) {
        const x = [inputs].flat()[0]!;
        return isFusible(this, x) ? tf.tidy(() => run(this, x, kwargs)) : call.call(this, inputs, kwargs);
      },
  });
}

/** The cells that the operation knows. A class of somebody's own, or a changed one, may compute something else. */
const cells = {
  simple: prototypeOf<Cell>("SimpleRNNCell"),
  lstm: prototypeOf<Cell>("LSTMCell"),
  gru: prototypeOf<Cell>("GRUCell"),
};

function kindOf(cell: Cell): Attributes["cell"] | undefined {
  if (cell.resetAfter) return "gruResetAfter";
  return (["simple", "lstm", "gru"] as const).find((kind) => cells[kind].call === cell.call);
}

function isFusible({ cell }: Recurrent, x: Tensor): boolean {
  return (
    hasOwnOperation(forward) &&
    // The operation has only a first gradient.
    gradientDepth() < 2 &&
    kindOf(cell) !== undefined &&
    activations.has(cell.activation.getClassName()) &&
    activations.has(cell.recurrentActivation?.getClassName() ?? "linear") &&
    cell.dropout < 1 &&
    cell.recurrentDropout < 1 &&
    cell.dropoutFunc == null &&
    x.rank === 3 &&
    x.shape[1]! > 0 &&
    x.dtype === "float32"
  );
}

/** Takes `[batch, time, features]`; returns what the layer's `call` does. */
function run(
  layer: Recurrent,
  input: Tensor,
  { mask, training = false, initialState }: CallArguments,
): Tensor | Tensor[] {
  const { cell, goBackwards, returnSequences, returnState, stateful } = layer;
  const { units } = cell;
  const kind = kindOf(cell)!;
  const [batch, time, features] = input.shape as [number, number, number];
  const none = tf.zeros([0]);
  // The same elements are dropped in all time steps.
  const kept = (rate: number, shape: number[]): Tensor =>
    training && rate > 0 ? tf.dropout(tf.ones(shape), rate) : none;
  const keptInputs = kept(cell.dropout, [batch, 1, features]);
  let x = keptInputs === none ? input : tf.mul(input, keptInputs);
  if (goBackwards) x = tf.reverse(x, 1);
  const [bias, stateBias] =
    kind === "gruResetAfter" && cell.bias ? tf.unstack(cell.bias.read()) : [cell.bias?.read()];
  let sums: Tensor = tf.matMul(tf.reshape(x, [batch * time, features]), cell.kernel.read());
  if (bias) sums = tf.add(sums, bias);
  const width = sums.shape[1]!;
  const [h0, c0] =
    initialState ?? (stateful ? layer.states : [tf.zeros([batch, units]), tf.zeros([batch, units])]);
  const shown = mask == null ? none : tf.reshape(tf.cast(tf.cast(mask, "bool"), "float32"), [batch, time]);
  const inputs = {
    x: tf.reshape(sums, [batch, time, width]),
    h0: h0!,
    c0: kind === "lstm" ? c0! : tf.zeros([0, units]),
    kernel: cell.recurrentKernel.read(),
    bias: stateBias ?? tf.zeros([kind === "gruResetAfter" ? width : 0]),
    mask: mask != null && goBackwards ? tf.reverse(shown, 1) : shown,
    keep: kept(cell.recurrentDropout, [batch, units]),
  };
  const usesState = returnState || stateful;
  const attributes: Attributes = {
    cell: kind,
    activation: cell.activation.getClassName(),
    recurrent_activation: cell.recurrentActivation?.getClassName() ?? "linear",
    used: { sequence: returnSequences, h: !returnSequences || usesState, c: usesState && kind === "lstm" },
  };
  const [sequence, h, c] = tf.engine().runKernel(forward, inputs, attributes as never) as Tensor[];
  const output = returnSequences ? sequence! : h!;
  const states = kind === "lstm" ? [h!, c!] : [h!];
  if (stateful) layer.resetStates(states, training);
  return returnState ? [output, ...states] : output;
}

/** Makes the operations known to TensorFlow.js. */
function registerKernels(): void {
  const attributesOf = ({ cell, activation, recurrent_activation }: Attributes) => ({
    cell,
    activation,
    recurrent_activation,
  });
  const register = (kernelName: string, inputNames: string[], outputs: number): void =>
    addKernel(kernelName, reason, ({ inputs, attrs }) => {
      const operands = inputNames.map((name) => inputs[name] as Tensor);
      return runNative(kernelName, attributesOf(attrs as never), operands, outputs);
    });
  const inputsToSave = ["c0", "kernel", "bias", "mask", "keep"];
  register(forward, ["x", "h0", "c0", "kernel", "bias", "mask", "keep"], 6);
  register(backward, ["previous", "c", "saved", "c0", "kernel", "mask", "keep", "dSequence", "dh", "dc"], 4);
  setGradient(reason, {
    kernelName: forward,
    inputsToSave,
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (gradients, savedTensors, attrs) => {
      const attributes = attrs as unknown as Attributes;
      const [c0, kernel, bias, mask, keep, previous, c, saved] = savedTensors;
      const none = tf.zeros([0]);
      const [dSequence, dh, dc] = (["sequence", "h", "c"] as const).map((name, i) =>
        attributes.used[name] ? (gradients as Tensor[])[i]! : none,
      );
      const inputs = { previous, c, saved, c0, kernel, mask, keep, dSequence, dh, dc };
      const [dx, dProducts, dh0, dc0] = tf.engine().runKernel(backward, inputs as never, attrs) as Tensor3D[];
      const ofProducts = attributes.cell === "gruResetAfter" ? dProducts! : dx!;
      return {
        x: () => dx!,
        h0: () => dh0!,
        c0: () => dc0!,
        kernel: () => kernelGradient(attributes.cell, previous as Tensor3D, saved as Tensor3D, ofProducts),
        bias: () => (bias!.size > 0 ? tf.sum(ofProducts, [0, 1]) : bias!),
        mask: () => tf.zerosLike(mask!),
        keep: () => tf.zerosLike(keep!),
      };
    },
  });
}

function kernelGradient(
  cell: Attributes["cell"],
  h: Tensor3D,
  saved: Tensor3D,
  ofProducts: Tensor3D,
): Tensor {
  const product = (a: Tensor, b: Tensor): Tensor =>
    tf.matMul(a.reshape([-1, a.shape[2]!]), b.reshape([-1, b.shape[2]!]), true);
  if (cell !== "gru") return product(h, ofProducts);
  // The candidate's part of the kernel multiplied the state that the reset gate had let through.
  const units = h.shape[2];
  const reset = tf.slice(saved, [0, 0, units], [-1, -1, units]);
  const [ofGates, ofCandidate] = tf.split(ofProducts, [2 * units, units], 2);
  return tf.concat([product(h, ofGates!), product(tf.mul(reset, h), ofCandidate!)], 1);
}
