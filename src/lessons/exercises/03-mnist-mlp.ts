import { behaves, near } from "../compare.js";
import { choose, define } from "../define.js";

export const mnistMlp = {
  "03.1": define<number>({
    title: { en: "Count parameters", ja: "パラメータを数える" },
    task: {
      en: "How many parameters has a dense layer with **64** units on an input of 784 numbers? Give the number.",
      ja: "入力が 784 個の数値、ユニット数が **64** の全結合層にはパラメータがいくつありますか。",
    },
    hints: [
      { en: "Each unit has a weight for each input.", ja: "各ユニットは入力ごとに重みを 1 つ持ちます。" },
      { en: "And one bias each.", ja: "さらに各ユニットにバイアスが 1 つあります。" },
      { en: "(784 + 1) · 64", ja: "(784 + 1) · 64 です。" },
    ],
    solution: () => (784 + 1) * 64,
    check: (answer) => near(answer, 50_240, { tolerance: 1e-9 }),
    mistakes: [
      {
        answer: () => 784 * 64,
        state: "nearly",
        says: { en: "The biases are missing.", ja: "バイアスが数えられていません。" },
      },
      {
        answer: () => 784 + 64,
        state: "wrong",
        says: {
          en: "Every unit has weights of its own: multiply.",
          ja: "重みはユニットごとにあります。掛け算です。",
        },
      },
      {
        answer: () => (64 + 1) * 784,
        state: "wrong",
        says: {
          en: "The bias belongs to the units, not to the inputs.",
          ja: "バイアスは入力ではなくユニットに付きます。",
        },
      },
    ],
  }),

  "03.2": define<(label: number, classes: number) => readonly number[]>({
    title: { en: "One-hot by hand", ja: "one-hot を自分で書く" },
    task: {
      en: "Write a function that makes a label one-hot: `(2, 4)` gives `[0, 0, 1, 0]`.",
      ja: "ラベルを one-hot にする関数を書いてください。`(2, 4)` なら `[0, 0, 1, 0]` を返します。",
    },
    hints: [
      {
        en: "As many numbers as there are classes, all 0 but one.",
        ja: "クラスの数だけ数値があり、1 つを除いてすべて 0 です。",
      },
      {
        en: "`Array.from({ length: classes }, (_, index) => …)`",
        ja: "`Array.from({ length: classes }, (_, index) => …)` を使います。",
      },
      {
        en: "1 where the index is the label, else 0.",
        ja: "インデックスがラベルと等しいところだけ 1 にします。",
      },
    ],
    solution: () => (label, classes) =>
      Array.from({ length: classes }, (_, index) => (index === label ? 1 : 0)),
    check: (answer) =>
      behaves(answer, [
        { args: [2, 4], gives: [0, 0, 1, 0] },
        { args: [0, 3], gives: [1, 0, 0] },
        { args: [9, 10], gives: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
      ]),
    mistakes: [
      {
        answer: () => (label, classes) =>
          Array.from({ length: classes }, (_, i) => (i + 1 === label ? 1 : 0)),
        state: "wrong",
      },
      { answer: () => (label) => [label], state: "wrong" },
      {
        answer: () => (label, classes) =>
          Array.from({ length: classes + 1 }, (_, i) => (i === label ? 1 : 0)),
        state: "wrong",
      },
    ],
  }),

  "03.3": choose({
    title: { en: "Which curve is it?", ja: "どの曲線でしょう" },
    task: {
      en: "You train without dropout for 50 epochs instead of 20. What do you expect of the two **loss** curves?",
      ja: "ドロップアウトなしで、20 ではなく 50 エポック学習します。2 本の**損失**の曲線はどうなると思いますか。",
    },
    hints: [
      {
        en: "What stops the network from learning its 54,000 images by heart?",
        ja: "ネットワークが 54,000 枚の画像を暗記するのを妨げるものは何でしょう。",
      },
      {
        en: "The training loss knows only the images that it trains on.",
        ja: "訓練損失は学習に使った画像だけで計算されます。",
      },
      {
        en: "A model that is sure of itself and wrong has a large loss.",
        ja: "自信をもって間違えるモデルの損失は大きくなります。",
      },
    ],
    choices: {
      A: {
        text: { en: "Both fall all the way", ja: "どちらも下がり続ける" },
        because: {
          en: "That would be learning without end. 669,706 parameters have room for every training image.",
          ja: "それでは際限なく学習することになります。669,706 個のパラメータは訓練画像を丸ごと覚えられます。",
        },
      },
      B: {
        text: {
          en: "Training falls towards 0, validation rises again",
          ja: "訓練は 0 に近づき、検証は再び上がる",
        },
        because: {
          en: "It learns the training images by heart and becomes ever surer, of its mistakes, too. That is overfitting.",
          ja: "訓練画像を暗記し、間違いにもますます自信をもつようになります。これが過学習です。",
        },
      },
      C: {
        text: { en: "Both rise", ja: "どちらも上がる" },
        because: {
          en: "The training loss is what the optimizer makes smaller. It rises only where the learning rate is too large.",
          ja: "訓練損失は最適化が小さくする対象です。上がるのは学習率が大きすぎるときだけです。",
        },
      },
      D: {
        text: { en: "Training rises, validation falls", ja: "訓練は上がり、検証は下がる" },
        because: { en: "The other way round.", ja: "逆です。" },
      },
    },
    answer: "B",
  }),

  "03.4": define<(probabilities: readonly (readonly number[])[], labels: readonly number[]) => number>({
    title: { en: "Accuracy", ja: "正解率" },
    task: {
      en: "Write accuracy: the **share** of rows whose largest probability stands where the label says. `([[0.1, 0.9], [0.8, 0.2]], [1, 1])` gives 0.5.",
      ja: "正解率、つまり最大の確率がラベルの位置にある行の**割合**を求める関数を書いてください。`([[0.1, 0.9], [0.8, 0.2]], [1, 1])` なら 0.5 です。",
    },
    hints: [
      {
        en: "`argMax`: the index of the largest number of a row.",
        ja: "`argMax`、つまり行の最大値のインデックスを求めます。",
      },
      { en: "`row.indexOf(Math.max(...row))`", ja: "`row.indexOf(Math.max(...row))` です。" },
      {
        en: "Count the rows where it equals the label, and divide by the number of rows.",
        ja: "ラベルと等しい行を数え、行数で割ります。",
      },
    ],
    solution: () => (probabilities, labels) =>
      probabilities.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length / labels.length,
    check: (answer) =>
      behaves(answer, [
        { args: [[[0.1, 0.9], [0.8, 0.2]], [1, 1]], gives: 0.5 },
        { args: [[[0.2, 0.3, 0.5]], [2]], gives: 1 },
        { args: [[[0.4, 0.3, 0.3], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]], [0, 1, 2, 0]], gives: 0.75 },
      ]), // prettier-ignore
    mistakes: [
      {
        answer: () => (all, labels) =>
          all.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length,
        state: "wrong",
      },
      {
        answer: () => (all, labels) => all.filter((row, i) => row[labels[i]!]! > 0.5).length / labels.length,
        state: "wrong",
      },
      {
        answer: () => (all, labels) =>
          (100 * all.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length) / labels.length,
        state: "nearly",
      },
    ],
  }),
};
