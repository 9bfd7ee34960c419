import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pl from "nodejs-polars";
import * as manabi from "../src/index.js";
import { CellLanguage } from "../src/kernel/types/language.js";
import { toJavaScript } from "../src/kernel/transform/javascript.js";
import { withHost } from "./keras/model/with-host.js";

const { NdArray, tf } = manabi;

/** The code of each `@example`, in the documentation of what a notebook imports. */
function examples(): { file: string; code: string }[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.c?ts$/.test(file) && !/^(kernel|jobs)\b/.test(file),
  );
  return files.flatMap((file) => {
    const comments = readFileSync(join("src", file), "utf8").match(/\/\*\*[^]*?\*\//g) ?? [];
    return comments.flatMap((comment) => {
      const [, ...parts] = comment
        .replace(/\*\/$/, "")
        .replaceAll(/^ *\* ?/gm, "")
        .split("@example");
      return parts.map((part) => ({ file, code: part.split(/^@/m)[0]!.trim() }));
    });
  });
}

/** TypeScript in the README and in docs/, a page's snippets as one text. */
function snippets(): { file: string; code: string }[] {
  const pages = ["README.md", ...readdirSync("docs").map((page) => join("docs", page))];
  return pages
    .filter((file) => file.endsWith(".md"))
    .map((file) => {
      const blocks = readFileSync(file, "utf8").matchAll(/^```ts\n([^]*?)^```/gm);
      return { file, code: Array.from(blocks, ([, code]) => code).join("\n") };
    });
}

/** Twenty pictures of two kinds, and a model that tells them apart: what examples speak of. */
function surroundings() {
  const pictures = new NdArray(
    Float32Array.from({ length: 20 * 16 }, (_, i) => (i % 7) / 7),
    [20, 4, 4],
  );
  const kinds = new NdArray(Uint8Array.from({ length: 20 }, (_, i) => i % 2));
  const model = (inputShape: number[]): manabi.tf.Sequential => {
    const layers = [
      tf.layers.reshape({ targetShape: [-1], inputShape }),
      tf.layers.dense({ units: 2, activation: "softmax" }),
    ];
    const made = tf.sequential({ layers });
    made.compile({ loss: "sparseCategoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
    return made;
  };
  const first = { loss: [0.5, 0.25] };
  const data = { x: pictures, y: kinds, xTrain: pictures, yTrain: kinds, xTest: pictures, yTest: kinds };
  return { ...data, model, optimizer: tf.train.sgd(0.1), first, second: first };
}

describe("examples of the documentation", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "manabi-examples-"));
  const found = examples();
  after(() => rmSync(folder, { recursive: true }));

  it("have the right types", () => {
    const language = new CellLanguage(folder, resolve("."));
    const before =
      `import { ${Object.keys(manabi).join(", ")} } from "manabi"; import pl from "nodejs-polars";` +
      "declare const model: tf.Sequential, optimizer: tf.Optimizer; declare const first: tf.History, second: tf.History;" +
      "declare const pictures: tf.Tensor4D, cat: NdArray, features: tf.Tensor2D;" +
      "declare const generator: ReturnType<typeof imageDataGenerator>, frame: pl.DataFrame;" +
      "declare const x: NdArray, y: NdArray, xTrain: NdArray, yTrain: NdArray, xTest: NdArray, yTest: NdArray;";
    assert.ok(found.length > 30, `only ${found.length} were found`);
    try {
      for (const { file, code } of [...found, ...snippets()]) {
        language.reset();
        language.check(before).remember();
        const { diagnostics } = language.check(code);
        assert.deepEqual(diagnostics.map(({ message }) => message), [], `${file}:\n${code}`); // prettier-ignore
      }
    } finally {
      language.close();
    }
  });

  it("run", async () => {
    const home = process.cwd();
    const given = surroundings();
    const Run = (async () => {}).constructor as new (...texts: string[]) => (...values: unknown[]) => unknown;
    process.chdir(folder);
    writeFileSync("iris.csv", "length,kind\n1.5,a\n");
    writeFileSync(
      "deploy.prototxt",
      `input: "data" input_shape { dim: [1, 2, 5, 5] } layer { type: "ReLU" bottom: "data" top: "y" }`,
    );
    writeFileSync("net.caffemodel", "");
    await manabi.saveModel(given.model([2]), "model.keras");
    await manabi.saveWeights(given.model([4, 4]), "model.weights.h5");
    try {
      for (const { file, code } of found) {
        // Those are large, or downloaded, or read pictures, or say something once; ONNX Runtime is not installed.
        if (
          /\b(?:datasets|applications|classifier|generator)\.|\b(?:loadOnnx|loadImage|imageDatasetFromDirectory|setMemoryGrowth|setVisibleDevices)\(/.test(
            code,
          )
        )
          continue;
        const model = given.model(code.includes("plotDecisionBoundary") ? [2] : [4, 4]);
        const names: Record<string, unknown> = { ...manabi, pl, console: { log() {} }, ...given, model };
        const { code: javaScript } = toJavaScript(code, { fileName: file, language: "ts" });
        // Names that the example declares itself are none of its parameters.
        const block = `{ ${javaScript.replace(/^export \{\};?$/m, "")} }`;
        const run = async () => new Run(...Object.keys(names), block)(...Object.values(names));
        await withHost(run).catch((cause: unknown) => {
          throw new Error(`${file}:\n${code}`, { cause });
        });
      }
    } finally {
      process.chdir(home);
    }
  });
});
