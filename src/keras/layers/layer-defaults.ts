import { tf } from "../../tfjs/native.js";

type Settings = Record<string, unknown>;
type MakeLayer = (settings?: Settings) => unknown;

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

/**
 * Gives the layers Keras's defaults: https://keras.io/api/layers/. What has a default for each argument can be called
 * without any, where TensorFlow.js reads properties of undefined: `tf.layers.maxPooling2d()`, `tf.constraints.unitNorm()`.
 */
export function repairLayerDefaults(): void {
  for (const namespace of [tf.layers, tf.constraints, tf.initializers]) takeNoArguments(namespace);
  const factories = tf.layers as unknown as Record<string, MakeLayer>;
  for (const [name, settings] of Object.entries(defaults)) {
    const make = factories[name]!;
    const withDefaults: MakeLayer = (given = {}) => {
      const explicit = Object.entries(given).filter(([, value]) => value !== undefined);
      return make({ ...settings, ...Object.fromEntries(explicit) });
    };
    factories[name] = Object.defineProperty(withDefaults, "name", { value: make.name });
  }
}

function takeNoArguments(namespace: object): void {
  const factories = namespace as Record<string, (...given: unknown[]) => unknown>;
  for (const [name, make] of Object.entries(factories)) {
    // Classes are among them.
    if (!/^[a-z]/.test(name)) continue;
    const takesNone = (config: unknown = {}, ...others: unknown[]) => make(config, ...others);
    factories[name] = Object.defineProperty(takesNone, "name", { value: make.name });
  }
}
