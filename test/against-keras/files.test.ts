import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Comparison, compareWithKeras } from "../saving/comparison.js";

describe("against Keras: model files", () => {
  let folder: string;
  let comparisons: Comparison[];

  before(async function () {
    // Some 5 s a model, where nothing else runs.
    this.timeout(600_000 + 20_000 * Number(process.env["MANABI_KERAS_MODELS"] ?? 0));
    folder = await mkdtemp(join(tmpdir(), "manabi-keras-files-"));
    comparisons = await compareWithKeras(folder);
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  const worst = (key: Exclude<keyof Comparison, "name">): Record<string, number> =>
    Object.fromEntries(comparisons.map((comparison) => [comparison.name, comparison[key] ?? 0]));
  const assertBelow = (differences: Record<string, number>, limit: number): void => {
    const bad = Object.entries(differences).filter(([, difference]) => !(difference <= limit));
    assert.deepEqual(bad, [], `differences above ${limit}`);
  };

  it("compares at least 30 architectures", () => {
    assert.ok(comparisons.length >= 30, `${comparisons.length}`);
    assert.ok(
      comparisons.filter(({ loadedLosses }) => loadedLosses !== undefined).length >= 30,
      "that train",
    );
  });

  it("loads .keras, .h5 and weights of Keras with the same predictions", () => {
    assertBelow(worst("loaded"), 1e-5);
  });

  it("goes on training where Keras stopped", () => {
    assertBelow(worst("loadedLosses"), 1e-4);
  });

  it("saves .keras, .h5 and weights that Keras loads with the same predictions", () => {
    assertBelow(worst("saved"), 1e-5);
  });

  it("saves what Keras needs to go on training", () => {
    assertBelow(worst("savedLosses"), 1e-4);
  });
});
