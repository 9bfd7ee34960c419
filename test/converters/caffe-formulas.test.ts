import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCaffe, loadModel, ModelFileError, plotModel, saveModel, tf } from "../../src/index.js";
import { displaySymbol, type Displayable } from "../../src/host/host.js";

/** A net's text, and weights of its layers: names, and arrays with their shapes. */
type Weights = Record<string, [shape: number[], values: number[]][]>;

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
const delimited = (field: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);

function caffemodel(weights: Weights): Buffer {
  const blob = ([shape, values]: [number[], number[]]): Buffer =>
    Buffer.concat([
      delimited(7, delimited(1, Buffer.from(shape.flatMap(varint)))),
      delimited(5, Buffer.from(Float32Array.from(values).buffer)),
    ]);
  return Buffer.concat(
    Object.entries(weights).map(([name, blobs]) =>
      delimited(
        100,
        Buffer.concat([delimited(1, Buffer.from(name)), ...blobs.map((one) => delimited(7, blob(one)))]),
      ),
    ),
  );
}

const input = (...sizes: number[]): string =>
  `layer { name: "data" type: "Input" top: "data" input_param { shape { ${sizes.map((size) => `dim: ${size}`).join(" ")} } } }\n`;
const layer = (type: string, text = "", name = "y", bottom = "data"): string =>
  `layer { name: "${name}" type: "${type}" bottom: "${bottom}" top: "${name}" ${text} }\n`;

describe("Caffe's nets", () => {
  const folder = mkdtempSync(join(tmpdir(), "manabi-caffe-formulas-"));
  const [prototxt, weightsPath] = ["net.prototxt", "net.caffemodel"].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  after(() => rmSync(folder, { recursive: true }));

  async function load(text: string, weights: Weights = {}): Promise<tf.LayersModel> {
    writeFileSync(prototxt, text);
    writeFileSync(weightsPath, caffemodel(weights));
    return loadCaffe(prototxt, weightsPath);
  }

  /** What a net makes of numbers, the only output, flat. */
  async function run(
    text: string,
    shape: number[],
    values: number[],
    weights: Weights = {},
  ): Promise<number[]> {
    const before = tf.memory().numTensors;
    const model = await load(text, weights);
    const output = tf.tidy(() => [...(model.predict(tf.tensor(values, shape)) as tf.Tensor).dataSync()]);
    model.dispose();
    assert.equal(tf.memory().numTensors, before);
    return output;
  }

  const near = (found: number[], expected: number[]): void => {
    assert.equal(found.length, expected.length);
    found.forEach((value, i) =>
      assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${found.join()} is not ${expected.join()}`),
    );
  };

  const refused = async (text: string, words: RegExp, weights: Weights = {}): Promise<void> => {
    const before = tf.memory().numTensors;
    await assert.rejects(load(text, weights), (error: Error) => {
      assert.ok(error instanceof ModelFileError, String(error.stack));
      assert.match(error.message, words);
      return true;
    });
    assert.equal(tf.memory().numTensors, before);
  };

  it("LRN has k, which OpenCV ignores, and defaults", async () => {
    const x = [1, -2, 3, 0.5, -1];
    const expected = (size: number, alpha: number, beta: number, k: number): number[] =>
      x.map((value, i) => {
        const beside = x.slice(Math.max(i - (size - 1) / 2, 0), i + (size - 1) / 2 + 1);
        return value / (k + (alpha / size) * beside.reduce((sum, one) => sum + one * one, 0)) ** beta;
      });
    const shape = [1, 1, 1, 5];
    near(await run(input(1, 5, 1, 1) + layer("LRN"), shape, x), expected(5, 1, 0.75, 1));
    const given = "lrn_param { local_size: 3 alpha: 0.4 beta: 0.6 k: 2.5 }";
    near(await run(input(1, 5, 1, 1) + layer("LRN", given), shape, x), expected(3, 0.4, 0.6, 2.5));
    // Within a channel, k is not used.
    const within = "lrn_param { local_size: 3 alpha: 0.9 beta: 0.5 k: 7 norm_region: WITHIN_CHANNEL }";
    const [found] = await run(input(1, 1, 2, 1) + layer("LRN", within), [1, 2, 1, 1], [1, 2]);
    near([found!], [1 / (1 + (0.9 / 9) * 5) ** 0.5]);
  });

  it("pooling rounds up, or down by round_mode", async () => {
    const pool = (text: string): string =>
      input(1, 1, 1, 6) +
      layer("Pooling", `pooling_param { kernel_h: 1 kernel_w: 3 stride_h: 1 stride_w: 2 ${text} }`);
    const x = [1, 2, 3, 4, 5, 6];
    near(await run(pool(""), [1, 1, 6, 1], x), [3, 5, 6]);
    near(await run(pool("round_mode: FLOOR"), [1, 1, 6, 1], x), [3, 5]);
    near(await run(pool("pool: AVE round_mode: CEIL"), [1, 1, 6, 1], x), [2, 4, 5.5]);
    near(await run(pool("pool: AVE round_mode: 1"), [1, 1, 6, 1], x), [2, 4]);
    // Padding counts in an average, and what is beyond it not.
    near(await run(pool("pool: AVE pad_w: 1 pad_h: 0"), [1, 1, 6, 1], x), [1, 3, 5, 3]);
    near(
      await run(
        pool("pad_w: 1 pad_h: 0"),
        [1, 1, 6, 1],
        x.map((value) => -value),
      ),
      [-1, -2, -4, -6],
    );
  });

  it("a batch normalization without a factor has no statistics", async () => {
    const weights = (factor: number): Weights => ({
      y: [
        [[1], [4]],
        [[1], [8]],
        [[1], [factor]],
      ],
    });
    const net = input(1, 1, 1, 1) + layer("BatchNorm", "batch_norm_param { eps: 1 }");
    near(await run(net, [1, 1, 1, 1], [5], weights(2)), [3 / Math.sqrt(5)]);
    near(await run(net, [1, 1, 1, 1], [5], weights(0)), [5]);
    await refused(
      input(1, 1, 1, 1) + layer("BatchNorm", "batch_norm_param { use_global_stats: false }"),
      /use_global_stats/,
      weights(1),
    );
  });

  it("dilation and strides in one, and deconvolution with dilation", async () => {
    const conv =
      "convolution_param { num_output: 1 bias_term: false kernel_h: 1 kernel_w: 2 dilation: 2 stride_w: 2 stride_h: 1 }";
    const x = [1, 2, 3, 4, 5, 6];
    near(
      await run(input(1, 1, 1, 6) + layer("Convolution", conv), [1, 1, 6, 1], x, {
        y: [
          [
            [1, 1, 1, 2],
            [10, 1],
          ],
        ],
      }),
      [13, 35],
    );
    const turned = "convolution_param { num_output: 1 bias_term: false kernel_h: 1 kernel_w: 2 dilation: 2 }";
    near(
      await run(input(1, 1, 1, 3) + layer("Deconvolution", turned), [1, 1, 3, 1], [1, 2, 3], {
        y: [
          [
            [1, 1, 1, 2],
            [10, 1],
          ],
        ],
      }),
      [10, 20, 31, 2, 3],
    );
    const far = "convolution_param { num_output: 1 kernel_size: 1 stride: 3 }";
    near(
      await run(input(1, 1, 1, 2) + layer("Deconvolution", far), [1, 1, 2, 1], [1, 2], {
        y: [
          [[1, 1, 1, 1], [2]],
          [[1], [1]],
        ],
      }),
      [3, 1, 1, 5],
    );
  });

  it("inner products: turned weights, axes, after a flattening", async () => {
    const weights = {
      y: [
        [
          [4, 1],
          [1, 2, 3, 4],
        ],
      ],
    } as Weights;
    const text = "inner_product_param { num_output: 1 bias_term: false transpose: true }";
    // Channel by channel: 10 30 20 40 are the numbers of the first picture in Caffe's order.
    near(
      await run(input(1, 2, 2, 1) + layer("InnerProduct", text), [1, 2, 1, 2], [10, 20, 30, 40], weights),
      [10 + 2 * 30 + 3 * 20 + 4 * 40],
    );
    const last = "inner_product_param { num_output: 1 bias_term: false axis: -1 }";
    near(
      await run(input(1, 2, 3) + layer("InnerProduct", last), [1, 2, 3], [1, 2, 3, 4, 5, 6], {
        y: [
          [
            [1, 3],
            [1, 0, 2],
          ],
        ],
      }),
      [7, 16],
    );
  });

  it("layers for training are left out, whatever else has their names", async () => {
    const net = `
      # a comment
      name: "both" 'net' # adjacent texts are one
      layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN } data_param: < source: "a\\x2fb" batch_size: 4 > }
      layer { name: "data" type: "Input" top: "data" include: { phase: TEST }, input_param { shape: { dim: [2, 3] } } }
      layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: 1 } inner_product_param { num_output: 1; weight_filler { type: "xavier" } } }
      layer { name: "drop" type: "Dropout" bottom: "fc" top: "fc" exclude { phase: TEST } }
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
      layer { name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "label" top: "accuracy" include { phase: TEST stage: "no" } }
      layer { name: "prob" type: "Sigmoid" bottom: "fc" top: "prob" include { phase: TEST } }`;
    const weights: Weights = {
      fc: [
        [
          [1, 3],
          [1, 2, 3],
        ],
        [[1], [0.5]],
      ],
    };
    const model = await load(net, weights);
    assert.deepEqual(model.layers.map(({ name }) => name), ["data", "fc", "prob"]); // prettier-ignore
    assert.equal(model.name, "bothnet");
    model.dispose();
    near(await run(net, [1, 3], [1, 0, -1], weights), [1 / (1 + Math.exp(1.5))]);
  });

  it("layers share weights by the names of their parameters", async () => {
    const dense = (name: string, bottom: string): string =>
      layer(
        "InnerProduct",
        'param { name: "w" } param { name: "b" } inner_product_param { num_output: 2 }',
        name,
        bottom,
      );
    const sum = (rest = ""): string =>
      `layer { name: "sum" type: "Eltwise" bottom: "one" bottom: "two" top: "sum" ${rest} }`;
    const net =
      `input: "a" input: "b" input_shape { dim: 1 dim: 2 } input_shape { dim: 1 dim: 2 }\n` +
      dense("one", "a") +
      dense("two", "b") +
      sum();
    const model = await load(net, {
      one: [
        [
          [2, 2],
          [1, 2, 3, 4],
        ],
        [[2], [1, 0]],
      ],
    });
    assert.equal(model.countParams(), 6);
    const output = tf.tidy(() => [
      ...(model.predict([tf.tensor([[1, 0]]), tf.tensor([[0, 1]])]) as tf.Tensor).dataSync(),
    ]);
    near(output, [1 + 2 + 2, 3 + 4]);
    model.dispose();
  });

  it("models are saved, loaded, shown and trained on", async () => {
    const net =
      input(1, 1, 6, 6) +
      layer("Pooling", "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }", "pool") +
      layer("LRN", "lrn_param { k: 2 }", "norm", "pool") +
      layer("Scale", "scale_param { bias_term: true }", "scale", "norm") +
      layer("Power", "power_param { scale: 0.5 shift: 4 power: 2 }", "power", "scale");
    const model = await load(net, {
      scale: [
        [[1], [3]],
        [[1], [0.25]],
      ],
    });
    await saveModel(model, join(folder, "net.keras"));
    const again = await loadModel(join(folder, "net.keras"));
    const x = tf.randomNormal([2, 6, 6, 1]);
    const [one, two] = [model, again].map((each) =>
      tf.tidy(() => [...(each.predict(x) as tf.Tensor).dataSync()]),
    );
    assert.deepEqual(one, two);
    assert.match(JSON.stringify((model as unknown as Displayable)[displaySymbol]()), /CaffePooling2D/);
    assert.match(JSON.stringify(plotModel(model)[displaySymbol]()), /LocalResponseNormalization/);
    again.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const y = tf.zeros([2, 4, 4, 1]);
    const { history } = await again.fit(x, y, { epochs: 2, verbose: 0 });
    assert.ok((history["loss"]![1] as number) < (history["loss"]![0] as number));
    tf.dispose([x, y]);
    model.dispose();
    again.dispose();
  });

  it("says which layer it cannot have, and why", async () => {
    await refused(
      input(1, 3, 8, 8) + layer("PriorBox", "prior_box_param { min_size: 3 }"),
      /net.prototxt, line 2: layer "y" \(PriorBox\) is of a type that is not supported.*Convolution/,
    );
    await refused(
      input(1, 3, 8, 8) + layer("Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 2 }"),
      /"y" \(Pooling\) pools at random/,
    );
    await refused(
      input(1, 3, 8, 8) + layer("Convolution", "convolution_param { num_output: 4 kernel_size: 9 }"),
      /windows of 9 x 9 for pictures of 8 x 8/,
    );
    await refused(
      input(1, 3, 8, 8) + layer("Convolution", "convolution_param { num_output: 4 }"),
      /no kernel_size/,
    );
    await refused(
      input(1, 3, 8, 8) + layer("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }"),
      /2 groups for 3 channels/,
    );
    await refused(
      input(1, 3, 8, 8) + layer("Convolution", "convolution_param { num_output: 4 kernel_size: 3 }"),
      /has 0 arrays of weights/,
    );
    await refused(
      input(1, 3, 8, 8) + layer("Convolution", "convolution_param { num_output: 4 kernel_size: -3 }"),
      /kernel_size is "-3"/,
    );
    await refused(
      input(1, 3, 8, 8) + layer("Convolution", "convolution_param { num_output: 1e99 kernel_size: 3 }"),
      /num_output is "1e99"/,
    );
    await refused(
      input(1, 1, 1, 1) + layer("Convolution", "convolution_param { num_output: 1 kernel_size: 1 }"),
      /shape \[2\].*Expected \[1, 1, 1, 1\]/,
      {
        y: [
          [[2], [1, 1]],
          [[1], [1]],
        ],
      },
    );
    await refused(
      input(1, 3) + layer("Pooling", "pooling_param { kernel_size: 2 }"),
      /gets \[, 3\].*Expected pictures/,
    );
    await refused(
      input(1, 3, 4, 4) + layer("ReLU", "", "y", "nowhere"),
      /reads "nowhere", which no layer before it gives/,
    );
    await refused(input(1, 3, 99999, 99999) + layer("ReLU"), /at most 268435456 numbers/);
    await refused(
      input(1, 1, 2, 2) +
        layer("Deconvolution", "convolution_param { num_output: 1 kernel_size: 1 stride: 99999 }"),
      /at most 268435456/,
      {
        y: [
          [[1, 1, 1, 1], [1]],
          [[1], [1]],
        ],
      },
    );
    await refused(
      `layer { name: "d" type: "Data" top: "data" }` + layer("ReLU"),
      /no input, only layers that read data for training/,
    );
    await refused(
      'layers { layer { name: "a" type: "relu" } bottom: "data" top: "a" }',
      /first format, of 2013/,
    );
    await refused("", /has no input/);
    await refused('input: "data" input_dim: 1 input_dim: 3', /no layers/);
    await refused('input: "data"' + layer("ReLU"), /1 inputs and 0 shapes/);
  });
});
