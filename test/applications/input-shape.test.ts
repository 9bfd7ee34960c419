import assert from "node:assert/strict";
import * as applications from "../../src/applications/index.js";
import type { ApplicationArgs, PictureShape } from "../../src/applications/index.js";
import { inputShapeOf } from "../../src/applications/input-shape.js";
import { tf } from "../../src/keras/load.js";

const rules = { defaultSize: 224, minSize: 32, flattens: true };
const shapeOf = (
  inputShape: PictureShape | undefined,
  settings: { includeTop?: boolean; weights?: string | null } = {},
): PictureShape =>
  inputShapeOf("vgg16", rules, inputShape ? { inputShape } : {}, {
    includeTop: true,
    weights: null,
    ...settings,
  });

describe("applications: shapes and arguments by Keras's rules", () => {
  // What the first random weights make for all.
  before(() => tf.tidy(() => void tf.randomUniform([1])));

  it("shapes that are left out", () => {
    assert.deepEqual(shapeOf(undefined), [224, 224, 3]);
    assert.deepEqual(shapeOf(undefined, { weights: "imagenet" }), [224, 224, 3]);
    assert.deepEqual(shapeOf(undefined, { includeTop: false }), [null, null, 3]);
  });

  it("other sizes where the weights or the top do not forbid them", () => {
    assert.deepEqual(shapeOf([64, 48, 1]), [64, 48, 1]);
    assert.deepEqual(shapeOf([150, 150, 3], { includeTop: false, weights: "imagenet" }), [150, 150, 3]);
    assert.deepEqual(shapeOf([null, 48, 3], { includeTop: false }), [null, 48, 3]);
  });

  const refused: [string, PictureShape, object, RegExp][] = [
    [
      "too small",
      [31, 224, 3],
      {},
      /applications\.vgg16 got pictures of \[31, 224, 3\]\. Expected at least 32x32/,
    ],
    [
      "another size than that of the top",
      [150, 150, 3],
      { weights: "imagenet" },
      /Expected \[224, 224, 3\].*includeTop: false/,
    ],
    [
      "gray pictures for trained weights",
      [64, 64, 1],
      { weights: "imagenet", includeTop: false },
      /Expected 3 channels/,
    ],
    ["any size with the top", [null, null, 3], {}, /Expected a height and a width/],
    [
      "an axis for the batch",
      [1, 224, 224, 3] as never,
      {},
      /got inputShape \[1, 224, 224, 3\].*no axis for the batch/,
    ],
    ["no number", [224, "224", 3] as never, {}, /Expected \[height, width, channels\]/],
  ];
  for (const [what, shape, settings, message] of refused)
    it(`refused: ${what}`, () => assert.throws(() => shapeOf(shape, settings), message));

  const wrong: [string, ApplicationArgs, RegExp][] = [
    [
      "no such file",
      { weights: "no-such.h5" },
      /got weights "no-such\.h5", and there is no such file\. Expected weights: "imagenet"/,
    ],
    [
      "classes of one's own with trained weights",
      { classes: 10 },
      /got classes: 10 with the weights "imagenet"\. Expected 1000/,
    ],
    ["half a class", { weights: null, classes: 1.5 }, /Expected a whole number/],
    [
      "another pooling",
      { weights: null, pooling: "mean" as never },
      /got pooling: "mean"\. Expected "avg", "max" or null/,
    ],
    ["a sigmoid on trained weights", { classifierActivation: "sigmoid" }, /Expected "softmax", or null/],
  ];
  for (const [what, args, message] of wrong)
    it(`refused: ${what}`, () => assert.rejects(applications.vgg16(args), message));

  it("an alpha without trained weights is refused", async () => {
    await assert.rejects(
      applications.mobileNetV2({ alpha: 0.6 }),
      /got alpha 0\.6.*0\.35, 0\.5, 0\.75, 1, 1\.3, 1\.4/,
    );
    await assert.rejects(
      applications.mobileNetV3Small({ alpha: 0.5 }),
      /mobileNetV3Small got alpha 0\.5.*0\.75 or 1/,
    );
  });

  it("builds on layers that come before", async () => {
    const before = tf.memory().numTensors;
    const input = tf.input({ shape: [20, 20, 3] });
    const larger = tf.layers.upSampling2d({ size: [2, 2] }).apply(input);
    const model = await applications.mobileNetV3Small({
      weights: null,
      includeTop: false,
      pooling: "avg",
      minimalistic: true,
      inputTensor: larger,
    });
    assert.deepEqual(model.inputs, [input]);
    assert.deepEqual(model.outputs[0]!.shape, [null, 576]);
    model.dispose();
    assert.equal(tf.memory().numTensors, before);
    await assert.rejects(
      applications.vgg16({ weights: null, inputTensor: larger, inputShape: [32, 32, 3] }),
      /inputShape \[32, 32, 3\] and an inputTensor of \[40, 40, 3\]/,
    );
  });
});
