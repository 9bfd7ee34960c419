import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { classMap, layerFactories, layerPrototype, type OpenLayer } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { replaceFromConfig } from "../../tfjs/registries.js";
import { configOf, type Inputs, objectFrom, only } from "./base.js";
import type { ActivityRegularizationArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

interface Regularizer {
  apply(x: Tensor): Scalar;
}
type RegularizedLayer = Omit<OpenLayer, "activityRegularizer"> & {
  /** Where TensorFlow.js has it; it refuses to apply a layer that has one. */
  activityRegularizer: Regularizer | null;
  outputRegularizer?: Regularizer;
};
type Settings = { activityRegularizer?: unknown };

const reason = {
  name: "activity regularizers",
  why: "layers take them for an argument, or ignore them, and none counts in the loss",
  after: ["repeated inputs", "layers of Keras", "classes of Keras", "arguments of Keras", "GRU's resetAfter"],
};

/** The penalties of the model's call under way, if they are wanted. */
let penalties: Scalar[] | undefined;

/**
 * Runs a model, and collects what its layers' activity regularizers make of their outputs: as in Keras, a mean over the batch.
 * The penalties are the caller's to dispose.
 */
export function withActivityPenalties<T>(run: () => T): { result: T; penalties: Scalar[] } {
  const outer = penalties;
  const own: Scalar[] = [];
  penalties = own;
  try {
    return { result: run(), penalties: own };
  } finally {
    penalties = outer;
  }
}

/** For after an interrupt, which has ended a step without its `finally`. */
export function forgetActivityPenalties(): void {
  tf.dispose(penalties ?? []);
  penalties = undefined;
}

/** Every layer takes an `activityRegularizer`, as in Keras: https://keras.io/api/layers/regularizers/ */
export function takeActivityRegularizers(): void {
  patch(layerPrototype as unknown as RegularizedLayer, "apply", {
    ...reason,
    wrap: (apply) =>
      function (inputs, kwargs) {
        if (this.activityRegularizer) this.outputRegularizer = this.activityRegularizer;
        this.activityRegularizer = null;
        const outputs = apply.call(this, inputs, kwargs);
        if (penalties && this.outputRegularizer) {
          for (const output of [outputs].flat()) {
            if (output instanceof tf.Tensor) penalties.push(penaltyOf(this.outputRegularizer, output));
          }
        }
        return outputs;
      },
  });
  patch(layerPrototype as unknown as RegularizedLayer, "getConfig", {
    ...reason,
    wrap: (getConfig) =>
      function () {
        const regularizer = this.outputRegularizer ?? this.activityRegularizer;
        const config = getConfig.call(this);
        return regularizer
          ? { ...config, activityRegularizer: configOf("Regularizer", regularizer) }
          : config;
      },
  });
  for (const name of Object.keys(layerFactories)) {
    // Classes are among them.
    if (!/^[a-z]/.test(name)) continue;
    patch(layerFactories, name, {
      ...reason,
      wrap:
        (make) =>
        (settings, ...others) =>
          regularized(make(settings, ...others), settings),
    });
  }
  for (const [className, [{ prototype }]] of Object.entries(classMap())) {
    if (!(prototype instanceof tf.layers.Layer)) continue;
    replaceFromConfig(
      className,
      reason,
      (fromConfig) =>
        (cls, config, ...others) =>
          regularized(fromConfig(cls, config, ...others), config),
    );
  }
}

function penaltyOf(regularizer: Regularizer, output: Tensor): Scalar {
  return tf.keep(tf.tidy(() => tf.div(regularizer.apply(output), output.shape[0] ?? 1)));
}

function regularized<T extends object>(layer: T, settings: Settings | undefined): T {
  const given = settings?.activityRegularizer;
  return given == null
    ? layer
    : Object.assign(layer, { outputRegularizer: objectFrom("Regularizer", given) });
}

/** Gives its input, which counts in the loss: https://keras.io/api/layers/regularization_layers/activity_regularization/ */
export class ActivityRegularization extends tf.layers.Layer {
  static readonly className = "ActivityRegularization";
  static readonly form = kerasForm("l1 l2");
  private readonly l1: number;
  private readonly l2: number;

  constructor(args: ActivityRegularizationArgs = {}) {
    super(args);
    this.l1 = args.l1 ?? 0;
    this.l2 = args.l2 ?? 0;
    this.supportsMasking = true;
    Object.assign(this, { outputRegularizer: tf.regularizers.l1l2({ l1: this.l1, l2: this.l2 }) });
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => tf.clone(only(inputs)));
  }

  override getConfig(): ReturnType<OpenLayer["getConfig"]> {
    const { activityRegularizer: _ofL1AndL2, ...config } = super.getConfig();
    return { ...config, l1: this.l1, l2: this.l2 };
  }
}
