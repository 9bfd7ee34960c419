import assert from "node:assert/strict";
import { inspect } from "node:util";
import { displaySymbol, tf, type Displayable, type MimeBundle } from "../../src/index.js";

describe("tfjs: what values print", () => {
  it("tensors: type, shape and numbers; within other values few numbers", () => {
    const tensor = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    assert.equal(inspect(tensor), "Tensor float32 [2, 2]\n    [[1, 2],\n     [3, 4]]");
    assert.equal(inspect({ tensor }), "{ tensor: Tensor float32 [2, 2] [[1, 2], [3, 4]] }");
    const several = [tf.scalar(0.1), tf.tensor1d(["a"]), tf.tensor1d([1, 0], "bool"), tf.zeros([11])];
    assert.equal(
      inspect(several, { breakLength: Infinity }),
      "[ Tensor float32 [] 0.1, Tensor string [1] [ 'a' ], Tensor bool [2] [true, false], Tensor float32 [11] ]",
    );
    tf.dispose(several);
    const matrix = tf.tensor2d([6.53, -1e-9, NaN, 123456789, 0.1, Infinity], [3, 2]);
    assert.equal(
      inspect(matrix),
      `Tensor float32 [3, 2]
    [[6.53,     -1e-9],
     [ NaN, 123456792],
     [ 0.1,  Infinity]]`,
    );
    const show = (value: tf.Tensor) => (value as unknown as Displayable)[displaySymbol]() as MimeBundle;
    assert.deepEqual(Object.keys(show(matrix)), ["text/plain"]);
    const wide = tf.tidy(() => tf.mul(tf.ones([2, 20]), 0.125));
    assert.match(
      String(show(wide)["text/html"]),
      /^<pre style="white-space: pre; .*">Tensor float32 \[2, 20\]\n/,
    );
    wide.dispose();
    const blocks = tf.zeros([2, 1, 100]);
    assert.equal(
      inspect(blocks),
      `Tensor float32 [2, 1, 100]
    [[[0, 0, 0, ..., 0, 0, 0]],

     [[0, 0, 0, ..., 0, 0, 0]]]`,
    );
    tf.dispose([matrix, blocks]);
    const variable = tf.variable(tf.scalar(1, "int32"));
    assert.equal(inspect(variable), "Variable int32 []\n    1");
    const large = tf.zeros([1001, 1000]);
    assert.match(inspect(large), /^Tensor float32 \[1001, 1000\] of 1,001,000 numbers: print a part/);
    tf.dispose([tensor, variable, large]);
    assert.equal(inspect(tensor), "Tensor float32 [2, 2] (disposed)");
  });

  it("symbolic tensors and histories", async () => {
    const input = tf.input({ shape: [3], name: "pixels" });
    assert.equal(inspect(input), 'SymbolicTensor float32 [null, 3] of layer "pixels"');
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd", metrics: ["accuracy"] });
    const [x, y] = [tf.ones([4, 1]), tf.ones([4, 1])];
    assert.equal(inspect(model.layers), `[ Dense layer "${model.layers[0]!.name}" [null, 1], 2 params ]`);
    assert.equal(inspect(tf.layers.flatten({ name: "flat" })), 'Flatten layer "flat" not built');
    const history = await model.fit(x, y, { epochs: 2, verbose: 0 });
    assert.match(inspect(history), /^History of 2 epochs: loss [\d.e-]+, accuracy [\d.]+$/);
    model.dispose();
    tf.dispose([x, y]);
  });
});
