import assert from "node:assert/strict";
import type { MimeBundle } from "../../src/host/host.js";
import { LiveHistory } from "../../src/figures/live-history.js";
import { tf } from "../../src/keras/load.js";

type Sent = { bundle: MimeBundle; displayId: string; update: boolean };

describe("LiveHistory", () => {
  const hostKey = Symbol.for("Jupyter.host");
  let sent: Sent[];
  beforeEach(() => {
    sent = [];
    const display = (bundle: MimeBundle, options: object): unknown =>
      sent.push({ bundle, ...options } as Sent);
    const interruptSignal = (): AbortSignal => new AbortController().signal;
    const checkInterruptsWithin = () => () => {};
    const host = { display, clearOutput: () => {}, interruptSignal, checkInterruptsWithin };
    Object.assign(globalThis, { [hostKey]: host });
  });
  afterEach(() => Reflect.deleteProperty(globalThis, hostKey));

  it("draws while the model trains, in one output, rarely, and all at the end; keeps no tensors", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = [tf.tensor2d([[1], [2]]), tf.tensor2d([[2], [4]])];
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    const before = tf.memory().numTensors;
    const live = new LiveHistory();
    for (let run = 1; run <= 2; run++) {
      sent = [];
      const start = performance.now();
      await model.fit(x, y, { epochs: 40, validationData: [x, y], verbose: 0, callbacks: live });
      const duration = performance.now() - start;
      assert.equal(live.history["loss"]!.length, 40);
      assert.ok(
        // The place of the plot, before anything is printed; then drawings.
        sent.length >= 3 && sent.length <= 3 + duration / 500,
        `${sent.length} drawings in ${duration} ms`,
      );
      assert.deepEqual(sent.map(({ update }) => update), sent.map((_, i) => i > 0)); // prettier-ignore
      assert.match(String(sent[0]!.bundle["text/html"]), /^<div style="height: 350px">The first epoch/);
      assert.equal(new Set(sent.map(({ displayId }) => displayId)).size, 1);
      const last = sent.at(-1)!.bundle["application/vnd.plotly.v1+json"] as {
        data: { y: number[] }[];
        layout: { xaxis1: { range: number[] }; yaxis1: { range: number[] } };
      };
      // Axes hold all epochs from the first on.
      assert.deepEqual(last.layout.xaxis1.range, [0.5, 40.5]);
      assert.equal(last.layout.yaxis1.range[0], 0);
      assert.deepEqual(last.data.map(({ y: values }) => values.length), [40, 40]); // prettier-ignore
    }
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([x, y]);
    model.dispose();
  });
});
