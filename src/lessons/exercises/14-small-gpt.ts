import { behaves, near } from "../compare.js";
import { choose, define } from "../define.js";

const softmax = (scores: readonly number[]): number[] => {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
};

export const smallGpt = {
  "14.1": define<number>({
    title: { en: "How bad is guessing?", ja: "当て推量の損失" },
    task: {
      en: "A model that knows nothing gives each of 80 characters the same probability. What is its cross-entropy loss (natural logarithm)?",
      ja: "何も知らないモデルは 80 文字すべてに同じ確率を与えます。交差エントロピー損失（自然対数）はいくつですか。",
    },
    hints: [
      {
        en: "The loss is −log of the probability of the right character.",
        ja: "損失は正解の文字の確率の −log です。",
      },
      { en: "That probability is 1 / 80.", ja: "その確率は 1 / 80 です。" },
      { en: "`Math.log(80)`", ja: "`Math.log(80)` です。" },
    ],
    solution: () => Math.log(80),
    check: (answer) => near(answer, Math.log(80)),
    mistakes: [
      {
        answer: () => Math.log2(80),
        state: "wrong",
        says: {
          en: "That is in bits. Keras's loss has the natural logarithm.",
          ja: "それはビット単位です。Keras の損失は自然対数を使います。",
        },
      },
      {
        answer: () => 1 / 80,
        state: "wrong",
        says: {
          en: "That is the probability. The loss is minus its logarithm.",
          ja: "それは確率です。損失はその対数にマイナスを付けたものです。",
        },
      },
      { answer: () => -Math.log(80), state: "nearly" },
    ],
  }),

  "14.2": define<(scores: readonly number[]) => readonly number[]>({
    title: { en: "Write softmax", ja: "softmax を書く" },
    task: {
      en: "Write softmax for a list of scores, in plain TypeScript. It has to bear **large** scores, too: 1000 is no reason for NaN.",
      ja: "スコアの配列に対する softmax を TypeScript だけで書いてください。1000 のような**大きな**スコアでも NaN になってはいけません。",
    },
    hints: [
      { en: "Powers of e, divided by their sum.", ja: "e のべき乗を、その合計で割ります。" },
      {
        en: "Subtracting the same number from all scores changes nothing in the result.",
        ja: "すべてのスコアから同じ数を引いても結果は変わりません。",
      },
      {
        en: "Subtract the largest first: then no power is above 1.",
        ja: "最初に最大値を引けば、べき乗は 1 を超えません。",
      },
    ],
    solution: () => (scores) => {
      const largest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - largest));
      const sum = powers.reduce((all, power) => all + power, 0);
      return powers.map((power) => power / sum);
    },
    check: (answer) =>
      behaves(
        answer,
        [[0, 0], [1, 2, 3], [1000, 1001], [-1000, -999, -1000]].map((scores) => ({
          args: [scores],
          gives: softmax(scores),
        })),
        { tolerance: 1e-6 },
      ), // prettier-ignore
    mistakes: [
      {
        answer: () => (scores) =>
          scores.map((s) => Math.exp(s) / scores.reduce((sum, t) => sum + Math.exp(t), 0)),
        state: "wrong",
      },
      {
        answer: () => (scores) => scores.map((s) => s / scores.reduce((sum, t) => sum + t, 0)),
        state: "wrong",
      },
      { answer: () => (scores) => scores.map((s) => Math.exp(s - Math.max(...scores))), state: "wrong" },
    ],
  }),

  "14.3": choose({
    title: { en: "Without the mask", ja: "マスクがないと" },
    task: {
      en: "Somebody forgets `useCausalMask: true`. The training loss falls nearly to 0 within an epoch. Why, and what does the model write?",
      ja: "`useCausalMask: true` を付け忘れると、訓練損失は 1 エポックでほぼ 0 になります。なぜでしょうか。また、どんな文章を書くでしょうか。",
    },
    hints: [
      {
        en: "What is at position t + 1 of the input, and what is the target at position t?",
        ja: "入力の位置 t + 1 には何があり、位置 t の正解は何でしたか。",
      },
      {
        en: "Without a mask each position may look at all others, later ones too.",
        ja: "マスクがなければ、どの位置からも後ろの位置が見えます。",
      },
      {
        en: "When it writes, there is no later character to copy.",
        ja: "文章を生成するとき、写すべき後ろの文字はありません。",
      },
    ],
    choices: {
      A: {
        text: {
          en: "It has become a better model; it writes well",
          ja: "より良いモデルになり、うまく書ける",
        },
        because: {
          en: "The loss measures copying here, not knowing.",
          ja: "ここでの損失は、知識ではなく書き写しを測っています。",
        },
      },
      B: {
        text: { en: "It overfits; it writes the book by heart", ja: "過学習して本を暗唱する" },
        because: {
          en: "The validation loss falls to 0, too, on text that it has never seen: that is no learning by heart.",
          ja: "見たことのない文章の検証損失も 0 になるので、暗記ではありません。",
        },
      },
      C: {
        text: { en: "The learning rate is too large; it writes noise", ja: "学習率が大きすぎて雑音を書く" },
        because: {
          en: "Then the loss would jump, not fall to 0.",
          ja: "それなら損失は 0 に近づかず、振動するはずです。",
        },
      },
      D: {
        text: {
          en: "It copies the next character from the input; it writes nonsense",
          ja: "次の文字を入力から写しているだけで、でたらめを書く",
        },
        because: {
          en: "The answer stands in the input, one place to the right. When it writes, that place is empty, and it has learned nothing else.",
          ja: "正解は入力の 1 つ右にあります。生成時にはそこが空で、ほかに何も学んでいません。",
        },
      },
    },
    answer: "D",
  }),

  "14.4": define<(probabilities: readonly number[], temperature: number) => readonly number[]>({
    title: { en: "Temperature", ja: "温度" },
    task: {
      en: "Write the probabilities after a *temperature*: each **to the power of 1 / temperature**, then divided by their sum. Below 1 it dares less, above 1 more.",
      ja: "*温度*を適用した確率を求める関数を書いてください。各確率を **1 / 温度 乗**し、合計で割ります。1 未満では慎重に、1 を超えると大胆になります。",
    },
    hints: [
      { en: "`p ** (1 / temperature)` for each.", ja: "それぞれ `p ** (1 / temperature)` を計算します。" },
      { en: "Then they no longer add up to 1.", ja: "そのままでは合計が 1 になりません。" },
      { en: "Divide each by the sum of all powers.", ja: "すべてのべき乗の合計で割ります。" },
    ],
    solution: () => (probabilities, temperature) => {
      const powers = probabilities.map((p) => p ** (1 / temperature));
      const sum = powers.reduce((all, power) => all + power, 0);
      return powers.map((power) => power / sum);
    },
    check: (answer) =>
      behaves(answer, [
        { args: [[0.5, 0.3, 0.2], 1], gives: [0.5, 0.3, 0.2] },
        { args: [[0.8, 0.2], 0.5], gives: [0.64 / 0.68, 0.04 / 0.68] },
        { args: [[0.64, 0.36], 2], gives: [0.8 / 1.4, 0.6 / 1.4] },
      ]),
    mistakes: [
      { answer: () => (all, temperature) => all.map((p) => p ** (1 / temperature)), state: "wrong" },
      {
        answer: () => (all, t) => all.map((p) => p ** t / all.reduce((sum, q) => sum + q ** t, 0)),
        state: "wrong",
      },
      {
        answer: () => (all, t) => all.map((p) => p / t / all.reduce((sum, q) => sum + q / t, 0)),
        state: "wrong",
      },
    ],
  }),
};
