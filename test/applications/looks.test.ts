import assert from "node:assert/strict";
import type * as Tf from "@tensorflow/tfjs";
import * as applications from "../../src/applications/index.js";
import { displaySymbol, type Displayable } from "../../src/host/host.js";
import { tf } from "../../src/keras/load.js";
import { numbers } from "./numbers.js";

const svgOf = (figure: Displayable): string => {
  const bundle = figure[displaySymbol]();
  return String(
    (bundle as Record<string, unknown>)["image/svg+xml"] ?? (bundle as Record<string, unknown>)["text/html"],
  );
};

/** One convolution of one pixel that passes red and green on; class 0 looks for red, class 1 for green. */
function redAndGreen(activation: "softmax" | "linear"): Tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 2, kernelSize: 1, useBias: false, inputShape: [4, 4, 3], name: "passing" }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 2, useBias: false, activation }),
    ],
  });
  tf.tidy(() =>
    model.setWeights([
      tf.tensor([1, 0, 0, 1, 0, 0], [1, 1, 3, 2]),
      tf.tensor([
        [1, -1],
        [-1, 1],
      ]),
    ]),
  );
  return model;
}

/** Red above, green below, black in the middle. */
const twoColors = (): Tf.Tensor3D =>
  tf.tensor3d(
    Array.from({ length: 4 }, (_, y) =>
      Array.from({ length: 4 }, () => [y === 0 ? 1 : 0, y === 3 ? 0.9 : 0, 0]),
    ),
  );

describe("applications: what a network looks at", () => {
  for (const activation of ["softmax", "linear"] as const)
    it(`gradCam: where each class is seen, before a ${activation}`, () => {
      const [model, picture] = [redAndGreen(activation), twoColors()];
      const { numTensors } = tf.memory();
      const red = applications.gradCam(model, picture);
      assert.equal(red.classIndex, 0);
      assert.deepEqual([...red.heat.data], [1, 1, 1, 1, ...Array.from({ length: 12 }, () => 0)]);
      const green = applications.gradCam(model, picture, { classIndex: 1, classNames: ["red", "green"] });
      assert.deepEqual([...green.heat.data].map(Math.round), [
        ...Array.from({ length: 12 }, () => 0),
        1,
        1,
        1,
        1,
      ]);
      assert.match(svgOf(green), /green, /);
      assert.equal(tf.memory().numTensors, numTensors);
      const after = tf.tidy(() => [...(model.predict(tf.expandDims(picture, 0)) as Tf.Tensor).dataSync()]);
      if (activation === "softmax")
        assert.ok(Math.abs(after[0]! + after[1]! - 1) < 1e-6, "the activation is back");
      model.dispose();
      picture.dispose();
    });

  it("gradCam: a base within a model, and what it refuses", async () => {
    const base = await applications.mobileNetV3Small({
      weights: null,
      minimalistic: true,
      includeTop: false,
      inputShape: [32, 32, 3],
    });
    const model = tf.sequential({
      layers: [
        base,
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    const picture = tf.tensor(numbers(1, 3072), [32, 32, 3]);
    const cam = applications.gradCam(model, picture);
    assert.deepEqual(cam.heat.shape, [1, 1]);
    assert.throws(
      () => applications.gradCam(model, picture, { layer: "no" }),
      /got the layer "no".*Expected one of/,
    );
    assert.throws(() => applications.gradCam(model, picture, { classIndex: 3 }), /classIndex 3.*0 to 2/);
    assert.throws(
      () => applications.gradCam(base, picture, { layer: "expanded_conv_2_expand" }),
      /outputs|path around/,
    );
    assert.throws(() => applications.gradCam(model, tf.zeros([2, 32, 32, 3])), /Expected one picture/);
    const flat = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    assert.throws(() => applications.gradCam(flat, picture), /no layer with height and width/);
    model.dispose();
    picture.dispose();
  });

  it("featureMaps and filters are grids of pictures", () => {
    const [model, picture] = [redAndGreen("linear"), twoColors()];
    const { numTensors } = tf.memory();
    assert.match(svgOf(applications.featureMaps(model, picture, "passing")), /<svg/);
    const wide = tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [4, 4, 3] });
    const deep = tf.layers.conv2d({ filters: 2, kernelSize: 3 });
    tf.sequential({ layers: [wide, deep] });
    assert.match(svgOf(applications.filters(wide)), /<svg/);
    assert.match(svgOf(applications.filters(deep, { channel: 2 })), /<svg/);
    assert.throws(() => applications.filters(deep, { channel: 3 }), /channel 3.*0 to 2/);
    assert.throws(() => applications.filters(model.getLayer("passing")), /windows of one pixel/);
    assert.throws(
      () => applications.featureMaps(model, picture, model.layers[2]!.name),
      /whose output is \[null, 2\]/,
    );
    assert.equal(tf.memory().numTensors, numTensors + 4);
    tf.dispose([wide.getWeights(), deep.getWeights()]);
    model.dispose();
    picture.dispose();
  });

  for (const method of ["pca", "umap"] as const)
    it(`plotEmbedding by ${method}: classes that lie apart stay apart`, async () => {
      const rows = Array.from({ length: 30 }, (_, i) =>
        [...numbers(i, 6)].map((one, axis) => one * 0.1 + (i % 2) * (axis < 2 ? 3 : 0)),
      );
      const figure = await applications.plotEmbedding(tf.tensor(rows), {
        method,
        labels: rows.map((_, i) => i % 2),
        classNames: ["even", "odd"],
      });
      const bundle = figure[displaySymbol]() as Record<
        string,
        { data: { name: string; x: number[]; y: number[] }[] }
      >;
      const { data } = bundle["application/vnd.plotly.v1+json"]!;
      assert.deepEqual(
        data.map(({ name, x }) => [name, x.length]),
        [
          ["even", 15],
          ["odd", 15],
        ],
      );
      const center = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
      const [even, odd] = data.map(({ x, y }) => [center(x), center(y)]) as [number[], number[]];
      const apart = Math.hypot(even[0]! - odd[0]!, even[1]! - odd[1]!);
      const spread = Math.hypot(...data[0]!.x.map((one) => one - even[0]!)) / Math.sqrt(15);
      assert.ok(apart > 2 * spread, `${apart} apart, ${spread} wide`);
    });

  it("plotEmbedding refuses what is no table", async () => {
    await assert.rejects(applications.plotEmbedding(tf.tensor([1, 2, 3])), /got no rows/);
    await assert.rejects(
      applications.plotEmbedding(tf.zeros([4, 2]), { labels: [1] }),
      /1 labels for 4 rows/,
    );
    await assert.rejects(
      applications.plotEmbedding(tf.zeros([4, 2]), { method: "t" as never }),
      /"pca" or "umap"/,
    );
  });
});
