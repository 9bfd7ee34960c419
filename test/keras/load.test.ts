import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { backendInfo, tf } from "../../src/keras/load.js";

const run = promisify(execFile);
const loadUrl = new URL("../../src/keras/load.js", import.meta.url).href;

/** Runs a program that has imported `tf` and `backendInfo` in a fresh Node. */
function runWithTensorFlow(program: string, { env = {}, before = "" } = {}) {
  const source = `${before}; const { tf, backendInfo } = await import(${JSON.stringify(loadUrl)}); ${program}`;
  return run(process.execPath, ["--input-type=module", "-e", source], { env: { ...process.env, ...env } });
}

/** Makes Node fail to load the native binding, as where it was never built. */
const withoutBinding = `
  import { createRequire } from "node:module";
  const Module = createRequire(${JSON.stringify(loadUrl)})("node:module");
  Module._extensions[".node"] = () => { throw new Error("no binding here"); };`;

describe("keras/load", () => {
  it("is native TensorFlow, and says which", () => {
    const info = backendInfo();
    assert.equal(info.backend, "tensorflow");
    assert.equal(info.native, true);
    assert.match(info.tensorflowVersion!, /^\d+\.\d+\.\d+$/);
    assert.deepEqual(Array.from(tf.tensor1d([1, 2]).add(1).dataSync()), [2, 3]);
  });

  it("is the instance that the packages of TensorFlow.js export, repaired for them too", () => {
    const require = createRequire(import.meta.url);
    const node = require("@tensorflow/tfjs-node") as typeof tf;
    const plain = require("@tensorflow/tfjs") as typeof tf;
    assert.equal(node, tf);
    assert.equal(plain.engine(), tf.engine());
    assert.equal(plain.randomUniform, tf.randomUniform);
    assert.equal(plain.dropout, tf.dropout);
  });

  it("loads by require(), which tslab's kernel uses", async () => {
    const program = `
      const { createRequire } = await import("node:module");
      const required = createRequire(${JSON.stringify(loadUrl)})(${JSON.stringify(new URL(loadUrl).pathname)});
      console.log(required.tf === tf);`;
    const { stdout } = await run(process.execPath, [
      "--experimental-require-module",
      "--no-warnings",
      "--input-type=module",
      "-e",
      `const { tf } = await import(${JSON.stringify(loadUrl)}); ${program}`,
    ]);
    assert.equal(stdout, "true\n");
  });

  it("shows no warning, banner or log line", async () => {
    const { stdout, stderr } = await runWithTensorFlow("tf.tensor1d([1, 2, 3]).topk(2);");
    assert.equal(stdout + stderr, "");
  });

  it("keeps the log level that the user chose", async () => {
    const program = "tf.scalar(1); console.log(process.env.TF_CPP_MIN_LOG_LEVEL)";
    const chosen = await runWithTensorFlow(program, { env: { TF_CPP_MIN_LOG_LEVEL: "0" } });
    assert.equal(chosen.stdout.trim(), "0");
    assert.match(chosen.stderr, /This TensorFlow binary is optimized/);
  });

  it("falls back to WebAssembly in one line that says what to run, and trains there", async () => {
    const program = `
      console.log(backendInfo().backend, tf.tensor1d([1, 2]).square().dataSync().join());
      while (backendInfo().backend !== "wasm") await new Promise((resolve) => setTimeout(resolve, 10));
      const x = tf.tensor2d([[0], [1], [2], [3]]), y = x.mul(2);
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
      model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.05) });
      const { history } = await model.fit(x, y, { epochs: 60, verbose: 0 });
      console.log(JSON.stringify(backendInfo()), history.loss.at(-1) < 0.5);`;
    const { stdout, stderr } = await runWithTensorFlow(program, { before: withoutBinding });
    assert.match(stdout, /^cpu 1,4\n\{"backend":"wasm","tensorflowVersion":null,"native":false\} true\n$/);
    assert.match(
      stderr,
      /^Native TensorFlow did not load \(no binding here\)\. .*`npm start`.*`npm run manabi doctor`.*\n$/,
    );
  });

  it("whose binding turns out not to load fails once, and goes on in WebAssembly", async () => {
    const program = `
      try { tf.scalar(1); } catch (error) { console.log(error.message); }
      console.log(tf.tensor1d([1, 2]).square().dataSync().join(), backendInfo().native);`;
    const { stdout, stderr } = await runWithTensorFlow(program, { before: withoutBinding });
    assert.equal(
      stdout,
      "Native TensorFlow did not load: run this again, in JavaScript or WebAssembly.\n1,4 false\n",
    );
    assert.match(stderr, /^Native TensorFlow did not load \(no binding here\)\. .*\n$/);
  });
});
