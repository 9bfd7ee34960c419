import assert from "node:assert/strict";
import {
  displaySymbol,
  imageGrid,
  plotHistory,
  plotModel,
  summary,
  table,
  tf,
  toNdArray,
} from "../../src/index.js";
import {
  figure,
  plotConfusionMatrix,
  plotDecisionBoundary,
  showImage,
  type MimeBundle,
} from "../../src/index.js";
import { markup } from "../../src/host/markup.js";

const hostile = `${"x".repeat(101)}<img src=x onerror="alert(1)">'"&</td></script>`;

/** Tags and attributes that somebody's text would have to bring in for its code to run. */
function assertHarmless(bundle: MimeBundle, what: string): void {
  for (const type of ["text/html", "image/svg+xml"] as const) {
    const source = bundle[type] as string | undefined;
    if (source === undefined) continue;
    const pictures = [...source.matchAll(/data:image\/svg\+xml;base64,([^"]*)/g)].map(([, data]) =>
      Buffer.from(data!, "base64").toString(),
    );
    for (const text of [source, ...pictures])
      assert.doesNotMatch(
        text,
        /<img src=x|<script|<\/script|<[^>"]*(?:"[^"]*"[^>"]*)*\sonerror=/,
        `${what}: ${type}`,
      );
  }
}

const shown = (value: object): MimeBundle => (value as { [displaySymbol](): MimeBundle })[displaySymbol]();

describe("host/markup", () => {
  it("escapes what is put into it, unless it is markup", () => {
    assert.equal(
      String(markup`<b title="${`"'`}">${"<i>&"}</b>`),
      '<b title="&#34;&#39;">&#60;i&#62;&#38;</b>',
    );
    const cells = [markup`<td>${1}</td>`, markup`<td>${"<"}</td>`];
    assert.equal(String(markup`<tr>${cells}</tr>`), "<tr><td>1</td><td>&#60;</td></tr>");
  });

  const pictures = () => tf.zeros([2, 3, 3]);
  const model = () =>
    tf.sequential({ name: hostile, layers: [tf.layers.dense({ units: 1, inputShape: [2], name: "a_b" })] });
  const values: Record<string, () => object> = {
    "a tensor of texts": () => tf.tensor([hostile]),
    "a matrix of texts": () => tf.tensor2d([[hostile, hostile]]),
    "an array": () => toNdArray(Array.from({ length: 200 }, (_, i) => i)),
    "a table": () => table([{ [hostile]: hostile }, { [hostile]: 1 }]),
    "a grid": () => imageGrid(pictures(), { titles: [hostile, "b"] }),
    "a grid of classes": () =>
      imageGrid(pictures(), { labels: [0, 1], predictions: [1, 0], classNames: [hostile, hostile] }),
    "a picture": () => showImage(tf.zeros([3, 3]), { title: hostile }),
    "a figure": () =>
      figure({
        data: [{ type: "bar", x: [hostile, "b"], y: [1, 2], name: hostile, text: [hostile, hostile] }],
        layout: {
          title: { text: hostile },
          xaxis: { title: { text: hostile } },
          annotations: [{ text: hostile }],
        },
        description: hostile,
      }),
    "a history": () => plotHistory({ history: { loss: [1, 2], [hostile]: [1, 2] } }),
    "a confusion matrix": () => plotConfusionMatrix([0, 1], [1, 0], { classNames: [hostile, "b"] }),
    "a decision boundary": () => {
      const dense = tf.layers.dense({ units: 1, inputShape: [2], activation: "sigmoid" });
      const options = { axisNames: [hostile, "b"] as const, classNames: [hostile, "b"], title: hostile };
      return plotDecisionBoundary(tf.sequential({ layers: [dense] }), { x: [[0, 1], [1, 0]], y: [0, 1] }, options); // prettier-ignore
    },
    "a model": model,
    "a summary": () => summary(model()),
    "a diagram": () => plotModel(model()),
  };
  for (const [what, make] of Object.entries(values))
    it(`what people write runs no code: ${what}`, () => {
      assertHarmless(shown(make()), what);
    });
});
