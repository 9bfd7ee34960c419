import type { Callback, Tensor } from "@tensorflow/tfjs-node";
import { callbacks, metrics, optimizers, tf } from "../../../src/index.js";

/** Numbers that repeat from a seed: a small linear congruential generator. */
function chooser(seed: number) {
  let state = seed;
  const next = () => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
  const choose = <T>(...choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  /** Numbers between -1 and 1, rounded so that text holds them. */
  choose.numbers = (count: number) =>
    Array.from({ length: count }, () => Math.round((2 * next() - 1) * 1e4) / 1e4);
  return choose;
}
type Choose = ReturnType<typeof chooser>;
type Options = Record<string, unknown>;
/** By name, or one of Keras's classes with its arguments. */
type GivenMetric = string | [className: string, options: Options];

/** How to compile and fit a model, in Keras's words. */
export interface Case {
  optimizer: [className: string, options: Options];
  compile: {
    loss: string | string[];
    loss_weights?: number[];
    metrics: GivenMetric[][];
    weighted_metrics?: GivenMetric[][];
  };
  fit: Options;
  callbacks: [className: string, options: Options][];
  x: number[];
  /** Of each output: a row for each sample, or a row for each step of each sample. */
  y: (number[][] | number[][][])[];
  sample_weight: number[] | number[][] | null;
  class_weight: Record<string, number> | null;
  /** How many of the samples to validate on, weighed from 0.5 to 1.5. */
  validation: number;
}

const activations = ["relu", "tanh", "sigmoid", "elu", "linear", "softplus", "selu"] as const;

const families = {
  flat: {
    shape: [5],
    layers: [
      (choose: Choose) =>
        tf.layers.dense({
          units: choose(3, 4),
          activation: choose(...activations),
          useBias: choose(true, false),
          ...choose({}, { kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) }),
        }),
      () => tf.layers.batchNormalization(),
      () => tf.layers.layerNormalization(),
      () => tf.layers.leakyReLU({ alpha: 0.2 }),
    ],
  },
  images: {
    shape: [6, 6, 2],
    layers: [
      (choose: Choose) =>
        tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", activation: choose(...activations) }),
      () => tf.layers.separableConv2d({ filters: 3, kernelSize: 3, padding: "same" }),
      () => tf.layers.maxPooling2d({ poolSize: 2, padding: "same" }),
      () => tf.layers.batchNormalization(),
    ],
  },
  sequences: {
    shape: [4, 3],
    layers: [
      () => tf.layers.gru({ units: 3, returnSequences: true }),
      () => tf.layers.lstm({ units: 3, returnSequences: true }),
      () => tf.layers.simpleRNN({ units: 3, returnSequences: true }),
      () => tf.layers.conv1d({ filters: 3, kernelSize: 2, padding: "same", activation: "relu" }),
    ],
  },
} as const;

const chosenOptimizers: Case["optimizer"][] = [
  ["SGD", { learning_rate: 0.05 }],
  ["SGD", { learning_rate: 0.02, momentum: 0.9, nesterov: true }],
  ["RMSprop", { learning_rate: 0.003, rho: 0.8 }],
  ["Adam", { learning_rate: 0.01, clipnorm: 1 }],
  ["AdamW", { learning_rate: 0.01, weight_decay: 0.02 }],
  ["Adagrad", { learning_rate: 0.05 }],
  ["Adadelta", { learning_rate: 0.9 }],
  ["Adamax", { learning_rate: 0.01 }],
  ["Nadam", { learning_rate: 0.005 }],
];

const losses = [
  "categorical_crossentropy",
  "mean_squared_error",
  "mean_absolute_error",
  "kl_divergence",
  "huber",
];

const chosenMetrics: GivenMetric[] = [
  "accuracy",
  ["TopKCategoricalAccuracy", { k: 2 }],
  ["Precision", { thresholds: 0.3 }],
  ["Precision", { top_k: 1, class_id: 1 }],
  ["Recall", { top_k: 2 }],
  ["Recall", { class_id: 0, thresholds: 0.35 }],
  ["FalsePositives", { thresholds: 0.4 }],
  ["AUC", { curve: "PR" }],
  ["AUC", { num_thresholds: 50, summation_method: "majoring" }],
  ["AUC", { curve: "PR", summation_method: "minoring", num_thresholds: 30 }],
  ["BinaryAccuracy", { threshold: 0.35 }],
  ["CategoricalCrossentropy", { label_smoothing: 0.1 }],
  ["F1Score", { average: "micro" }],
  ["F1Score", { average: "macro" }],
  ["F1Score", { average: "weighted", threshold: 0.35 }],
  ["FBetaScore", { average: "micro", beta: 1.5, threshold: 0.3 }],
  ["OneHotMeanIoU", { num_classes: 3 }],
  ["OneHotIoU", { num_classes: 3, target_class_ids: [0, 2] }],
  ["BinaryIoU", { threshold: 0.34, target_class_ids: [1] }],
  ["RootMeanSquaredError", {}],
];

const chosenCallbacks: Case["callbacks"][] = [
  [],
  [["EarlyStopping", { monitor: "loss", patience: 1, min_delta: 0.05, restore_best_weights: true }]],
  [["EarlyStopping", { monitor: "loss", patience: 0, baseline: 0.2, start_from_epoch: 1 }]],
  [
    [
      "ReduceLROnPlateau",
      { monitor: "loss", patience: 1, factor: 0.5, min_delta: 0.1, cooldown: 1, min_lr: 0.001 },
    ],
  ],
  [
    ["LearningRateScheduler", { factor: 0.7 }],
    ["TerminateOnNaN", {}],
  ],
];

/** The seeds above are of models with masks. */
export const lastWithoutMask = 36;

/** Layers of sequences that hand a mask on. */
const maskedLayers: ((choose: Choose) => tf.layers.Layer)[] = [
  () => tf.layers.lstm({ units: 3, returnSequences: true }),
  () => tf.layers.gru({ units: 3, returnSequences: true, goBackwards: true }),
  () => tf.layers.simpleRNN({ units: 4, returnSequences: true }),
  (choose: Choose) =>
    tf.layers.bidirectional({
      layer: tf.layers.gru({ units: 2, returnSequences: true }),
      mergeMode: choose("concat", "sum", "ave", "mul"),
    }),
  () => tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3, activation: "tanh" }) }),
  () => tf.layers.dense({ units: 3, activation: "elu" }),
  () => tf.layers.batchNormalization(),
  () => tf.layers.layerNormalization(),
];

/** A model of words, of which some are padding, that tells something of each step or of the whole. */
function drawMasked(choose: Choose): { model: tf.LayersModel; given: Case } {
  const [samples, steps, words] = [13, 5, 7];
  const input = tf.input({ shape: [steps] });
  let hidden = tf.layers
    .embedding({ inputDim: words, outputDim: 4, maskZero: true })
    .apply(input) as typeof input;
  for (let i = 0; i < 2; i++) hidden = choose(...maskedLayers)(choose).apply(hidden);
  const isOfSteps = choose(true, true, false);
  if (choose(true, false) && isOfSteps) {
    const attention = tf.layers.multiHeadAttention({ numHeads: 2, keyDim: 2 });
    hidden = attention.apply([hidden, hidden]);
  }
  if (!isOfSteps) {
    const pooled = choose<tf.layers.Layer>(tf.layers.globalAveragePooling1d(), tf.layers.lstm({ units: 3 }));
    hidden = pooled.apply(hidden);
  }
  const head = tf.layers.dense({ units: 3, activation: "softmax", name: "first" }).apply(hidden);
  const model = tf.model({ inputs: input, outputs: head });
  tf.tidy(() => {
    const start = model.getWeights().map((weight) => {
      const values = tf.tensor(choose.numbers(weight.size), weight.shape);
      return weight.rank > 1 ? tf.mul(values, 0.7) : weight;
    });
    model.setWeights(start);
  });
  const rows = Array.from({ length: samples }, () => {
    const length = choose(1, 2, 3, 4, 5);
    return Array.from({ length: steps }, (_, step) => (step < length ? choose(1, 2, 3, 4, 5, 6) : 0));
  });
  const label = (): number[] => choose([1, 0, 0], [0, 1, 0], [0, 0, 1]);
  const chosen: GivenMetric[] = [
    "accuracy",
    ["TopKCategoricalAccuracy", { k: 2, name: "top" }],
    ["BinaryAccuracy", { threshold: 0.35, name: "binary" }],
    ["CategoricalCrossentropy", { label_smoothing: 0.1, name: "smooth" }],
  ];
  const weights = rows.map((row) => (isOfSteps ? row.map(() => choose(0.5, 1, 2)) : [choose(0.5, 1, 2)]));
  const given: Case = {
    // Others of Keras square the gradient of each occurrence of a word, not their sum.
    optimizer: choose(...chosenOptimizers.slice(0, 2)),
    compile: {
      loss: choose(...losses),
      metrics: [[choose(...chosen)]],
      ...choose<{ weighted_metrics?: GivenMetric[][] }>({}, { weighted_metrics: [[choose(...chosen)]] }),
    },
    fit: {
      epochs: 3,
      shuffle: false,
      batch_size: choose(4, 5, 13),
      ...choose({}, { validation_split: 0.3 }),
    },
    callbacks: choose(...chosenCallbacks),
    x: rows.flat(),
    y: [rows.map((row) => (isOfSteps ? row.map(label) : label())) as number[][]],
    sample_weight: choose(true, false) ? weights : null,
    class_weight: null,
    validation: 0,
  };
  return { model, given };
}

/** A model that a seed draws, and how to train it. */
export function drawCase(seed: number): { model: tf.LayersModel; given: Case } {
  const choose = chooser(seed * 7919);
  choose.numbers(5);
  if (seed > lastWithoutMask) return drawMasked(choose);
  const family = families[choose("flat", "images", "sequences")];
  const samples = 21;
  const outputs = choose(1, 1, 2);
  const input = tf.input({ shape: [...family.shape] });
  let hidden = input;
  for (let i = 0; i < 2; i++) hidden = choose(...family.layers)(choose).apply(hidden);
  if (family.shape.length > 1) hidden = tf.layers.flatten().apply(hidden);
  const heads = ["first", "second"]
    .slice(0, outputs)
    .map((name) => tf.layers.dense({ units: 3, activation: "softmax", name }).apply(hidden) as typeof input);
  const model = tf.model({ inputs: input, outputs: heads });
  tf.tidy(() => {
    const start = model.getWeights().map((weight) => {
      const values = tf.tensor(choose.numbers(weight.size), weight.shape);
      return weight.rank > 1 ? tf.mul(values, 0.7) : weight;
    });
    model.setWeights(start);
  });

  const named = (): GivenMetric[] => {
    const drawn = new Set([choose(...chosenMetrics), choose(...chosenMetrics)]);
    return [...drawn].map((one, i) =>
      typeof one === "string" ? one : [one[0], { ...one[1], name: `${one[0].toLowerCase()}${i}` }],
    );
  };
  const perOutput = () => heads.map(named);
  const x = choose.numbers(samples * family.shape.reduce((size, length) => size * length, 1));
  const y = heads.map((_, i) =>
    Array.from({ length: samples }, (__, row) => {
      const labelled = (row * (i + 2) + (row % 5)) % 3;
      return [0, 1, 2].map((column) => Number(column === labelled));
    }),
  );
  const weighed = choose("samples", "classes", "none");
  const given: Case = {
    optimizer: choose(...chosenOptimizers),
    compile: {
      loss: outputs > 1 ? heads.map(() => choose(...losses)) : choose(...losses),
      ...(outputs > 1 && { loss_weights: [choose(0.5, 2), choose(0.25, 1)] }),
      metrics: perOutput(),
      ...choose<{ weighted_metrics?: GivenMetric[][] }>({}, { weighted_metrics: perOutput() }),
    },
    fit: {
      epochs: 4,
      shuffle: false,
      batch_size: choose(5, 7, 8),
      ...choose<Options>({}, { initial_epoch: 1 }, { steps_per_epoch: 2 }, { validation_split: 0.3 }),
    },
    callbacks: choose(...chosenCallbacks),
    x,
    y,
    sample_weight: weighed === "samples" ? Array.from({ length: samples }, (_, i) => 0.5 + i / 10) : null,
    class_weight: weighed === "classes" && outputs === 1 ? { 0: 0.5, 2: 3 } : null,
    validation: 0,
  };
  if (!("validation_split" in given.fit) && choose(true, false)) {
    given.validation = 9;
    Object.assign(given.fit, choose<Options>({}, { validation_freq: 2 }, { validation_freq: [1, 3] }));
    Object.assign(
      given.fit,
      choose<Options>({}, { validation_batch_size: 4 }, { validation_batch_size: 2, validation_steps: 2 }),
    );
  }
  return { model, given };
}

const camelCase = (name: string) => name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
const inCamelCase = (options: Options) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value]));
/** `TopKCategoricalAccuracy` -> `topKCategoricalAccuracy`: what makes it here. */
function make(constructors: object, className: string, options: Options): unknown {
  const name = Object.keys(constructors).find((one) => one.toLowerCase() === className.toLowerCase())!;
  return (constructors as Record<string, (options: Options) => unknown>)[name]!(inCamelCase(options));
}

function metricsOf(given: GivenMetric[][]): Parameters<tf.LayersModel["compile"]>[0]["metrics"] {
  const made = given.map((output) =>
    output.map((one) => (typeof one === "string" ? one : (make(metrics, ...one) as metrics.Metric))),
  );
  return made.length === 1 ? made[0]! : made;
}

function callbackOf([className, options]: Case["callbacks"][number]): Callback {
  if (className === "LearningRateScheduler") {
    return callbacks.learningRateScheduler((_, rate) => rate * (options["factor"] as number));
  }
  return make(callbacks, className, options) as Callback;
}

/** What became of a model. */
export interface Result {
  epochs: number[];
  history: Record<string, number[]>;
  evaluated: Record<string, number>;
  onBatch: Record<string, number>;
  predictions: number[][];
}

/** Compiles and trains a model as `test/fixtures/keras/train.py` does. */
export async function train(model: tf.LayersModel, given: Case, runEagerly: boolean): Promise<Result> {
  const { loss, loss_weights: lossWeights, metrics: plain, weighted_metrics: weighed } = given.compile;
  model.compile({
    loss: [loss].flat().map(camelCase),
    optimizer: make(optimizers, ...given.optimizer) as tf.Optimizer,
    metrics: metricsOf(plain)!,
    ...(lossWeights && { lossWeights }),
    ...(weighed && { weightedMetrics: metricsOf(weighed)! }),
    runEagerly,
  });
  const samples = given.y[0]!.length;
  const x = tf.tensor(given.x, [samples, ...(model.inputs[0]!.shape.slice(1) as number[])]);
  const y = given.y.map((values) => tf.tensor(values));
  const sampleWeight = given.sample_weight ? tf.tensor(given.sample_weight) : undefined;
  const count = given.validation;
  const first = (tensor: Tensor) => tf.slice(tensor, 0, count);
  const weights = sampleWeight && { sampleWeight };
  const { history, epoch } = await model.fit(x, y, {
    ...inCamelCase(given.fit),
    ...weights,
    ...(given.class_weight && { classWeight: given.class_weight }),
    ...(count > 0 && { validationData: [first(x), y.map(first), tf.linspace(0.5, 1.5, count)] }),
    callbacks: given.callbacks.map(callbackOf),
    verbose: 0,
  });
  const evaluated = model.evaluate(x, y, { ...weights, batchSize: 7, returnDict: true });
  const onBatch = await model.trainOnBatch(x, y, { ...weights, returnDict: true });
  const predictions = [model.predict(x)].flat().map((one) => Array.from(one.dataSync()));
  return { epochs: epoch, history: history as Record<string, number[]>, evaluated, onBatch, predictions };
}
