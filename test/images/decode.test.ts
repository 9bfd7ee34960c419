import assert from "node:assert/strict";
import fs from "node:fs";
import { decodeBytes } from "../../src/images/decode.js";
import { loadImage } from "../../src/images/load-image.js";
import { pillowResize, type PillowInterpolation } from "../../src/images/pillow-resize.js";
import { colorModes, type ColorMode, type Pixels } from "../../src/images/pixels.js";
import type { TensorflowInterpolation } from "../../src/arrays/resize-taps.js";
import { tensorflowResize } from "../../src/images/tensorflow-resize.js";

interface Saved {
  shape: number[];
  data: string;
}
interface Fixture {
  decoded: Record<string, { file: string } & Record<ColorMode, Saved>>;
  pillow: {
    name: string;
    size: [number, number];
    method: PillowInterpolation;
    stretched: string;
    kept: string;
  }[];
  tensorflow: { size: [number, number]; method: TensorflowInterpolation; data: string }[];
}
const fixture = JSON.parse(fs.readFileSync("test/fixtures/images/pictures.json", "utf8")) as Fixture;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const file = (name: string): Uint8Array => bytesOf(fixture.decoded[name]!.file);

function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  return Array.from(actual).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

describe("decoding pictures", () => {
  for (const name of Object.keys(fixture.decoded))
    it(`${name} has Pillow's numbers in every color mode`, async () => {
      for (const mode of colorModes) {
        const { shape, data } = fixture.decoded[name]![mode];
        const picture = await decodeBytes(file(name), { colorMode: mode });
        assert.deepEqual([picture.height, picture.width], shape.slice(0, 2));
        assert.equal(worst(picture.data, bytesOf(data)), 0, `${name} as ${mode}`);
      }
    });

  it("turns a photo as its camera was held only if asked to", async () => {
    const lying = await decodeBytes(file("turned.jpg"));
    const turned = await decodeBytes(file("turned.jpg"), { exifRotation: true });
    assert.deepEqual([lying.height, lying.width], [13, 18]);
    assert.deepEqual([turned.height, turned.width], [18, 13]);
    // Its top row is the left column from the bottom up.
    const first = (picture: Pixels, row: number, column: number): number =>
      picture.data[(row * picture.width + column) * 3]!;
    assert.equal(first(turned, 0, 0), first(lying, 12, 0));
  });

  it("refuses what is cut off, empty, too large, or no picture", async () => {
    for (const name of Object.keys(fixture.decoded)) {
      const bytes = file(name);
      await assert.rejects(decodeBytes(bytes.subarray(0, Math.floor(bytes.length * 0.6))), name);
      await assert.rejects(decodeBytes(bytes, { maxPixels: 200 }), /pixel/i, name);
    }
    await assert.rejects(decodeBytes(new Uint8Array()), /empty/);
    await assert.rejects(decodeBytes(new TextEncoder().encode("<svg></svg>")), /no JPEG/);
    const bomb = file("rgb.bmp").slice();
    new DataView(bomb.buffer).setInt32(18, 2 ** 30, true);
    await assert.rejects(decodeBytes(bomb), /maxPixels/);
  });
});

describe("pictures in other sizes", () => {
  it("are Pillow's to the byte", async () => {
    for (const { name, size, method, stretched, kept } of fixture.pillow) {
      const mode = name.startsWith("rgba") ? "rgba" : name.startsWith("rgb") ? "rgb" : "grayscale";
      const picture = await decodeBytes(file(name), { colorMode: mode });
      const what = `${name} ${size.join("x")} ${method}`;
      assert.equal(worst(pillowResize(picture, size, method).data, bytesOf(stretched)), 0, what);
      assert.equal(worst(pillowResize(picture, size, method, true).data, bytesOf(kept)), 0, `${what} kept`);
    }
  });

  it("are TensorFlow's", async () => {
    const picture = await decodeBytes(file("rgb.png"));
    for (const { size, method, data } of fixture.tensorflow) {
      const expected = new Float32Array(bytesOf(data).buffer);
      const difference = worst(tensorflowResize(picture, size, method).data, expected);
      assert.ok(difference < 2e-3, `${method} ${size.join("x")} differs by ${difference}`);
    }
  });
});

describe("loadImage", () => {
  it("gives an array of bytes, in another size if asked", async () => {
    const whole = await loadImage(file("rgb.png"));
    assert.deepEqual(whole.shape, [13, 18, 3]);
    const small = await loadImage(file("rgb.png"), { targetSize: [5, 7], colorMode: "grayscale" });
    assert.deepEqual(small.shape, [5, 7, 1]);
  });

  it("names the file that it cannot read, and what was wrong among the arguments", async () => {
    await assert.rejects(loadImage("no/such.jpg"), /The picture no\/such\.jpg cannot be read: ENOENT/);
    await assert.rejects(
      loadImage(new Uint8Array(9)),
      /These bytes cannot be read as a picture: this is no JPEG/,
    );
    const wrong = { targetSize: [5] as unknown as [number, number] };
    await assert.rejects(
      loadImage(file("rgb.png"), wrong),
      /targetSize is \[5\]\. Expected \[height, width\]/,
    );
  });
});
