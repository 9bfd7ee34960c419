import type { LayersModel, Tensor } from "@tensorflow/tfjs";
import { tf } from "../../tfjs/native.js";
import { behaves, near } from "../compare.js";
import { choose, define } from "../define.js";
import { all, nearly, right, wrong } from "../verdict.js";

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

export const andGate = {
  "01.1": define<number>({
    title: { en: "Read a neuron", ja: "ニューロンを読む" },
    task: {
      en: "A neuron has the weights 4 and 3 and the bias −5. What does it answer for the inputs 1 and 1, after the sigmoid? Give the number.",
      ja: "重みが 4 と 3、バイアスが −5 のニューロンがあります。入力が 1 と 1 のとき、シグモイド関数を通した出力はいくつですか。数値で答えてください。",
    },
    hints: [
      { en: "First the sum, then the sigmoid.", ja: "まず和を求め、次にシグモイド関数に通します。" },
      { en: "The sum is 4·1 + 3·1 − 5.", ja: "和は 4·1 + 3·1 − 5 です。" },
      {
        en: "The sigmoid of z is 1 / (1 + Math.exp(-z)).",
        ja: "z のシグモイドは 1 / (1 + Math.exp(-z)) です。",
      },
    ],
    solution: () => 1 / (1 + Math.exp(-(4 * 1 + 3 * 1 - 5))),
    check: (answer) => near(answer, sigmoid(2)),
    mistakes: [
      {
        answer: () => 2,
        state: "wrong",
        says: {
          en: "That is the sum; the sigmoid is still missing.",
          ja: "それは和です。シグモイド関数がまだ適用されていません。",
        },
      },
      {
        answer: () => 1 / (1 + Math.exp(2)),
        state: "wrong",
        says: {
          en: "That is the sigmoid of −2: look at the sign in the exponent.",
          ja: "それは −2 のシグモイドです。指数の符号を確認してください。",
        },
      },
      {
        answer: () => 1,
        state: "wrong",
        says: {
          en: "It would be 1 after the threshold of 0.5. Before it, it is a probability.",
          ja: "0.5 のしきい値を適用した後なら 1 です。その前の値は確率です。",
        },
      },
    ],
  }),

  "01.2": define<(z: number) => number>({
    title: { en: "Write the sigmoid", ja: "シグモイド関数を書く" },
    task: {
      en: "Write the sigmoid as a function of one number, in plain TypeScript.",
      ja: "シグモイド関数を、数値を 1 つ受け取る関数として TypeScript だけで書いてください。",
    },
    hints: [
      {
        en: "At 0 it gives 0.5; far to the right nearly 1, far to the left nearly 0.",
        ja: "0 では 0.5、右に行くほど 1 に、左に行くほど 0 に近づきます。",
      },
      {
        en: "`Math.exp(-z)` is large on the left and small on the right.",
        ja: "`Math.exp(-z)` は左側で大きく、右側で小さくなります。",
      },
      { en: "One divided by (one plus that).", ja: "1 を（1 + その値）で割ります。" },
    ],
    solution: () => (z) => 1 / (1 + Math.exp(-z)),
    check: (answer) =>
      behaves(
        answer,
        [0, 2, -2, 30, 800].map((z) => ({ args: [z], gives: sigmoid(z) })),
        { tolerance: 1e-6 },
      ),
    mistakes: [
      { answer: () => (z) => 1 / (1 + Math.exp(z)), state: "wrong" },
      { answer: () => (z) => 1 / 1 + Math.exp(-z), state: "wrong" },
      { answer: () => (z) => Math.tanh(z), state: "wrong" },
      // NaN far to the right: exp gives Infinity.
      { answer: () => (z) => Math.exp(z) / (1 + Math.exp(z)), state: "wrong" },
    ],
  }),

  "01.3": choose({
    title: { en: "Which gate is too hard?", ja: "難しすぎるゲートはどれ？" },
    task: {
      en: "One neuron draws one straight line. Which of these gates can it **not** learn, however long it trains?",
      ja: "1 つのニューロンが引けるのは 1 本の直線です。どれだけ学習しても**学習できない**ゲートはどれですか。",
    },
    hints: [
      {
        en: "Draw the square with its four corners and mark those that answer 1.",
        ja: "四つの角をもつ正方形を描き、1 を返す角に印を付けてみてください。",
      },
      {
        en: "For AND one corner is on the other side of the line. Look for the gate where no line does.",
        ja: "AND では 1 つの角だけが直線の反対側にあります。どの直線でも分けられないゲートを探しましょう。",
      },
      {
        en: "Look at where the ones lie: side by side, or across from each other?",
        ja: "1 を返す角は隣り合っていますか。それとも対角にありますか。",
      },
    ],
    choices: {
      A: {
        text: { en: "OR: 0 1 1 1", ja: "OR: 0 1 1 1" },
        because: {
          en: "OR is AND seen from the other corner: a line cuts off 00.",
          ja: "OR は AND を反対の角から見たものです。直線で 00 を切り離せます。",
        },
      },
      B: {
        text: { en: "XOR: 0 1 1 0", ja: "XOR: 0 1 1 0" },
        because: {
          en: "The ones lie across from each other. Any line that has both on one side has a zero there, too. It takes a second layer.",
          ja: "1 が対角にあります。両方を同じ側に置く直線では、0 の角も同じ側に入ってしまいます。2 層目が必要です。",
        },
      },
      C: {
        text: { en: "NAND: 1 1 1 0", ja: "NAND: 1 1 1 0" },
        because: {
          en: "NAND is AND with the two sides swapped: the same line, all signs turned.",
          ja: "NAND は AND の両側を入れ替えたものです。同じ直線で符号を反転すれば済みます。",
        },
      },
      D: {
        text: { en: "“The second input”: 0 1 0 1", ja: "「2 番目の入力」: 0 1 0 1" },
        because: {
          en: "A line that lies level does it: the weight of the first input is 0.",
          ja: "水平な直線で分けられます。1 番目の入力の重みを 0 にします。",
        },
      },
    },
    answer: "B",
  }),

  "01.4": define<(w: number, x: number, y: number, rate: number) => number>({
    title: { en: "One step by hand", ja: "手計算で 1 ステップ" },
    task: {
      en: "A neuron without bias answers `sigmoid(w · x)`. For binary cross-entropy, the slope of the loss in `w` is `(answer − y) · x`. Write a function that gives the new `w` after **one step of gradient descent** with a learning rate.",
      ja: "バイアスのないニューロンの出力は `sigmoid(w · x)` です。二値交差エントロピーの `w` についての勾配は `(出力 − y) · x` になります。学習率を使って**勾配降下法を 1 ステップ**行った後の新しい `w` を返す関数を書いてください。",
    },
    hints: [
      {
        en: "Downhill is against the slope: subtract.",
        ja: "坂を下るには勾配と逆向きに進みます。引き算です。",
      },
      { en: "How far: the learning rate times the slope.", ja: "進む距離は学習率 × 勾配です。" },
      {
        en: "`w - rate * (sigmoid(w * x) - y) * x`, with the sigmoid written out.",
        ja: "`w - rate * (sigmoid(w * x) - y) * x` です。sigmoid は式で書きます。",
      },
    ],
    solution: () => (w, x, y, rate) => w - rate * (1 / (1 + Math.exp(-w * x)) - y) * x,
    check: (answer) =>
      behaves(
        answer,
        [[0, 1, 1, 0.1], [0, 1, 0, 0.1], [2, -1, 1, 1], [1, 0, 1, 0.5]].map(([w, x, y, rate]) => ({
          args: [w, x, y, rate],
          gives: w! - rate! * (sigmoid(w! * x!) - y!) * x!,
        })),
        { tolerance: 1e-6 },
      ), // prettier-ignore
    mistakes: [
      { answer: () => (w, x, y, rate) => w + rate * (sigmoid(w * x) - y) * x, state: "wrong" },
      { answer: () => (w, x, y) => w - (sigmoid(w * x) - y) * x, state: "wrong" },
      { answer: () => (w, x, y, rate) => w - rate * (sigmoid(w * x) - y), state: "wrong" },
      { answer: () => (w, x, y, rate) => -rate * (sigmoid(w * x) - y) * x, state: "wrong" },
    ],
  }),

  "01.5": define<LayersModel>({
    title: { en: "Learn XOR", ja: "XOR を学習する" },
    task: {
      en: "Build and train a model that answers `0 1 1 0` for the cases 00, 01, 10, 11, and give the model. Expect a few hundred epochs.",
      ja: "00, 01, 10, 11 に対して `0 1 1 0` と答えるモデルを作って学習させ、そのモデルを渡してください。数百エポックほどかかります。",
    },
    hints: [
      {
        en: "It takes a hidden layer; start from `twoLayers`.",
        ja: "隠れ層が必要です。`twoLayers` から始めましょう。",
      },
      {
        en: "Two layers without an activation between them are one layer. Use tanh or relu.",
        ja: "間に活性化関数のない 2 層は 1 層と同じです。tanh か relu を使います。",
      },
      {
        en: "Adam with a learning rate of 0.05 and 300 epochs of batch 4 are plenty.",
        ja: "学習率 0.05 の Adam、バッチサイズ 4、300 エポックで十分です。",
      },
    ],
    solution: async () => {
      const hidden = tf.layers.dense({ units: 10, activation: "tanh", inputShape: [2] });
      const answer = tf.layers.dense({ units: 1, activation: "sigmoid" });
      const model = tf.sequential({ layers: [hidden, answer] });
      model.compile({ loss: "binaryCrossentropy", optimizer: tf.train.adam(0.05) });
      const x = tf.tensor2d([[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
      const y = tf.tensor2d([[0], [1], [1], [0]]);
      await model.fit(x, y, { batchSize: 4, epochs: 300, verbose: 0 });
      tf.dispose([x, y]);
      return model;
    },
    check: (answer) => answersOf(answer, [0, 1, 1, 0]),
    mistakes: [
      { answer: () => oneNeuron([0, 0], -1), state: "wrong" },
      { answer: () => oneNeuron([1, 1], -1.5), state: "wrong" },
      { answer: () => oneNeuron([1, 1], -0.5), state: "nearly" },
      { answer: () => oneNeuron([1, 1, 1], -1), state: "wrong" },
    ],
  }),
};

/** Whether a model's answers for the four cases, above 0.5 or not, are those expected. */
function answersOf(model: LayersModel, expected: readonly number[]) {
  const inputs = model?.inputs?.[0]?.shape;
  if (inputs?.length !== 2 || inputs[1] !== 2)
    return wrong({
      en: "Expected a model whose input has the shape [samples, 2].",
      ja: "入力の形状が [サンプル数, 2] のモデルが必要です。",
    });
  const cases = tf.tensor2d([[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
  const answers = Array.from((model.predict(cases) as Tensor).dataSync(), (p) => Number(p > 0.5));
  const count = answers.filter((each, i) => each === expected[i]).length;
  const values = { answers: answers.join(" "), expected: expected.join(" ") };
  return all(
    () =>
      answers.length === 4
        ? right
        : wrong({ en: "Expected one answer for each case.", ja: "各ケースにつき出力は 1 つです。" }),
    () =>
      count === 4
        ? right
        : count === 3
          ? nearly(
              {
                en: "It answers {answers}; one case is still wrong. Has it trained for long enough?",
                ja: "出力は {answers} です。あと 1 つだけ違います。学習は十分でしたか。",
              },
              values,
            )
          : wrong({ en: "It answers {answers}.", ja: "出力は {answers} です。" }, values),
  );
}

function oneNeuron(weights: readonly number[], bias: number): LayersModel {
  const layer = tf.layers.dense({ units: 1, activation: "sigmoid", inputShape: [weights.length] });
  const model = tf.sequential({ layers: [layer] });
  const values = [tf.tensor2d([...weights], [weights.length, 1]), tf.tensor1d([bias])];
  model.setWeights(values);
  tf.dispose(values);
  return model;
}
