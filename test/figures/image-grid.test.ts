import assert from "node:assert/strict";
import { inspect } from "node:util";
import { imageGrid, showImage } from "../../src/figures/image-grid.js";
import { NdArray } from "../../src/arrays/ndarray.js";
import { tf } from "../../src/keras/load.js";
import { assertSnapshot, bundleOf, embeddedPng, svgOf } from "./snapshot.js";

/** Pictures of `size` x `size` with a gradient that differs from one to the next. */
function gradients(count: number, size: number): NdArray<Uint8Array> {
  const data = Uint8Array.from({ length: count * size * size }, (_, i) => {
    const [n, y, x] = [Math.floor(i / size / size), Math.floor(i / size) % size, i % size];
    return ((x + y) * 255) / (2 * size - 2) / (n + 1);
  });
  return new NdArray(data, [count, size, size]);
}

/** The RGBA colour of one pixel of the embedded PNG. */
function pixel(svg: string, x: number, y: number): number[] {
  const { width, data } = embeddedPng(svg);
  return Array.from(data.slice((y * width + x) * 4, (y * width + x) * 4 + 4));
}

describe("imageGrid", () => {
  it("draws bytes pixel by pixel, with transparent gaps", () => {
    const svg = svgOf(imageGrid(new NdArray(Uint8Array.of(0, 255, 10, 20), [2, 1, 2]), { scale: 1, gap: 1 }));
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((x) => pixel(svg, x, 0)),
      [[0, 0, 0, 255], [255, 255, 255, 255], [0, 0, 0, 0], [10, 10, 10, 255], [20, 20, 20, 255]], // prettier-ignore
    );
    assert.match(svg, /image-rendering:pixelated/);
  });

  it("decides the range of floats by the highest number, and takes valueRange", () => {
    const red = (images: number[][][], options = {}): number =>
      pixel(svgOf(imageGrid(images, { scale: 1, ...options })), 0, 0)[0]!;
    assert.equal(red([[[0.5, 1]]]), 128);
    assert.equal(red([[[51, 200]]]), 51);
    assert.equal(red([[[0, 2]]], { valueRange: [-2, 2] }), 128);
    assert.equal(red([[[-5, 2]]], { valueRange: [0, 1] }), 0);
  });

  it("draws RGB, RGBA and colormaps", () => {
    const rgb = svgOf(imageGrid([[[[255, 0, 128]]]], { scale: 1 }));
    assert.deepEqual(pixel(rgb, 0, 0), [255, 0, 128, 255]);
    const rgba = svgOf(imageGrid([[[[255, 0, 128, 7]]]], { scale: 1 }));
    assert.deepEqual(pixel(rgba, 0, 0), [255, 0, 128, 7]);
    const ends = (colormap: "grayReversed" | "viridis"): number[][] => {
      const svg = svgOf(imageGrid([[[0, 1]]], { scale: 1, colormap }));
      return [pixel(svg, 0, 0), pixel(svg, 1, 0)];
    };
    assert.deepEqual(ends("grayReversed"), [[255, 255, 255, 255], [0, 0, 0, 255]]); // prettier-ignore
    assert.deepEqual(ends("viridis"), [[68, 1, 84, 255], [253, 231, 37, 255]]); // prettier-ignore
  });

  it("writes predicted against true, wrong ones red", () => {
    const options = { labels: [0, 1], predictions: [[0.9, 0.1], [0.8, 0.2]], classNames: ["cat", "dog & fox"] }; // prettier-ignore
    const svg = svgOf(imageGrid(gradients(2, 8), options));
    assert.match(svg, /<text [^>]*y="[\d.]+">cat</);
    const wrong = [...svg.matchAll(/<text [^>]*fill="#d93036"[^>]*>([^<]*)</g)].map(([, text]) => text);
    assert.deepEqual(wrong, ["cat", "(dog &#38; fox)", "predicted (true)"]);
  });

  it("has as many columns as titles leave room for, and shrinks only so far that they are legible", () => {
    const classNames = ["T-shirt/top", "Ankle boot"];
    const labels = Array.from({ length: 10 }, (_, i) => i % 2);
    const grid = imageGrid(gradients(10, 28), {
      labels,
      predictions: labels.map((label) => 1 - label),
      classNames,
    });
    const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svgOf(grid))!.map(Number);
    assert.ok(width! <= 640 && height! > 2 * 56, `${width} x ${height}`);
    assert.match(
      String(bundleOf(grid)["text/html"]),
      new RegExp(`min-width: ${Math.round(width! * 0.75)}px`),
    );
  });

  it("has as many columns as long titles leave room for, wraps longer ones, and says once what they mean", () => {
    const classNames = ["T-shirt or top", "Ankle boot", "a name that is much longer than any column may be"];
    const options = { labels: Array.from({ length: 20 }, (_, i) => i % 3), classNames };
    const svg = svgOf(imageGrid(gradients(20, 28), options));
    const [, width] = /width="([\d.]+)"/.exec(svg)!;
    assert.ok(Number(width) <= 740, width);
    assert.match(svg, />a name that is much longer<.*>than any column may be</);
    assert.doesNotMatch(svg, /predicted \(true\)/);
    const wrong = svgOf(imageGrid(gradients(2, 28), { labels: [0, 1], predictions: [1, 1] }));
    assert.equal(wrong.match(/predicted \(true\)/g)?.length, 1);
  });

  it("draws gray bool tensors, and neither keeps nor disposes a tensor", () => {
    const tensor = tf.tensor3d([1, 0], [1, 1, 2], "bool");
    const before = tf.memory().numTensors;
    const svg = svgOf(imageGrid(tensor, { scale: 1 }));
    assert.deepEqual(pixel(svg, 0, 0), [255, 255, 255, 255]);
    assert.equal(tf.memory().numTensors, before);
    tensor.dispose();
  });

  it("draws 100 digits within 50 ms", () => {
    const images = gradients(100, 28);
    // The best of several: other programs on the machine slow some of them down.
    const times = Array.from({ length: 15 }, () => {
      const start = performance.now();
      svgOf(imageGrid(images));
      return performance.now() - start;
    });
    assert.ok(Math.min(...times) <= 50, `took ${times.join(", ")} ms`);
  });

  it("prints a short text in a terminal", () => {
    assert.equal(inspect(imageGrid(gradients(3, 8))), "[3 images of 8x8]");
  });

  it("looks as in the snapshot", () => {
    const labels = [0, 1, 2, 3, 4, 5];
    assertSnapshot("image-grid", svgOf(imageGrid(gradients(6, 28), { columns: 3, labels, predictions: [0, 1, 7, 3, 4, 5], colormap: "viridis" }))); // prettier-ignore
  });

  describe("says what is wrong with", () => {
    const check = (images: Parameters<typeof imageGrid>[0], options: object, message: RegExp): void => {
      assert.throws(() => imageGrid(images, options), message);
    };
    it("the rank", () =>
      check(
        new NdArray(new Uint8Array(784 * 2), [2, 784]),
        {},
        /needs pictures of the shape \[n, height, width\].*but got \[2, 784\].*\.reshape\(\[-1, height, width\]\)/,
      ));
    it("the number of channels", () =>
      check(
        new NdArray(new Uint8Array(2 * 3 * 4 * 4), [4, 2, 6, 2]),
        {},
        /Channels come last: 1 \(gray\), 3 \(RGB\)/,
      ));
    it("the number of labels", () =>
      check(
        gradients(3, 4),
        { labels: [1, 2] },
        /2 labels were given for 3 pictures; there must be one for each/,
      ));
    it("the number of titles", () =>
      check(gradients(1, 4), { titles: ["a", "b"] }, /2 titles were given for 1 pictures/));
    it("names in place of class numbers", () =>
      check(
        gradients(1, 4),
        { labels: ["cat"] as never },
        /labels are texts \("cat", …\)\. Expected class numbers.*classNames: \["cat", "dog"\].*titles/,
      ));
    it("a class without a name", () =>
      check(gradients(1, 4), { labels: [2], classNames: ["a"] }, /Class 2 has no name: classNames holds 1/));
    it("NaN", () =>
      check([[[0, 1], [Number.NaN, 1]]], {}, /contain NaN \(first at \[0, 1, 0, 0\]\)/)); // prettier-ignore
    it("numbers out of range", () =>
      check([[[-1.5, 2]]], {}, /go from -1.5 to 2, but pictures are drawn.*\{ valueRange: \[-1.5, 2\] \}/));
    it("the colormap", () =>
      check(
        gradients(1, 4),
        { colormap: "jet" },
        /Unknown colormap "jet". Known are "gray", "grayReversed", "viridis"/,
      ));
    it("columns and scale", () => {
      check(gradients(1, 4), { columns: 0 }, /columns must be a whole number from 1 up, but got 0/);
      check(gradients(1, 4), { scale: 0 }, /scale must be above 0/);
    });
  });
});

describe("showImage", () => {
  it("shows one picture, large, with a title", () => {
    const svg = svgOf(showImage(gradients(1, 28).at(0), { title: "a <gradient>" }));
    assert.match(svg, /width="280" height="30\d/);
    assert.match(svg, /a &#60;gradient&#62;</);
    assert.equal(embeddedPng(svg).width, 28);
  });

  it("says what to do with several pictures", () => {
    assert.throws(
      () => showImage(new NdArray(new Uint8Array(16), [1, 4, 4, 1])),
      /needs one picture.*but got the shape \[1, 4, 4, 1\]. For several pictures use imageGrid/,
    );
  });
});
