import type * as Tf from "@tensorflow/tfjs-node";
import { layerFactories, prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { replaceFromConfig } from "../../tfjs/registries.js";

type Cell = Tf.layers.Layer & {
  resetAfter?: boolean;
  units: number;
  useBias: boolean;
  dropout: number;
  recurrentDropout: number;
  dropoutMask: Tf.Tensor[] | null;
  recurrentDropoutMask: Tf.Tensor[] | null;
  activation: Activation;
  recurrentActivation: Activation;
  biasInitializer: unknown;
  biasRegularizer: unknown;
  biasConstraint: unknown;
  kernel: Tf.LayerVariable;
  recurrentKernel: Tf.LayerVariable;
  bias: Tf.LayerVariable;
  addWeight(name: string, shape: number[], ...rest: unknown[]): Tf.LayerVariable;
};
type Activation = { apply(x: Tf.Tensor): Tf.Tensor };
type Config = { resetAfter?: boolean };

const reason = {
  name: "GRU's resetAfter",
  why: "Keras's default, the reset gate after the matrix product, is refused",
  after: ["functions as activations"],
  upstream: "https://github.com/tensorflow/tfjs/issues/5728",
};

/**
 * `resetAfter: true` for GRU layers and cells: the reset gate applied after the matrix product, with a second bias (the
 * first version of Cho et al., 2014, https://arxiv.org/abs/1406.1078). It is Keras's default, and TensorFlow.js refuses
 * it, so that no usual GRU of Keras can be loaded without it.
 */
export function repairGru(): void {
  for (const name of ["GRU", "GRUCell"]) {
    replaceFromConfig(
      name,
      reason,
      (fromConfig) => (cls, config) => withResetAfter(config, (rest) => fromConfig(cls, rest)),
    );
  }
  for (const name of ["gru", "gruCell"]) {
    patch(layerFactories, name, { ...reason, wrap: (make) => (config) => withResetAfter(config, make) });
  }

  const cell = prototypeOf<Cell>("GRUCell");
  patch(cell, "build", {
    ...reason,
    wrap: (build) =>
      function (shape) {
        const { useBias, biasInitializer, biasRegularizer, biasConstraint } = this;
        const hasTwoBiases = this.resetAfter === true && useBias;
        this.useBias = useBias && !hasTwoBiases;
        build.call(this, shape);
        this.useBias = useBias;
        if (!hasTwoBiases) return;
        const size = [2, 3 * this.units];
        this.bias = this.addWeight(
          "bias",
          size,
          null,
          biasInitializer,
          biasRegularizer,
          true,
          biasConstraint,
        );
      },
  });
  patch(cell, "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
        return this.resetAfter
          ? tf.tidy(() => step(this, inputs as Tf.Tensor[], kwargs))
          : call.call(this, inputs, kwargs);
      },
  });
  patch(cell, "getConfig", {
    ...reason,
    wrap: (getConfig) =>
      function () {
        return { ...getConfig.call(this), resetAfter: this.resetAfter === true };
      },
  });
}

/** Makes a layer of `config` without `resetAfter`, which its constructor refuses, and sets it afterwards. */
function withResetAfter<C, L>(config: C, make: (config: C) => L): L {
  const { resetAfter, ...rest } = config as Config;
  const layer = make(rest as C);
  const cell = ((layer as { cell?: Cell }).cell ?? layer) as Cell;
  cell.resetAfter = resetAfter === true;
  return layer;
}

/** One time step: `[batch, features]` and the state `[batch, units]` to the output and the new state, both the same. */
function step(cell: Cell, [input, state]: Tf.Tensor[], kwargs: { training?: boolean }): Tf.Tensor[] {
  const training = kwargs.training === true;
  const x = withDropout(cell, "dropoutMask", cell.dropout, input!, training);
  const h = withDropout(cell, "recurrentDropoutMask", cell.recurrentDropout, state!, training);
  let inputs = tf.matMul(x, cell.kernel.read());
  let states = tf.matMul(h, cell.recurrentKernel.read());
  if (cell.useBias) {
    const [inputBias, stateBias] = tf.unstack(cell.bias.read());
    inputs = tf.add(inputs, inputBias!);
    states = tf.add(states, stateBias!);
  }
  const [inputZ, inputR, inputH] = tf.split(inputs, 3, 1);
  const [stateZ, stateR, stateH] = tf.split(states, 3, 1);
  const z = cell.recurrentActivation.apply(tf.add(inputZ!, stateZ!));
  const r = cell.recurrentActivation.apply(tf.add(inputR!, stateR!));
  const candidate = cell.activation.apply(tf.add(inputH!, tf.mul(r, stateH!)));
  const output = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), candidate));
  return [output, output];
}

/** The mask is the same for all steps of a sequence; the layer frees it before the next one. */
function withDropout(
  cell: Cell,
  field: "dropoutMask" | "recurrentDropoutMask",
  rate: number,
  x: Tf.Tensor,
  training: boolean,
): Tf.Tensor {
  if (!training || rate <= 0 || rate >= 1) return x;
  cell[field] ??= [tf.keep(tf.dropout(tf.onesLike(x), rate))];
  return tf.mul(x, cell[field][0]!);
}
