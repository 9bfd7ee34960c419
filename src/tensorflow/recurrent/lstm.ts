import type { LayerVariable, Tensor, Tensor3D, layers } from "@tensorflow/tfjs-node";
import { runNative, runsNatively, tf } from "../native.js";

interface Activation {
  getClassName(): string;
}

interface Cell {
  units: number;
  activation: Activation;
  recurrentActivation: Activation;
  dropout: number;
  recurrentDropout: number;
  dropoutFunc: unknown;
  kernel: LayerVariable;
  recurrentKernel: LayerVariable;
  bias: LayerVariable | null;
}

/** An LSTM layer with the members that its type hides. */
interface Lstm extends Omit<layers.Layer, "resetStates"> {
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

type Inputs = Record<"x" | "c0" | "h0" | "weights" | "peephole" | "bias", Tensor>;

const [forward, backward] = ["BlockLSTMV2", "BlockLSTMGradV2"];

/** Of a layer with more weights the compiled steps are faster, because these multiply matrices with oneDNN. */
const mostWeights = 16_384;

/**
 * The small LSTM layer with Keras's settings as one operation of TensorFlow for all time steps, and one for its gradients,
 * instead of dozens for each step. What these cannot do (masks, other activations than tanh and sigmoid, recurrent
 * dropout) and other backends go on step by step. Gradients of gradients exist only there.
 */
export function fuseLstm(): void {
  registerKernels();
  const prototype = Object.getPrototypeOf(tf.layers.lstm({ units: 1 })) as Lstm;
  const { call } = prototype;
  prototype.call = function (this: Lstm, inputs, kwargs: CallArguments) {
    const x = [inputs].flat()[0]!;
    return isFusible(this, x, kwargs) ? tf.tidy(() => run(this, x, kwargs)) : call.call(this, inputs, kwargs);
  };
}

function isFusible({ cell }: Lstm, x: Tensor, { mask, training }: CallArguments): boolean {
  return (
    runsNatively() &&
    mask == null &&
    cell.activation.getClassName() === "tanh" &&
    cell.recurrentActivation.getClassName() === "sigmoid" &&
    !(training && cell.recurrentDropout > 0) &&
    cell.dropout < 1 &&
    cell.dropoutFunc == null &&
    x.rank === 3 &&
    x.shape[1]! > 0 &&
    x.dtype === "float32" &&
    (x.shape[2]! + cell.units) * 4 * cell.units <= mostWeights
  );
}

/** Takes `[batch, time, features]`; returns what the layer's `call` does. */
function run(
  layer: Lstm,
  input: Tensor,
  { training = false, initialState }: CallArguments,
): Tensor | Tensor[] {
  const { cell } = layer;
  const zeros = tf.zeros([input.shape[0], cell.units]);
  const [h0, c0] = initialState ?? (layer.stateful ? layer.states : [zeros, zeros]);
  let x = tf.transpose(input, [1, 0, 2]);
  if (layer.goBackwards) x = tf.reverse(x, 0);
  // One mask for all time steps.
  if (training && cell.dropout > 0)
    x = tf.mul(x, tf.dropout(tf.ones([1, ...x.shape.slice(1)]), cell.dropout));
  const inputs: Inputs = {
    x,
    c0: c0!,
    h0: h0!,
    weights: tf.concat([cell.kernel.read(), cell.recurrentKernel.read()], 0),
    peephole: tf.zeros([cell.units]),
    bias: cell.bias?.read() ?? tf.zeros([4 * cell.units]),
  };
  const usesState = layer.returnState || layer.stateful;
  const outputs = tf.engine().runKernel(forward, { ...inputs }, { usesState }) as Tensor3D[];
  const [c, h] = [outputs[1]!, outputs[6]!];
  const last = (states: Tensor3D): Tensor => tf.squeeze(tf.slice(states, states.shape[0] - 1, 1), [0]);
  const output = layer.returnSequences ? tf.transpose(h, [1, 0, 2]) : last(h);
  if (!usesState) return output;
  const states = [last(h), last(c)];
  if (layer.stateful) layer.resetStates(states, training);
  return layer.returnState ? [output, ...states] : output;
}

/** Makes the operations known to TensorFlow.js, sequences being `[time, batch, features]`. */
function registerKernels(): void {
  const backendName = "tensorflow";
  tf.registerKernel({
    kernelName: forward,
    backendName,
    kernelFunc: ({ inputs }) => runNative(forward, { T: "float32" }, operands(inputs as Inputs), 7),
  });
  tf.registerKernel({
    kernelName: backward,
    backendName,
    kernelFunc: ({ inputs }) => {
      const { i, c, f, o, candidate, cTanh, h, dc, dh, ...rest } = inputs as Record<string, Tensor>;
      const computed = [i, c, f, o, candidate, cTanh, h, dc, dh] as Tensor[];
      const attributes = { T: "float32", use_peephole: false } as const;
      return runNative(backward, attributes, [...operands(rest as Inputs), ...computed], 8);
    },
  });
  const inputsToSave = ["x", "c0", "h0", "weights", "peephole", "bias"];
  tf.registerGradient({
    kernelName: forward,
    inputsToSave,
    outputsToSave: Array.from({ length: 7 }, () => true),
    gradFunc: (gradients, saved, attributes) => {
      const [x, c0, h0, weights, peephole, bias, i, c, f, o, candidate, cTanh, h] = saved;
      const [, ofC, , , , , dh] = gradients as Tensor[];
      // Nobody has seen c: TensorFlow.js then makes its gradient, zeros, in JavaScript.
      const dc = attributes["usesState"] ? ofC : tf.zerosLike(c!);
      const inputs = { x, c0, h0, weights, peephole, bias, i, c, f, o, candidate, cTanh, h, dc, dh };
      const [dx, dc0, dh0, dWeights, , , , dBias] = tf
        .engine()
        .runKernel(backward, inputs as never) as Tensor[];
      const all = { x: dx, c0: dc0, h0: dh0, weights: dWeights, bias: dBias };
      return Object.fromEntries(Object.entries(all).map(([name, gradient]) => [name, () => gradient!]));
    },
  });
}

function operands({ x, c0, h0, weights, peephole, bias }: Inputs): (Tensor | bigint)[] {
  return [BigInt(x.shape[0]), x, c0, h0, weights, peephole, peephole, peephole, bias];
}
