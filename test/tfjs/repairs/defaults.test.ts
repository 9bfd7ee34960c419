import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tf } from "../../../src/index.js";
import { optimizerToConfig } from "../../../src/saving/optimizers.js";

type Settings = Record<string, unknown>;

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/defaults.json", import.meta.url), "utf8"),
) as { layers: Record<string, Settings>; optimizers: Record<string, Settings> };

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Arguments that have no default. */
const required: Record<string, Settings> = {
  Cropping2D: {
    cropping: [
      [0, 0],
      [0, 0],
    ],
  },
  Bidirectional: { layer: tf.layers.lstm({ units: 1 }) },
  TimeDistributed: { layer: tf.layers.dense({ units: 1 }) },
  RNN: { cell: tf.layers.lstmCell({ units: 1 }) },
  StackedRNNCells: { cells: [tf.layers.lstmCell({ units: 1 })] },
};
const others = {
  axes: 1,
  dims: [1],
  filters: 1,
  height: 1,
  inputDim: 1,
  kernelSize: 1,
  n: 1,
  numTokens: 1,
  outputDim: 1,
  rate: 0.5,
  stddev: 1,
  targetShape: [1],
  units: 1,
  width: 1,
};

/** The same setting by another name. */
const renamed: Record<string, string> = { "LeakyReLU negative_slope": "alpha" };

/** Settings that Manabi adds to layers of TensorFlow.js; they are saved only where they are not at their defaults. */
const added = ["groups", "keepdims", "negativeSlope", "threshold"];

/** Settings that TensorFlow.js lacks; it works as Keras does by default. */
const lacking =
  "antialias dilationRate epsilon fillMode outputMode renorm renormMomentum sparse " +
  "synchronized useCudnn useGate zeroOutputForMask";

/** A setting as one text, however it is written. */
function normal(value: unknown): string {
  if (value === null || value === undefined || value === false) return "off";
  if (Array.isArray(value)) {
    const parts = (value as unknown[]).map(normal);
    return new Set(parts).size === 1 ? parts[0]! : parts.join();
  }
  if (typeof value !== "object") return JSON.stringify(value).replaceAll(/["_]/g, "").toLowerCase();
  const { className, config } = value as { className: string; config: Settings };
  if (className === "RandomUniform") return "uniform";
  const isGlorot = className === "VarianceScaling" && config["mode"] === "fanAvg";
  return isGlorot ? `glorot${String(config["distribution"])}` : className.toLowerCase();
}

describe("tfjs/repairs: defaults of Keras", () => {
  const factories = tf.layers as unknown as Record<string, (settings: Settings) => tf.layers.Layer>;
  const byLowerCase = new Map(Object.keys(factories).map((name) => [name.toLowerCase(), name]));
  const shared = Object.keys(fixture.layers).filter(
    (name) => byLowerCase.has(name.toLowerCase()) && !["InputLayer", "Layer"].includes(name),
  );
  const settingOf = (name: string, argument: string) => renamed[`${name} ${argument}`] ?? camelCase(argument);
  const configOf = (name: string): Settings => {
    const layer = factories[byLowerCase.get(name.toLowerCase())!]!({ ...others, ...required[name] });
    const config = layer.getConfig() as Settings;
    for (const argument of Object.keys(fixture.layers[name]!)) {
      const setting = settingOf(name, argument);
      if (added.includes(setting) && setting in layer) config[setting] = layer[setting as never];
    }
    return config;
  };

  for (const name of shared) {
    it(`layer ${name}`, () => {
      const config = configOf(name);
      for (const [argument, value] of Object.entries(fixture.layers[name]!)) {
        const setting = settingOf(name, argument);
        // Names are made up, the strides of pooling are its size, numTokens are required here, and weights are no setting.
        const isWorkedOut = value === null && ["name", "num_tokens", "strides", "weights"].includes(argument);
        if (!(setting in config) || isWorkedOut) continue;
        const theirs = argument === "data_format" ? "channels_last" : value;
        const ours = setting === "activation" && config[setting] === "linear" ? null : config[setting];
        assert.equal(normal(ours), normal(theirs), argument);
      }
    });
  }

  it("are those of TensorFlow.js where it has no such setting", () => {
    const lacked = shared.flatMap((name) => {
      const config = configOf(name);
      return Object.entries(fixture.layers[name]!)
        .filter(([argument, value]) => value !== null && !(settingOf(name, argument) in config))
        .map(([argument]) => settingOf(name, argument));
    });
    assert.equal([...new Set(lacked)].toSorted().join(" "), lacking);
  });

  for (const [name, settings] of Object.entries(fixture.optimizers)) {
    it(`optimizer ${name}`, () => {
      for (const spelled of [name, name.toLowerCase()]) {
        const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
        model.compile({ optimizer: spelled, loss: "meanSquaredError" });
        const { config } = optimizerToConfig(model.optimizer) as { config: Record<string, number> };
        for (const [argument, value] of Object.entries(config)) {
          const difference = value - Number(settings[argument]);
          assert.ok(
            Math.abs(difference) < 1e-9,
            `${argument} is ${value}, not ${String(settings[argument])}`,
          );
        }
        model.dispose();
      }
    });
  }

  it("name the optimizers when one is unknown", () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    assert.throws(
      () => model.compile({ optimizer: "adm", loss: "meanSquaredError" }),
      /There is no optimizer "adm"\. Known are "adadelta", .*"sgd", or give one of tf\.train or optimizers\./,
    );
  });

  it("keep what is given", () => {
    const given = {
      units: 1,
      kernelInitializer: "zeros",
      recurrentActivation: "hardSigmoid",
      unitForgetBias: false,
    };
    const { kernelInitializer, recurrentActivation, unitForgetBias } = tf.layers
      .lstm(given as never)
      .getConfig();
    assert.deepEqual(
      [(kernelInitializer as Settings)["className"], recurrentActivation, unitForgetBias],
      ["Zeros", "hardSigmoid", false],
    );
  });

  it("do not reach saved models, which have their own settings", async () => {
    const config = {
      name: "old",
      layers: [{ className: "GRU", config: { units: 2, batchInputShape: [null, 3, 1] } }],
    };
    const model = tf.Sequential.fromConfig(tf.Sequential as never, config) as tf.Sequential;
    assert.deepEqual(
      model.weights.map(({ shape }) => shape),
      [[1, 6], [2, 6], [6]],
    );
  });
});
