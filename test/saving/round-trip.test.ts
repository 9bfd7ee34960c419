import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Tf from "@tensorflow/tfjs";
import { KerasFileError, loadModel, loadWeights, saveModel, saveWeights } from "../../src/saving/index.js";
import { writeHdf5 } from "../../src/saving/hdf5.js";
import { writeLegacyWeights } from "../../src/saving/legacy-weights-file.js";
import { tf } from "../../src/keras/load.js";
import * as optimizers from "../../src/keras/optimizers/index.js";
import { nativeModels } from "./native-models.js";
import { dataFor, largestDifference, predict, train } from "./python.js";

describe("saveModel and loadModel", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-save-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const small = (): Tf.Sequential =>
    tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });

  for (const [name, build] of Object.entries(nativeModels)) {
    for (const file of ["model.keras", "model.h5", "folder"]) {
      it(`continue ${name} from ${file} exactly`, async () => {
        const model = build();
        const data = dataFor(model);
        await train(model, data, 2);
        await saveModel(model, join(folder, file));
        const again = await loadModel(join(folder, file));
        assert.equal(largestDifference(predict(again, data.inputs), predict(model, data.inputs)), 0);
        assert.equal(again.getClassName(), model.getClassName());
        const losses = await train(model, data, 3);
        const others = await train(again, data, 3);
        losses.forEach((loss, i) =>
          assert.ok(Math.abs(loss - others[i]!) <= 1e-4 * loss, `${loss} ${others[i]}`),
        );
      });
    }
  }

  it("keep no tensors besides those of the model", async () => {
    const path = join(folder, "model.keras");
    const build = nativeModels["native_mlp"]!;
    await saveModel(build(), path);
    const before = tf.memory().numTensors;
    const model = await loadModel(path);
    await saveModel(model, join(folder, "other.h5"));
    await saveWeights(model, join(folder, "model.weights.h5"));
    await loadWeights(model, join(folder, "model.weights.h5"));
    model.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it("keep no tensor of the optimizer's", async () => {
    const model = nativeModels["native_mlp"]!();
    await train(model, dataFor(model), 1);
    const before = tf.memory().numTensors;
    for (const file of ["folder", "model.keras", "model.h5"]) await saveModel(model, join(folder, file));
    await model.save(`file://${folder}/own`, { includeOptimizer: true });
    assert.equal(tf.memory().numTensors, before);
    (await loadModel(join(folder, "folder"))).dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it("restore every optimizer", async () => {
    const all: [string, Tf.Optimizer][] = [
      ["sgd", tf.train.sgd(0.1)],
      ["momentum", tf.train.momentum(0.1, 0.9)],
      ["rmsprop", tf.train.rmsprop(0.01, 0.8, 0.5)],
      ["rmsprop centered", tf.train.rmsprop(0.01, 0.9, 0, 1e-7, true)],
      ["adam", tf.train.adam(0.01, 0.8, 0.99)],
      ["adagrad", tf.train.adagrad(0.1, 0.2)],
      ["adadelta", tf.train.adadelta(1)],
      ["adamax", tf.train.adamax(0.02)],
      ["nadam", optimizers.nadam()],
      ["adamw", optimizers.adamw({ clipnorm: 0.1 })],
      ["ftrl", optimizers.ftrl({ learningRate: 0.1, beta: 0.5 })],
    ];
    for (const [name, optimizer] of all) {
      for (const file of ["model.keras", "model.h5"]) {
        const model = small();
        model.compile({ optimizer, loss: "meanSquaredError" });
        const data = dataFor(model);
        await train(model, data, 3);
        await saveModel(model, join(folder, file));
        const again = await loadModel(join(folder, file));
        const { learningRate, ...config } = again.optimizer.getConfig();
        const { learningRate: expectedRate, ...expected } = optimizer.getConfig();
        assert.deepEqual(config, expected, name);
        assert.equal(learningRate, expectedRate);
        assert.equal(again.optimizer.iterations, optimizer.iterations);
        const [losses, others] = [await train(model, data, 3), await train(again, data, 3)];
        losses.forEach((loss, i) =>
          assert.ok(Math.abs(loss - others[i]!) <= 1e-4 * loss, `${name}: ${losses.join()} ${others.join()}`),
        );
      }
    }
  });

  it("keep loss and metrics, also of logits", async () => {
    const model = small();
    const given = ["accuracy", "mse", "meanAbsoluteError", "auc", "topKCategoricalAccuracy"];
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: given });
    await saveModel(model, join(folder, "model.keras"));
    const again = await loadModel(join(folder, "model.keras"));
    assert.equal(again.loss, "sparseCategoricalCrossentropy");
    assert.deepEqual(again.metrics, given.with(2, "mae"));
    const other = await loadModel(join(folder, "model.keras"), { compile: false });
    assert.equal(other.optimizer, undefined);
    await saveModel(model, join(folder, "plain.h5"), { includeOptimizer: false });
    assert.equal((await loadModel(join(folder, "plain.h5"))).optimizer, undefined);
  });

  it("take file:// URLs, make folders, and replace what was there", async () => {
    const path = join(folder, "a b", "model");
    for (const name of [path, `${path}.keras`]) {
      const url = pathToFileURL(name).href;
      const [first, second] = [small(), small()];
      await saveModel(first, url);
      await saveModel(second, url);
      const x = tf.ones([1, 3]);
      const loaded = await loadModel(url);
      assert.deepEqual(
        tf.tidy(() => [loaded.predict(x)].flat()[0]!.dataSync()),
        tf.tidy(() => [second.predict(x)].flat()[0]!.dataSync()),
      );
    }
    assert.deepEqual((await readdir(path)).length, 2, "model.json and one file of weights");
    assert.deepEqual((await readdir(join(folder, "a b"))).toSorted(), ["model", "model.keras"]);
    const direct = await tf.loadLayersModel(`file://${path}/model.json`);
    assert.equal(direct.layers.length, 1);
  });

  it("leave the old file alone when saving fails", async () => {
    const path = join(folder, "model.keras");
    await saveModel(small(), path);
    const before = await readFile(path);
    const layer = tf.layers.thresholdedReLU({ inputShape: [3] });
    await assert.rejects(saveModel(tf.sequential({ layers: [layer] }), path), (error: Error) => {
      assert.ok(error instanceof KerasFileError);
      assert.match(
        error.message,
        /Layer "thresholded_re_lu(_\d+)?" \(ThresholdedReLU\): the class ThresholdedReLU exists in only one/,
      );
      assert.match(error.message, /registerClass/);
      return true;
    });
    assert.deepEqual(await readFile(path), before);
    assert.deepEqual(await readdir(folder), ["model.keras"]);
    await mkdir(join(folder, "taken.h5"));
    await assert.rejects(saveModel(small(), join(folder, "taken.h5")), /EISDIR|ENOTEMPTY|EEXIST/);
    assert.deepEqual((await readdir(folder)).toSorted(), ["model.keras", "taken.h5"]);
  });

  it("say which loss, metric or optimizer Keras does not have", async () => {
    const path = join(folder, "model.keras");
    const model = small();
    const compile = (more: Partial<Tf.ModelCompileArgs>): void =>
      model.compile({ optimizer: "sgd", loss: "meanSquaredError", ...more });
    compile({
      loss: function mine(y: Tf.Tensor) {
        return y;
      },
    });
    await assert.rejects(
      saveModel(model, path),
      /compiled with the loss function mine\. Expected one of meanSquaredError/,
    );
    compile({ metrics: ["huber"] });
    await assert.rejects(saveModel(model, path), /compiled with the metric "huber"\. Expected accuracy/);
    compile({ optimizer: tf.train.adamax(0.1, 0.9, 0.999, 1e-7, 0.5) });
    await assert.rejects(
      saveModel(model, path),
      /compiled with decay = 0\.5, which Keras's files do not hold/,
    );
    await saveModel(model, path, { includeOptimizer: false });
  });

  it("keep layers of one's own that are registered", async () => {
    class Double extends tf.layers.Layer {
      static readonly className = "Double";
      override call(inputs: Tf.Tensor | Tf.Tensor[]): Tf.Tensor {
        return tf.tidy(() => tf.mul([inputs].flat()[0]!, 2));
      }
    }
    tf.serialization.registerClass(Double);
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] }), new Double({})] });
    for (const file of ["model.keras", "model.h5"]) {
      await saveModel(model, join(folder, file));
      const again = await loadModel(join(folder, file));
      const x = [{ shape: [1, 3], data: Float32Array.of(1, 2, 3) }];
      assert.equal(largestDifference(predict(again, x), predict(model, x)), 0);
    }
  });

  describe("a layer of one's own that makes two dense layers", () => {
    class TwoDense extends tf.layers.Layer {
      static readonly className: string = "TwoDense";
      readonly dense = [tf.layers.dense({ units: 3 }), tf.layers.dense({ units: 3 })];
      override build(shape: Tf.Shape): void {
        for (const dense of this.dense) {
          dense.build(shape);
          // oxlint-disable-next-line no-underscore-dangle -- TensorFlow.js's name, as people's layers have it
          if (this.handsOn) this._trainableWeights.push(...dense.trainableWeights);
        }
        super.build(shape);
      }
      protected get handsOn(): boolean {
        return true;
      }
      override call(inputs: Tf.Tensor | Tf.Tensor[]): Tf.Tensor {
        return tf.tidy(() =>
          this.dense.reduce((x, dense) => dense.apply(x) as Tf.Tensor, [inputs].flat()[0]!),
        );
      }
    }
    class Forgetful extends TwoDense {
      static override readonly className = "Forgetful";
      protected override get handsOn(): boolean {
        return false;
      }
    }
    for (const layer of [TwoDense, Forgetful]) tf.serialization.registerClass(layer);
    const build = (Layer: typeof TwoDense): Tf.LayersModel => {
      const input = tf.input({ shape: [3] });
      const twice = new Layer({}).apply(new Layer({}).apply(input)) as Tf.SymbolicTensor;
      return tf.model({ inputs: input, outputs: twice });
    };

    for (const file of ["model.keras", "model.h5", "folder"]) {
      it(`is kept in ${file}`, async () => {
        const model = build(TwoDense);
        await saveModel(model, join(folder, file));
        const { inputs } = dataFor(model);
        const again = await loadModel(join(folder, file));
        assert.equal(again.weights.length, 8);
        assert.equal(largestDifference(predict(again, inputs), predict(model, inputs)), 0);
      });

      it(`that does not hand their weights on is refused when saving to ${file}`, async () => {
        await assert.rejects(
          saveModel(build(Forgetful), join(folder, file)),
          /\(Forgetful\) has a layer in its property dense whose weights are not among its own/,
        );
        assert.deepEqual(await readdir(folder), []);
      });
    }

    it("is kept by model.save and tf.loadLayersModel", async () => {
      const model = build(TwoDense);
      await model.save(`file://${folder}/own`);
      const again = await tf.loadLayersModel(`file://${folder}/own/model.json`);
      const { inputs } = dataFor(model);
      assert.equal(largestDifference(predict(again, inputs), predict(model, inputs)), 0);
    });

    it("is kept as weights alone", async () => {
      const [model, other] = [build(TwoDense), build(TwoDense)];
      const { inputs } = dataFor(model);
      for (const file of ["model.weights.h5", "weights.h5"]) {
        await saveWeights(model, join(folder, file));
        other.setWeights(other.weights.map(({ shape }) => tf.zeros(shape as number[])));
        await loadWeights(other, join(folder, file));
        assert.equal(largestDifference(predict(other, inputs), predict(model, inputs)), 0);
      }
    });
  });

  it("read the list of layers that Keras wrote before 2.2.3, and -1 in Reshape", async () => {
    const layers = [
      {
        class_name: "Dense",
        config: { name: "first", units: 6, activation: "swish", batch_input_shape: [null, 3] },
      },
      { class_name: "Reshape", config: { name: "shape", target_shape: [2, -1] } },
      { class_name: "Dense", config: { name: "last", units: 2, kernel_initializer: "glorot_uniform" } },
    ];
    const like = tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, activation: "swish", inputShape: [3] }),
        tf.layers.reshape({ targetShape: [2, 3] }),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const bytes = await writeHdf5((file) => {
      file.text("", "model_config", JSON.stringify({ class_name: "Sequential", config: layers }));
      writeLegacyWeights(file, like, "model_weights");
    });
    await writeFile(join(folder, "old.h5"), bytes);
    const model = await loadModel(join(folder, "old.h5"));
    assert.deepEqual(model.outputShape, [null, 2, 2]);
    const { inputs } = dataFor(like);
    assert.equal(largestDifference(predict(model, inputs), predict(like, inputs)), 0);
  });

  it("refuse a Bidirectional layer of two that run forwards, and layers that only TensorFlow.js has", async () => {
    const lstm = { class_name: "LSTM", config: { name: "lstm", units: 2, go_backwards: false } };
    const wrapper = {
      name: "both",
      layer: lstm,
      backward_layer: { ...lstm, config: { ...lstm.config, units: 3 } },
    };
    const input = { class_name: "InputLayer", config: { name: "x", batch_shape: [null, 3, 1] } };
    const config = { name: "m", layers: [input, { class_name: "Bidirectional", config: wrapper }] };
    const bytes = await writeHdf5((file) =>
      file.text("", "model_config", JSON.stringify({ class_name: "Sequential", config })),
    );
    await writeFile(join(folder, "two.h5"), bytes);
    await assert.rejects(
      loadModel(join(folder, "two.h5")),
      /backwardLayer of "both" both have goBackwards false/,
    );
    const own = tf.sequential({ layers: [tf.layers.thresholdedReLU({ inputShape: [3] })] });
    await assert.rejects(
      saveModel(own, join(folder, "own.keras")),
      /class ThresholdedReLU exists in only one of/,
    );
  });

  it("refuse names that say another format", async () => {
    for (const name of ["model.txt", "model.json", "model.pb", "a/model.onnx"]) {
      await assert.rejects(
        saveModel(small(), join(folder, name)),
        /ends in \.\w+, which names no format of a model\. Expected name\.keras/,
      );
    }
    assert.deepEqual(await readdir(folder), []);
    for (const name of ["model-1.0", "v2.10.3"]) await saveModel(small(), join(folder, name));
    await assert.rejects(
      saveModel(small(), "model.weights.h5"),
      /names a file of weights only.*Use saveWeights/s,
    );
    await assert.rejects(saveWeights(small(), "model.keras"), /does not name a file of weights/);
    await assert.rejects(
      saveModel(tf.sequential(), "model.keras"),
      /has no layers and no input\. Expected a built model/,
    );
  });

  it("load weights only into the architecture they belong to", async () => {
    const other = tf.sequential({ layers: [tf.layers.dense({ units: 5, inputShape: [3] })] });
    const deeper = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [3] }), tf.layers.dense({ units: 2 })],
    });
    for (const file of ["model.weights.h5", "model.h5"]) {
      const path = join(folder, file);
      await saveWeights(small(), path);
      await assert.rejects(loadWeights(other, path), /has the shape \[3,2\]\. Expected \[3,5\]/);
      await assert.rejects(
        loadWeights(deeper, path),
        /lacks the dataset layers\/dense_1\/vars\/0|weights for 1 layers/,
      );
      const target = small();
      await loadWeights(target, path);
    }
    await writeFile(join(folder, "text.h5"), "no weights");
    await assert.rejects(loadWeights(small(), join(folder, "text.h5")), /not a readable HDF5 file/);
    await assert.rejects(loadWeights(small(), join(folder, "none.h5")), /There is no file .*none\.h5/);
  });
});
