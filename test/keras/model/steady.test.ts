import assert from "node:assert/strict";
import type { LayersModel, ModelCompileArgs, Tensor } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { tf } from "../../../src/keras/load.js";

const { layers } = tf;

class Foreign extends layers.Layer {
  static className = "SteadyTestForeign";

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.mul([inputs].flat()[0]!, 2);
  }
}

const dense = (): InstanceType<typeof layers.Layer> => layers.dense({ units: 1, inputShape: [2] });
const loss = (yTrue: Tensor, yPred: Tensor): Tensor => tf.losses.meanSquaredError(yTrue, yPred);

/** After how many steps a model is compiled. */
async function stepsUntilCompiled(
  list: InstanceType<typeof layers.Layer>[],
  args: Partial<ModelCompileArgs> = {},
): Promise<number> {
  const model: LayersModel = tf.sequential({ layers: list });
  model.compile({ optimizer: tf.train.adam(0.1), loss: "meanSquaredError", metrics: ["mae"], ...args });
  const [first, ...rest] = list[0]!.batchInputShape;
  const x = tf.ones([first ?? 3, ...rest] as number[]);
  const y = tf.ones([3, 1]);
  for (let steps = 1; ; steps++) {
    // oxlint-disable-next-line no-await-in-loop -- step after step
    await model.trainOnBatch(x, y);
    if (explain(model).train[0]!.state === "recording" && steps < 5) continue;
    model.dispose();
    tf.dispose([x, y]);
    return steps;
  }
}

describe("compiled steps are recorded", () => {
  it("once, if TensorFlow.js's own classes make up the model", async () => {
    assert.equal(await stepsUntilCompiled([dense()]), 1);
    const nested = tf.sequential({
      layers: [layers.dense({ units: 2, inputShape: [2], activation: "tanh" })],
    });
    const cells = [layers.lstmCell({ units: 2 }), layers.gruCell({ units: 2 })];
    const recurrent = [
      layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 3 }),
      layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) }),
      layers.rnn({ cell: cells }),
      layers.dropout({ rate: 0.5 }),
      nested,
      layers.dense({ units: 1, kernelRegularizer: "l1l2" }),
    ];
    assert.equal(await stepsUntilCompiled(recurrent), 1);
  });

  it("twice, if a layer, a loss or a metric is somebody's own", async () => {
    assert.equal(await stepsUntilCompiled([dense(), new Foreign({})]), 2);
    assert.equal(await stepsUntilCompiled([dense()], { loss }), 2);
    assert.equal(await stepsUntilCompiled([dense()], { metrics: [loss] }), 2);
    const changed = dense();
    const call = changed.call.bind(changed);
    changed.call = (inputs, kwargs) => call(inputs, kwargs);
    assert.equal(await stepsUntilCompiled([changed]), 2);
  });
});
