import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import * as h5wasm from "h5wasm";
import { readArchive, writeArchive } from "../../src/saving/archive.js";
import { writeHdf5 } from "../../src/saving/hdf5.js";
import { KerasFileError, loadModel, loadWeights, saveModel } from "../../src/saving/index.js";
import type { Json, JsonObject } from "../../src/saving/json.js";
import { tf } from "../../src/keras/load.js";
import { nativeModels } from "./native-models.js";

describe("loadModel of damaged, foreign and hostile files", () => {
  let folder: string;
  /** A good archive's files, and its configuration. */
  let good: Record<string, Uint8Array>;
  let config: JsonObject;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-hostile-"));
    const path = join(folder, "good.keras");
    const model = nativeModels["native_graph"]!();
    await saveModel(model, path);
    await saveModel(model, join(folder, "good.h5"));
    model.dispose();
    good = await readArchive(
      await readFile(path),
      ["config.json", "metadata.json", "model.weights.h5"],
      path,
    );
    config = JSON.parse(new TextDecoder().decode(good["config.json"])) as JsonObject;
  });
  after(() => rm(folder, { recursive: true }));

  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  async function assertRefused(
    name: string,
    content: Uint8Array | undefined,
    ...patterns: RegExp[]
  ): Promise<void> {
    const path = join(folder, name);
    if (content) await writeFile(path, content);
    const before = tf.memory().numTensors;
    await assert.rejects(loadModel(path), (error: Error) => {
      assert.ok(error instanceof KerasFileError, error.stack);
      // What arrived, what was expected, how to mend it.
      assert.match(error.message, /\. Expected [^]+\. \S/);
      assert.doesNotMatch(error.message, /HDF5-DIAG/);
      for (const pattern of patterns) assert.match(error.message, pattern);
      return true;
    });
    assert.equal(tf.memory().numTensors, before, "tensors of a model that did not load");
  }

  const withConfig = (change: (copy: JsonObject) => void): Promise<Uint8Array> => {
    const copy = structuredClone(config);
    change(copy);
    return writeArchive({ ...good, "config.json": bytes(JSON.stringify(copy)) });
  };
  type Entry = JsonObject & { config: JsonObject };
  const layerOf = (copy: JsonObject, className: string): Entry =>
    ((copy as Entry).config["layers"] as Entry[]).find((layer) => layer["class_name"] === className)!;

  it("frees the value of a weight whose name is refused", async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.gru({ units: 2, returnSequences: true, inputShape: [3, 2] }),
        tf.layers.bidirectional({ layer: tf.layers.gru({ units: 2 }), name: "bidirectional" }),
      ],
    });
    const path = join(folder, "names.keras");
    await saveModel(model, path);
    model.dispose();
    const files = await readArchive(
      await readFile(path),
      ["config.json", "metadata.json", "model.weights.h5"],
      path,
    );
    const text = new TextDecoder().decode(files["config.json"]).replaceAll('"bidirectional"', '"bi \u00e9"');
    const renamed = writeArchive({ ...files, "config.json": bytes(text) });
    await assertRefused("names.keras", await renamed, /Not a valid tensor name/);
  });

  it("missing, empty, of text, of another kind", async () => {
    await assertRefused("none.keras", undefined, /There is no file .*none\.keras/);
    await assertRefused(
      "empty.keras",
      new Uint8Array(),
      /empty\.keras \(0 bytes\) is neither a zip archive nor an HDF5/,
    );
    await assertRefused("text.h5", bytes("hello"), /text\.h5 \(5 bytes\) is neither/);
    await assertRefused(
      "foreign.keras",
      zipSync({ "word/document.xml": bytes("<x/>") }),
      /lacks config\.json/,
    );
    const h5 = await writeHdf5((file) => file.floats("x", { shape: [1], data: Float32Array.of(1) }));
    await assertRefused("foreign.h5", h5, /holds no model_config/, /use loadWeights/);
    await assertRefused("weights.keras", zipSync({ "config.json": bytes("{}") }), /lacks model\.weights\.h5/);
  });

  it("cut short anywhere", async () => {
    for (const name of ["good.keras", "good.h5"]) {
      const whole = await readFile(join(folder, name));
      for (const share of [0.1, 0.5, 0.9, 0.99]) {
        await assertRefused(`cut-${name}`, whole.subarray(0, Math.floor(whole.length * share)));
      }
    }
    const half = good["model.weights.h5"]!.slice(0, 9000);
    await assertRefused(
      "half.keras",
      await writeArchive({ ...good, "model.weights.h5": half }),
      /not a readable HDF5 file/,
    );
  });

  it("with names outside the archive", async () => {
    for (const name of ["../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:\\evil"]) {
      await assertRefused(
        "slip.keras",
        zipSync({ ...good, [name]: bytes("x") }),
        /points outside it/,
        /may be an attack/,
      );
    }
  });

  it("that unpack to far more than they hold", async () => {
    const bomb = zipSync({ ...good, "config.json": new Uint8Array(64 << 20) }, { level: 9 });
    await assertRefused("bomb.keras", bomb, /config\.json claims 67108864 bytes from \d+ packed ones/);
  });

  it("with layers of Python code, unknown layers, subclassed models", async () => {
    const change = (className: string, more: JsonObject = {}) =>
      withConfig((copy) => Object.assign(layerOf(copy, "Dense"), { class_name: className, ...more }));
    await assertRefused(
      "lambda.keras",
      await change("Lambda"),
      /\(Lambda\) carries Python code/,
      /never executed/,
    );
    await assertRefused(
      "unknown.keras",
      await change("Hashing"),
      /class Hashing exists in only one/,
      /registerClass/,
    );
    await assertRefused(
      "custom.keras",
      await change("Dense", { registered_name: "mine>Dense" }),
      /class Dense exists/,
    );
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      await assertRefused("proto.keras", await change(name), new RegExp(`class ${name} exists in only one`));
    }
    const scalar = await withConfig((copy) => {
      layerOf(copy, "InputLayer").config["batch_shape"] = [null];
    });
    await assertRefused("scalar.keras", scalar, /takes one number a sample/);
    const subclass = await withConfig((copy) => Object.assign(copy, { class_name: "MyModel" }));
    await assertRefused("subclass.keras", subclass, /holds a MyModel model, which is defined by Python code/);
  });

  it("that claim more memory than the file has", async () => {
    const huge = await withConfig((copy) => Object.assign(layerOf(copy, "Dense").config, { units: 2 ** 31 }));
    await assertRefused(
      "huge.keras",
      huge,
      /claims the weight kernel of shape \[4,2147483648\]/,
      /exhaust memory/,
    );
  });

  it("with more weights than a layer has", async () => {
    await h5wasm.ready;
    const changed = async (change: (file: InstanceType<typeof h5wasm.File>) => void): Promise<Uint8Array> => {
      const { FS } = await h5wasm.ready;
      FS.writeFile("/change.h5", good["model.weights.h5"]!);
      const file = new h5wasm.File("/change.h5", "a");
      change(file);
      file.close();
      return writeArchive({ ...good, "model.weights.h5": FS.readFile("/change.h5") });
    };
    const vars = "layers/dense/vars";
    const group = (file: InstanceType<typeof h5wasm.File>): InstanceType<typeof h5wasm.Group> =>
      file.get(vars) as InstanceType<typeof h5wasm.Group>;
    const more = await changed((file) => {
      group(file).create_dataset({ name: "2", data: new Float32Array(4), shape: [4] });
    });
    await assertRefused("more.keras", more, /has more than the 2 weights of layer/);
  });

  it("whose weights are whole numbers, or are links to other files", async () => {
    const { FS } = await h5wasm.ready;
    const file = new h5wasm.File("/types.h5", "w");
    for (const [name, dtype, data] of [
      ["double", "<d", new Float64Array(6).fill(0.5)],
      ["integer", "<i", new Int32Array(6)],
    ] as const) {
      file.create_group(name).create_dataset({ name: "0", data, shape: [3, 2], dtype });
    }
    file.create_external_link("/etc/passwd", "/x", "link");
    file.close();
    const content = FS.readFile("/types.h5");
    const { readHdf5 } = await import("../../src/saving/hdf5.js");
    const read = (name: string): Promise<unknown> =>
      readHdf5(content, "types.h5", (h5) => h5.floats(name, [3, 2]));
    assert.deepEqual(await read("double/0"), { shape: [3, 2], data: new Float32Array(6).fill(0.5) });
    await assert.rejects(read("integer/0"), /integer\/0 holds whole numbers\. Expected float16, .*float64/);
    await assert.rejects(read("link/0"), /link\/0 links to another file.*again into one file/s);
  });

  it("with groups that hold themselves", async () => {
    const { FS } = await h5wasm.ready;
    for (const link of ["create_soft_link", "create_hard_link"] as const) {
      const file = new h5wasm.File("/loop.h5", "w");
      file.create_group("a");
      for (const name of ["a/x", "a/y"]) file[link]("/a", name);
      file.close();
      const weights = FS.readFile("/loop.h5");
      await assertRefused(
        "loop.keras",
        await writeArchive({ ...good, "model.weights.h5": weights }),
        /without end|not a readable HDF5 file/,
      );
    }
  });

  it("in a folder of TensorFlow.js with a path that leaves it", async () => {
    const json = { modelTopology: {}, weightsManifest: [{ paths: ["../../etc/passwd"], weights: [] }] };
    await assertRefused(
      "model.json",
      bytes(JSON.stringify(json)),
      /names the weights file "\.\.\/\.\.\/etc\/passwd"/,
    );
  });

  it("with any part of the configuration replaced", async function () {
    this.timeout(120_000);
    const values: Json[] = [
      null,
      -1,
      1e300,
      "",
      "__proto__",
      [],
      {},
      [[]],
      true,
      { class_name: "Dense", config: {} },
    ];
    const places: [JsonObject | Json[], string][] = [];
    const collect = (value: Json): void => {
      if (typeof value !== "object" || value === null) return;
      for (const key of Object.keys(value)) {
        places.push([value, key]);
        collect((value as JsonObject)[key]!);
      }
    };
    const copy = structuredClone(config);
    collect(copy);
    const before = tf.memory().numTensors;
    let refused = 0;
    for (const [i, [parent, key]] of places.entries()) {
      const object = parent as JsonObject;
      const old = object[key]!;
      object[key] = values[i % values.length]!;
      const path = join(folder, "fuzz.keras");
      await writeFile(path, await writeArchive({ ...good, "config.json": bytes(JSON.stringify(copy)) }));
      try {
        (await loadModel(path)).dispose();
      } catch (error) {
        assert.ok(
          error instanceof KerasFileError,
          `${key} = ${JSON.stringify(object[key])}: ${(error as Error).stack}`,
        );
        refused++;
      }
      object[key] = old;
    }
    assert.ok(refused > places.length / 10, `${refused} of ${places.length}`);
    // Layers called twice keep their weights when their model is disposed: that is TensorFlow.js's own count.
    assert.ok(tf.memory().numTensors - before <= 12 * (places.length - refused));
  });

  it("leaves a model alone whose weights do not load", async () => {
    const model = nativeModels["native_mlp"]!();
    await assert.rejects(loadWeights(model, join(folder, "good.keras")), KerasFileError);
  });
});
