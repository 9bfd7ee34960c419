import type { Optimizer } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { FtrlOptimizer } from "./ftrl.js";
import { LambOptimizer } from "./lamb.js";
import { LionOptimizer } from "./lion.js";
import { NadamOptimizer } from "./nadam.js";
import { applyOptions, initialRate, type CommonOptions } from "./options.js";

/*
 * Keras's optimizers by Keras's argument names, with its defaults: https://keras.io/api/optimizers/
 * `tf.train.*` makes the same optimizers from TensorFlow.js's arguments.
 */

/** Gradient descent, with momentum if given. `learningRate` is 0.01. */
export function sgd(options: CommonOptions & { momentum?: number; nesterov?: boolean } = {}): Optimizer {
  const { momentum = 0, nesterov = false, learningRate = 0.01 } = options;
  const rate = initialRate({ learningRate });
  const optimizer = momentum ? tf.train.momentum(rate, momentum, nesterov) : tf.train.sgd(rate);
  return applyOptions(optimizer, { ...options, learningRate });
}

/** RMSprop (Hinton, 2012). `rho` is 0.9, `epsilon` 1e-7. */
export function rmsprop(
  options: CommonOptions & { rho?: number; momentum?: number; epsilon?: number; centered?: boolean } = {},
): Optimizer {
  const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
  return applyOptions(tf.train.rmsprop(initialRate(options), rho, momentum, epsilon, centered), options);
}

/** Adagrad (Duchi et al., 2011). `initialAccumulatorValue` is 0.1, `epsilon` 1e-7. */
export function adagrad(
  options: CommonOptions & { initialAccumulatorValue?: number; epsilon?: number } = {},
): Optimizer {
  const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = options;
  const optimizer = tf.train.adagrad(initialRate(options), initialAccumulatorValue);
  return applyOptions(Object.assign(optimizer, { epsilon }), options);
}

/** Adadelta (Zeiler, 2012); the paper's `learningRate` is 1.0. `rho` is 0.95, `epsilon` 1e-7. */
export function adadelta(options: CommonOptions & { rho?: number; epsilon?: number } = {}): Optimizer {
  const { rho = 0.95, epsilon = 1e-7 } = options;
  return applyOptions(tf.train.adadelta(initialRate(options), rho, epsilon), options);
}

/** What Adam and its relatives take. `beta1` is 0.9, `beta2` 0.999, `epsilon` 1e-7. */
export type AdamOptions = CommonOptions & { beta1?: number; beta2?: number; epsilon?: number };

/** Adam (Kingma and Ba, 2014); `amsgrad`, off by default, divides by the greatest second moment so far (Reddi et al., 2018). */
export function adam(options: AdamOptions & { amsgrad?: boolean } = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = options;
  const optimizer = tf.train.adam(initialRate(options), beta1, beta2, epsilon);
  return applyOptions(amsgrad ? Object.assign(optimizer, { amsgrad }) : optimizer, options);
}

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019). `weightDecay` is 0.004. */
export function adamw(options: AdamOptions & { amsgrad?: boolean } = {}): Optimizer {
  return adam({ weightDecay: 0.004, ...options });
}

/** Adamax, Adam by the greatest instead of the mean square (Kingma and Ba, 2014, section 7.1). */
export function adamax(options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  return applyOptions(tf.train.adamax(initialRate(options), beta1, beta2, epsilon), options);
}

/** Nadam, Adam with Nesterov momentum (Dozat, 2016). */
export function nadam(options: AdamOptions = {}): Optimizer {
  const { beta1, beta2, epsilon } = options;
  return applyOptions(new NadamOptimizer(initialRate(options), beta1, beta2, epsilon), options);
}

/** Lamb, for large batches: Adam whose steps are as long as the weights are large (You et al., 2019). */
export function lamb(options: AdamOptions = {}): Optimizer {
  const { beta1, beta2, epsilon } = options;
  return applyOptions(new LambOptimizer(initialRate(options), beta1, beta2, epsilon), options);
}

/** Lion, which steps by the sign of the momentum (Chen et al., 2023). `beta1` is 0.9, `beta2` 0.99. */
export function lion(options: CommonOptions & { beta1?: number; beta2?: number } = {}): Optimizer {
  return applyOptions(new LionOptimizer(initialRate(options), options.beta1, options.beta2), options);
}

/** Ftrl (McMahan et al., 2013). `learningRatePower` is -0.5, `initialAccumulatorValue` 0.1, everything else 0. */
export function ftrl(
  options: CommonOptions & {
    learningRatePower?: number;
    initialAccumulatorValue?: number;
    l1RegularizationStrength?: number;
    l2RegularizationStrength?: number;
    l2ShrinkageRegularizationStrength?: number;
    beta?: number;
  } = {},
): Optimizer {
  const optimizer = new FtrlOptimizer(
    initialRate(options),
    options.learningRatePower,
    options.initialAccumulatorValue,
    options.l1RegularizationStrength,
    options.l2RegularizationStrength,
    options.l2ShrinkageRegularizationStrength,
    options.beta,
  );
  return applyOptions(optimizer, options);
}
