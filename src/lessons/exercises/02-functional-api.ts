import type { LayersModel } from "@tensorflow/tfjs";
import { tf } from "../../tfjs/native.js";
import { near } from "../compare.js";
import { choose, define } from "../define.js";
import { all, nearly, right, wrong, type Verdict } from "../verdict.js";

export const functionalApi = {
  "02.1": define<number>({
    title: { en: "Count before you look", ja: "見る前に数える" },
    task: {
      en: "In `branched`, give each half **20** units instead of 10. How many parameters has the last layer then?",
      ja: "`branched` の左右の層をそれぞれ 10 ではなく **20** ユニットにすると、最後の層のパラメータはいくつになりますか。",
    },
    hints: [
      {
        en: "`concatenate` puts both outputs side by side.",
        ja: "`concatenate` は二つの出力を横に並べます。",
      },
      { en: "20 + 20 inputs, one unit.", ja: "入力は 20 + 20、ユニットは 1 つです。" },
      { en: "And one bias.", ja: "バイアスも 1 つあります。" },
    ],
    solution: () => 20 + 20 + 1,
    check: (answer) => near(answer, 41, { tolerance: 1e-9 }),
    mistakes: [
      {
        answer: () => 40,
        state: "nearly",
        says: { en: "The bias is missing.", ja: "バイアスが抜けています。" },
      },
      {
        answer: () => 21,
        state: "wrong",
        says: {
          en: "That would be for `add`, which keeps the width.",
          ja: "それは幅が変わらない `add` の場合です。",
        },
      },
      { answer: () => 400, state: "wrong" },
    ],
  }),

  "02.2": choose({
    title: { en: "Add or concatenate?", ja: "add か concatenate か" },
    task: {
      en: "One branch gives `[None, 10]`, the other `[None, 6]`. Which layer can join them?",
      ja: "一方の枝の出力は `[None, 10]`、もう一方は `[None, 6]` です。結合できる層はどれですか。",
    },
    hints: [
      {
        en: "To add numbers pairwise, there must be as many on both sides.",
        ja: "対応する数値を足すには、両側の数が同じでなければなりません。",
      },
      {
        en: "Only one of the four does not go number by number.",
        ja: "四つのうち一つだけは、数値ごとの計算をしません。",
      },
      { en: "Side by side: 16 numbers.", ja: "横に並べると 16 個になります。" },
    ],
    choices: {
      A: {
        text: { en: "`tf.layers.add()`", ja: "`tf.layers.add()`" },
        because: {
          en: "It adds number by number: 10 and 6 do not match, and the error says so.",
          ja: "数値ごとに足すので、10 と 6 では合わずエラーになります。",
        },
      },
      B: {
        text: { en: "`tf.layers.average()`", ja: "`tf.layers.average()`" },
        because: {
          en: "It averages number by number: the shapes have to be equal.",
          ja: "数値ごとの平均なので、形状が同じでなければなりません。",
        },
      },
      C: {
        text: { en: "`tf.layers.concatenate()`", ja: "`tf.layers.concatenate()`" },
        because: {
          en: "It puts them side by side: `[None, 16]`. Only the other axes have to agree.",
          ja: "横に並べて `[None, 16]` にします。ほかの軸さえ一致していれば使えます。",
        },
      },
      D: {
        text: { en: "`tf.layers.multiply()`", ja: "`tf.layers.multiply()`" },
        because: {
          en: "It multiplies number by number: the shapes have to be equal.",
          ja: "数値ごとの積なので、形状が同じでなければなりません。",
        },
      },
    },
    answer: "C",
  }),

  "02.3": define<LayersModel>({
    title: { en: "Two inputs", ja: "二つの入力" },
    task: {
      en: "Build a model with **two inputs** of one number each, joined by `concatenate`, and one output by a sigmoid. It need not be trained.",
      ja: "数値 1 つずつの**二つの入力**を `concatenate` で結合し、シグモイドの出力を 1 つもつモデルを作ってください。学習は不要です。",
    },
    hints: [
      { en: "`tf.input({ shape: [1] })`, twice.", ja: "`tf.input({ shape: [1] })` を 2 回使います。" },
      {
        en: "`tf.layers.concatenate().apply([a, b])` takes a list.",
        ja: "`tf.layers.concatenate().apply([a, b])` にはリストを渡します。",
      },
      {
        en: "`tf.model({ inputs: [a, b], outputs: … })`",
        ja: "`tf.model({ inputs: [a, b], outputs: … })` です。",
      },
    ],
    solution: () => {
      const a = tf.input({ shape: [1] });
      const b = tf.input({ shape: [1] });
      const both = tf.layers.concatenate().apply([a, b]) as ReturnType<typeof tf.input>;
      const output = tf.layers.dense({ units: 1, activation: "sigmoid" }).apply(both) as ReturnType<
        typeof tf.input
      >;
      return tf.model({ inputs: [a, b], outputs: output });
    },
    check: (answer) => graphIs(answer, 2, 1),
    mistakes: [
      { answer: () => build(1, 1), state: "wrong" },
      { answer: () => build(3, 1), state: "wrong" },
      { answer: () => build(2, 1, 2), state: "nearly" },
    ],
  }),

  "02.4": define<LayersModel>({
    title: { en: "Two outputs", ja: "二つの出力" },
    task: {
      en: "Build a model with one input of **two** numbers, and two outputs: one is to answer AND, the other OR, each by a sigmoid on the same hidden layer. It need not be trained.",
      ja: "**二つ**の数値を受け取る入力が 1 つ、出力が二つのモデルを作ってください。同じ隠れ層から、一方は AND、もう一方は OR をシグモイドで答えます。学習は不要です。",
    },
    hints: [
      { en: "Use the hidden tensor twice.", ja: "隠れ層のテンソルを 2 回使います。" },
      {
        en: "Two dense layers of one unit, each applied to it.",
        ja: "1 ユニットの全結合層を二つ、それぞれ適用します。",
      },
      {
        en: "`tf.model({ inputs, outputs: [and, or] })`",
        ja: "`tf.model({ inputs, outputs: [and, or] })` です。",
      },
    ],
    solution: () => {
      const inputs = tf.input({ shape: [2] });
      const hidden = tf.layers.dense({ units: 8, activation: "relu" }).apply(inputs) as typeof inputs;
      const and = tf.layers.dense({ units: 1, activation: "sigmoid" }).apply(hidden) as typeof inputs;
      const or = tf.layers.dense({ units: 1, activation: "sigmoid" }).apply(hidden) as typeof inputs;
      return tf.model({ inputs, outputs: [and, or] });
    },
    check: (answer) => graphIs(answer, 1, 2, 2),
    mistakes: [
      { answer: () => build(1, 1, 2), state: "wrong" },
      { answer: () => build(2, 2, 2), state: "wrong" },
      { answer: () => build(1, 2, 1), state: "nearly" },
    ],
  }),
};

/** Whether a model has so many inputs, each so wide, and outputs of one number each. */
function graphIs(model: LayersModel, inputs: number, outputs: number, width = 1): Verdict {
  if (!Array.isArray(model?.inputs) || !Array.isArray(model.outputs))
    return wrong({ en: "Expected a model.", ja: "モデルが必要です。" });
  const counts = { inputs: model.inputs.length, outputs: model.outputs.length };
  const shapes = [
    ...model.inputs.map(({ shape }) => shape.join()),
    ...model.outputs.map(({ shape }) => shape.join()),
  ];
  const wanted = [
    ...Array.from({ length: inputs }, () => `,${width}`),
    ...Array.from({ length: outputs }, () => ",1"),
  ];
  return all(
    () =>
      counts.inputs === inputs && counts.outputs === outputs
        ? right
        : wrong(
            {
              en: "It has {inputs} inputs and {outputs} outputs.",
              ja: "入力が {inputs} 個、出力が {outputs} 個です。",
            },
            counts,
          ),
    () =>
      shapes.join(" ") === wanted.join(" ")
        ? right
        : nearly({
            en: "As many inputs and outputs as asked for, but of other shapes.",
            ja: "入力と出力の数は合っていますが、形状が違います。",
          }),
  );
}

/** A model of so many inputs and outputs; each input is so wide. */
function build(inputs: number, outputs: number, width = 1): LayersModel {
  const ends = Array.from({ length: inputs }, () => tf.input({ shape: [width] }));
  type Symbolic = (typeof ends)[0];
  const joined = inputs === 1 ? ends[0]! : (tf.layers.concatenate().apply(ends) as Symbolic);
  const out = Array.from({ length: outputs }, () => tf.layers.dense({ units: 1 }).apply(joined) as Symbolic);
  return tf.model({ inputs: ends, outputs: out });
}
