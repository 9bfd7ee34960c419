import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as Tf from "@tensorflow/tfjs";
import * as applications from "../../src/applications/index.js";
import { tf } from "../../src/keras/load.js";
import { writeHdf5 } from "../../src/saving/hdf5.js";
import { tensorValues } from "../../src/saving/values.js";
import { FileServer } from "../download/file-server.js";
import { setWeights } from "./numbers.js";

const args = { alpha: 0.35, inputShape: [96, 96, 3] as [number, number, number], includeTop: false };

/** A file as Keras's are: weights in their order, names of whoever trained them. */
function trainedFile(model: Tf.LayersModel): Promise<Uint8Array> {
  return writeHdf5((file) => {
    const names = model.layers.map((_, i) => `trained_${i}`);
    file.texts("", "layer_names", names);
    model.layers.forEach((layer, i) => {
      const weights = layer.weights.map(
        ({ originalName }) => `${names[i]}/${originalName.split("/").at(-1)}:0`,
      );
      file.group(names[i]!);
      file.texts(names[i]!, "weight_names", weights);
      layer.weights.forEach((weight, j) =>
        file.floats(`${names[i]}/${weights[j]}`, tensorValues(weight.read())),
      );
    });
  });
}

describe('applications: weights: "imagenet"', function () {
  this.timeout(20_000);
  const name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5";
  const files: Record<string, Buffer> = {};
  const server = new FileServer(files);
  const kept = { ...process.env };
  let folder: string;
  let trained: Tf.LayersModel;

  before(async () => {
    await server.start();
    trained = await applications.mobileNetV2({ ...args, weights: null });
    setWeights(trained);
    files[name] = Buffer.from(await trainedFile(trained));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-weights-"));
    server.asked = [];
    Object.assign(process.env, {
      MANABI_HOME: folder,
      KERAS_HOME: join(folder, "keras"),
      MANABI_MIRROR: `http://127.0.0.1:${server.port}/good`,
    });
  });
  afterEach(async () => {
    for (const key of ["MANABI_HOME", "KERAS_HOME", "MANABI_MIRROR"])
      if (kept[key] === undefined) delete process.env[key];
      else process.env[key] = kept[key];
    await rm(folder, { recursive: true });
  });
  after(() => {
    trained.dispose();
    server.stop();
  });

  it("are downloaded once and read by their order, not by names", async () => {
    const { numTensors } = tf.memory();
    for (let i = 0; i < 2; i++) {
      // oxlint-disable-next-line no-await-in-loop -- the second finds what the first has left
      const model = await applications.mobileNetV2(args);
      const [got, expected] = [model, trained].map((one) =>
        one.getWeights().map((weight) => weight.dataSync()),
      );
      assert.deepEqual(got, expected);
      model.dispose();
    }
    assert.deepEqual(server.asked, [`/good/models/${name}`]);
    assert.equal(tf.memory().numTensors, numTensors);
    assert.deepEqual((await readdir(join(folder, "models"))).toSorted(), [name, `${name}.sha256`]);
  });

  it("of another architecture are refused, and nothing is left behind", async () => {
    files["mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.5_96_no_top.h5"] = files[name]!;
    const { numTensors } = tf.memory();
    await assert.rejects(
      applications.mobileNetV2({ ...args, alpha: 0.5 }),
      /has the shape \[3,3,3,16\]|has the shape/,
    );
    assert.equal(tf.memory().numTensors, numTensors);
  });

  it("sizes without weights take those of 224x224, with a warning", async () => {
    files["mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"] = files[name]!;
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    try {
      const model = await applications.mobileNetV2({ ...args, inputShape: [100, 90, 3] });
      assert.equal(model.name, "mobilenetv2_0.35_100");
      model.dispose();
    } finally {
      console.warn = warn;
    }
    assert.match(warnings.join(), /not for 100x90; those of 224x224 are taken/);
  });
});
