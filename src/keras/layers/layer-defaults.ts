import {
  constraintFactories,
  initializerFactories,
  layerFactories,
  type MakeLayer,
} from "../../tfjs/internals.js";
import { patch } from "../../tfjs/patch.js";

type Settings = Record<string, unknown>;

const kernel = { kernelInitializer: "glorotUniform" };
const recurrent = { ...kernel, recurrentActivation: "sigmoid" };

/**
 * What `tf.layers.*` take for arguments that are left out, where TensorFlow.js still does as Keras did before its version
 * 2, or otherwise (unit_forget_bias, https://github.com/tensorflow/tfjs/issues/4020). Saved models have all of their
 * settings with them.
 */
const defaults: Record<string, Settings> = {
  dense: kernel,
  conv1d: kernel,
  conv2d: kernel,
  conv3d: kernel,
  conv1dTranspose: kernel,
  conv2dTranspose: kernel,
  conv3dTranspose: kernel,
  depthwiseConv1d: { depthwiseInitializer: "glorotUniform" },
  depthwiseConv2d: { depthwiseInitializer: "glorotUniform" },
  simpleRNN: kernel,
  simpleRNNCell: kernel,
  lstm: { ...recurrent, unitForgetBias: true },
  lstmCell: { ...recurrent, unitForgetBias: true },
  convLstm2d: { ...recurrent, unitForgetBias: true },
  convLstm2dCell: { ...recurrent, unitForgetBias: true },
  gru: { ...recurrent, resetAfter: true },
  gruCell: { ...recurrent, resetAfter: true },
  softmax: { axis: -1 },
};

const reason = {
  name: "Keras's defaults",
  why: "arguments that are left out are those of Keras before its version 2, or of nothing",
  upstream: "https://github.com/tensorflow/tfjs/issues/4020",
};

/**
 * Gives the layers Keras's defaults: https://keras.io/api/layers/. What has a default for each argument can be called
 * without any, where TensorFlow.js reads properties of undefined: `tf.layers.maxPooling2d()`, `tf.constraints.unitNorm()`.
 */
export function repairLayerDefaults(): void {
  for (const factories of [layerFactories, constraintFactories, initializerFactories])
    takeNoArguments(factories);
  for (const [name, settings] of Object.entries(defaults)) {
    const wrap =
      (make: MakeLayer): MakeLayer =>
      (given = {}) => {
        const explicit = Object.entries(given).filter(([, value]) => value !== undefined);
        return make({ ...settings, ...Object.fromEntries(explicit) });
      };
    patch(layerFactories, name, { ...reason, after: ["no arguments"], wrap });
  }
}

const withoutArguments = {
  name: "no arguments",
  why: "what has a default for each argument cannot be called without any",
  after: ["activity regularizers", "own backward layers", "randomUniform's range"],
};

function takeNoArguments(factories: Record<string, MakeLayer>): void {
  for (const name of Object.keys(factories)) {
    // Classes are among them.
    if (!/^[a-z]/.test(name)) continue;
    const wrap =
      (make: MakeLayer): MakeLayer =>
      (config = {}, ...others) =>
        make(config, ...others);
    patch(factories, name, { ...withoutArguments, wrap });
  }
}
