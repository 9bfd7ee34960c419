import assert from "node:assert/strict";
import fs from "node:fs";
import { NumpyRandom } from "../../src/arrays/numpy-random.js";
import { mapped, type FillMode } from "../../src/images/affine.js";
import type { FloatPicture } from "../../src/images/pixels.js";
import { affineMatrix, transformed, type TransformOptions } from "../../src/images/transform.js";

type Parameters = Record<string, number | boolean>;
interface Fixture {
  pictures: Record<string, { shape: [number, number, number]; data: string }>;
  affine: { picture: string; fill: FillMode; order: 0 | 1 | 2; parameters: Parameters; data: string }[];
}
const fixture = JSON.parse(fs.readFileSync("test/fixtures/images/generator.json", "utf8")) as Fixture;
const floats = (text: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);

function picture(name: string): FloatPicture {
  const { shape, data } = fixture.pictures[name]!;
  return { data: floats(data), height: shape[0], width: shape[1], channels: shape[2] };
}

/** Python's names. */
const named = (parameters: Parameters): Parameters =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

const kerasOptions = (fillMode: FillMode, interpolationOrder: 0 | 1 | 2): TransformOptions => ({
  fillMode,
  cval: 7.5,
  interpolationOrder,
  kerasCompatible: true,
});

/** Whether rounding errors decide what a number is: on the edge, and between two pixels of which one is taken. */
function roundingDecides(
  { height, width, channels }: FloatPicture,
  parameters: Parameters,
  order: number,
): (index: number) => boolean {
  const matrix = affineMatrix(parameters, [height, width], true);
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;
  const isOpen = (place: number, length: number): boolean =>
    isNear(place, 0) || isNear(place, length - 1) || (order === 0 && isNear(place - Math.floor(place), 0.5));
  return (index) => {
    if (!matrix) return false;
    const [a, b, c, d, e, f] = matrix;
    const pixel = Math.floor(index / channels);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return isOpen(a * y + b * x + c, height) || isOpen(d * y + e * x + f, width);
  };
}

describe("transforming pictures", () => {
  for (const order of [0, 1, 2, 3, 4, 5])
    it(`gives Keras's pixels with SciPy, order ${order}`, () => {
      const cases = fixture.affine.filter((each) => each.order === order);
      assert.ok(cases.length >= 40);
      for (const { picture: name, fill, parameters, data } of cases) {
        const expected = floats(data);
        const { data: actual } = transformed(
          picture(name),
          named(parameters),
          kerasOptions(fill, order as 0),
        );
        // Splines of high order notice where SciPy's margin of 12 pixels ends, far outside.
        const tolerance = (name === "tall" ? 4 : 255) * (order < 4 ? 1e-6 : fill === "nearest" ? 2e-4 : 1e-5);
        const isOpen = roundingDecides(picture(name), parameters, order);
        const differing = actual.filter(
          (value, i) => Math.abs(value - expected[i]!) > tolerance && !isOpen(i),
        ).length;
        assert.equal(differing, 0, `${name} ${fill} ${JSON.stringify(parameters)}`);
      }
    });

  it("moves along the axis that is named, about the picture's own centre", () => {
    const wide: FloatPicture = { data: new Float32Array(35).fill(0), height: 5, width: 7, channels: 1 };
    wide.data[2 * 7 + 3] = 1;
    const options: TransformOptions = {
      fillMode: "constant",
      cval: 0,
      interpolationOrder: 1,
      kerasCompatible: false,
    };
    const placeOf = (parameters: Parameters, given = options): number[] => {
      const { data } = transformed(wide, parameters, given);
      const place = data.findIndex((value) => value > 0.99);
      return [Math.floor(place / 7), place % 7];
    };
    assert.deepEqual(placeOf({ tx: 1 }), [1, 3]);
    assert.deepEqual(placeOf({ ty: 1 }), [2, 2]);
    assert.deepEqual(placeOf({ theta: 180 }), [2, 3]);
    // Keras's two bugs.
    const keras = { ...options, kerasCompatible: true };
    assert.deepEqual(placeOf({ tx: 1 }, keras), [2, 2]);
    assert.deepEqual(placeOf({ theta: 180, ty: 0 }, keras), [4, 1]);
  });

  it("turns counter-clockwise", () => {
    const corner: FloatPicture = { data: Float32Array.of(1, 2, 3, 4), height: 2, width: 2, channels: 1 };
    const options: TransformOptions = {
      fillMode: "nearest",
      cval: 0,
      interpolationOrder: 1,
      kerasCompatible: false,
    };
    const { data } = transformed(corner, { theta: 90 }, options);
    assert.deepEqual(Array.from(data, Math.round), [2, 4, 1, 3]);
    assert.equal(affineMatrix({}, [2, 2], false), undefined);
  });

  it("maps any place into the picture", () => {
    const random = new NumpyRandom(3);
    for (const mode of ["nearest", "reflect", "wrap", "constant"] as const)
      for (const length of [1, 2, 7])
        for (let i = 0; i < 500; i++) {
          const place = mapped(random.uniform(-50, 50), length, mode);
          assert.ok(place >= -1 && place < length, `${mode} ${length} ${place}`);
        }
  });
});
