import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { unzipSync } from "fflate";
import { loadModel, saveModel } from "../../src/saving/index.js";
import type { Values } from "../../src/saving/values.js";
import { largestDifference, largestRelativeDifference, predict, train } from "./python.js";

interface Measured {
  inputs: Values[];
  targets: Values[];
  predictions: Values[];
  losses: number[];
}

/** Made by test/fixtures/keras/programs.py with Keras 3.15 and tf_keras 2.21. */
const archive = unzipSync(readFileSync(resolve("test/fixtures/keras/programs.zip")));
const fromJson = ({ shape, data }: { shape: number[]; data: number[] }): Values => ({
  shape,
  data: Float32Array.from(data),
});

function measuredOf(name: string): Measured {
  const json = JSON.parse(new TextDecoder().decode(archive[`${name}.json`]));
  const { losses } = json as Measured;
  const [inputs, targets, predictions] = ["inputs", "targets", "predictions"].map((key) =>
    json[key].map(fromJson),
  );
  return { inputs, targets, predictions, losses };
}

describe("loadModel of what people's programs saved", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-programs-"));
  });
  after(() => rm(folder, { recursive: true }));

  const { warn } = console;
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
    console.warn = (text: string) => warnings.push(text);
  });
  afterEach(() => {
    console.warn = warn;
  });

  for (const file of Object.keys(archive).filter((name) => !name.endsWith(".json"))) {
    const name = file.split(".")[0]!;
    // What Keras computes in half precision.
    const isRough = /mixed|float16/.test(name);
    const limit = isRough ? 2e-2 : 1e-5;
    it(`${name}: predicts, trains on and is saved again as Keras has it`, async () => {
      const path = join(folder, file);
      await writeFile(path, archive[file]!);
      const data = measuredOf(name);
      const model = await loadModel(path);
      const isAfresh = /^(?:un)?frozen_after_compile/.test(name);
      assert.equal(warnings.length, isAfresh ? 1 : 0, warnings.join("\n"));
      assert.ok(
        largestDifference(predict(model, data.inputs), data.predictions) < limit,
        `${largestDifference(predict(model, data.inputs), data.predictions)}`,
      );
      const again = join(folder, `again-${name}.keras`);
      await saveModel(model, again);
      if (data.losses.length > 0) {
        const losses = await train(model, data, data.losses.length);
        assert.ok(
          largestRelativeDifference(losses, data.losses) < (isRough ? 2e-2 : 1e-4),
          `${losses.join()} ${data.losses.join()}`,
        );
      }
      const other = await loadModel(again);
      assert.ok(largestDifference(predict(other, data.inputs), data.predictions) < limit, "saved again");
    });
  }
});
