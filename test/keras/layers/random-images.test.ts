import assert from "node:assert/strict";
import type { layers, Tensor, Tensor4D } from "@tensorflow/tfjs-node";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

const pixels = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

describe("keras/layers: random images", () => {
  let image: Tensor4D;
  beforeEach(() => (image = tf.tensor4d([pixels.map((row) => row.map((pixel) => [pixel]))])));
  afterEach(() => image.dispose());

  const changed = (layer: layers.Layer, training = true): number[][] =>
    tf.tidy(() => {
      const output = layer.apply(image, { training }) as Tensor4D;
      return tf.squeeze(output, [0, 3]).arraySync() as number[][];
    });
  const rounded = (rows: number[][]): number[][] =>
    rows.map((row) => row.map((pixel) => Math.round(pixel * 1e4) / 1e4 + 0));

  it("are as they were outside of training", () => {
    assert.deepEqual(changed(tf.layers.randomRotation({ factor: 0.5 }), false), pixels);
    assert.deepEqual(changed(tf.layers.randomFlip(), false), pixels);
  });

  it("flip about half of the images", () => {
    setRandomSeed(1);
    const batch = tf.tile(image, [200, 1, 1, 1]);
    const flipped = tf.layers.randomFlip({ mode: "horizontal" }).apply(batch, { training: true }) as Tensor;
    const [corners] = [tf.slice(flipped, [0, 0, 0, 0], [200, 1, 1, 1]).dataSync()];
    assert.deepEqual(
      [...new Set(corners)].toSorted((a, b) => a - b),
      [1, 3],
    );
    const share = corners.filter((corner) => corner === 3).length / 200;
    assert.ok(share > 0.35 && share < 0.65, `${share}`);
    const rows = tf.slice(flipped, [0, 2, 1, 0], [200, 1, 1, 1]).dataSync();
    assert.ok(
      rows.every((pixel) => pixel === 8),
      "only from side to side",
    );
    tf.dispose([batch, flipped]);
  });

  // The bounds are equal, so that it is known what chance gives; these are what Keras 3.15 gives.
  it("turn by the factor in full turns, to the left", () => {
    const quarter = rounded(changed(tf.layers.randomRotation({ factor: [0.25, 0.25] })));
    assert.deepEqual(quarter, [
      [3, 6, 9],
      [2, 5, 8],
      [1, 4, 7],
    ]);
  });

  it("move by a share of the size, down and to the right", () => {
    const moved = {
      heightFactor: [1 / 3, 1 / 3],
      widthFactor: [0, 0],
      fillMode: "constant",
      fillValue: -1,
    } as never;
    assert.deepEqual(rounded(changed(tf.layers.randomTranslation(moved))), [
      [-1, -1, -1],
      pixels[0],
      pixels[1],
    ]);
    const reflected = { heightFactor: [0, 0], widthFactor: [1 / 3, 1 / 3] } as never;
    assert.deepEqual(rounded(changed(tf.layers.randomTranslation(reflected)))[0], [1, 1, 2]);
  });

  it("zoom about the center", () => {
    const zoomed = rounded(changed(tf.layers.randomZoom({ heightFactor: [-0.5, -0.5] })));
    assert.deepEqual(zoomed, [
      [3, 3.5, 4],
      [4.5, 5, 5.5],
      [6, 6.5, 7],
    ]);
  });

  it("change brightness by a share of the range, and contrast about the mean, within the range", () => {
    const bright = tf.layers.randomBrightness({ factor: [0.5, 0.5], valueRange: [0, 10] });
    assert.deepEqual(changed(bright)[0], [6, 7, 8]);
    assert.deepEqual(changed(bright)[2], [10, 10, 10]);
    const contrast = tf.layers.randomContrast({ factor: [-0.5, 0.5], valueRange: [0, 10] });
    assert.deepEqual(changed(contrast)[1], [3.5, 5, 6.5]);
  });
});
