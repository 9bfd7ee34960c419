import { behaves, near } from "../compare.js";
import { choose, define } from "../define.js";

export const fromScratch = {
  "13.1": define<number>({
    title: { en: "A slope by hand", ja: "手計算で傾きを求める" },
    task: {
      en: "For `y = a · a · b` with a = 3 and b = 4: what is the slope of y in **a**? Give the number.",
      ja: "`y = a · a · b`（a = 3、b = 4）の **a** についての傾きはいくつですか。数値で答えてください。",
    },
    hints: [
      {
        en: "`a` is used twice: both uses hand something on.",
        ja: "`a` は 2 回使われています。それぞれから勾配が伝わります。",
      },
      {
        en: "Each use of `a` counts what it is multiplied by: a · b.",
        ja: "`a` の 1 回ごとの寄与は、掛けられている相手の a · b です。",
      },
      { en: "2 · a · b.", ja: "2 · a · b です。" },
    ],
    solution: () => 2 * 3 * 4,
    check: (answer) => near(answer, 24),
    mistakes: [
      {
        answer: () => 12,
        state: "wrong",
        says: {
          en: "That is what one use of `a` hands on. It is used twice, and gradients add up.",
          ja: "それは `a` の 1 回分の寄与です。2 回使われているので、勾配は足し合わされます。",
        },
      },
      {
        answer: () => 9,
        state: "wrong",
        says: { en: "That is the slope in b.", ja: "それは b についての傾きです。" },
      },
      {
        answer: () => 36,
        state: "wrong",
        says: { en: "That is y itself, not its slope.", ja: "それは傾きではなく y の値です。" },
      },
    ],
  }),

  "13.2": define<(x: number) => number>({
    title: { en: "The rule of relu", ja: "relu の規則" },
    task: {
      en: "`relu(x)` is x above 0, and 0 below. Write the function that gives its **slope** at x, as `handOn` would need it. At 0 take 0, as TensorFlow does.",
      ja: "`relu(x)` は x が正なら x、負なら 0 です。`handOn` で使う**傾き**を返す関数を書いてください。x = 0 では TensorFlow と同じく 0 とします。",
    },
    hints: [
      {
        en: "Draw it: two straight pieces, each with one slope.",
        ja: "グラフを描いてみましょう。2 本の直線からなり、傾きはそれぞれ一定です。",
      },
      {
        en: "On the right it goes up by as much as x does, on the left it stays.",
        ja: "右側では x と同じだけ増え、左側では変わりません。",
      },
      { en: "1 if x > 0, else 0.", ja: "x > 0 なら 1、そうでなければ 0 です。" },
    ],
    solution: () => (x) => (x > 0 ? 1 : 0),
    check: (answer) =>
      behaves(
        answer,
        [2, -3, 0.1, 0].map((x) => ({ args: [x], gives: x > 0 ? 1 : 0 })),
      ),
    mistakes: [
      { answer: () => (x) => Math.max(0, x), state: "wrong" },
      { answer: () => (x) => (x >= 0 ? 1 : 0), state: "wrong" },
      { answer: () => (x) => Math.sign(x), state: "wrong" },
    ],
  }),

  "13.3": choose({
    title: { en: "A forgotten line", ja: "忘れられた 1 行" },
    task: {
      en: "Somebody leaves out the line that sets the gradients back to 0 before each step. What happens?",
      ja: "各ステップの前に勾配を 0 に戻す行を忘れると、どうなりますか。",
    },
    hints: [
      { en: "Look at `+=` in the rules.", ja: "規則の中の `+=` に注目しましょう。" },
      {
        en: "What is in `grad` in the second step before `backward` is called?",
        ja: "2 ステップ目、`backward` を呼ぶ前の `grad` には何が入っていますか。",
      },
      {
        en: "The sum of all gradients so far is used. Compare its size with one gradient.",
        ja: "これまでの勾配の合計が使われます。1 回分の勾配と大きさを比べてみましょう。",
      },
    ],
    choices: {
      A: {
        text: { en: "An error: the graph has a circle", ja: "グラフに循環ができてエラーになる" },
        because: {
          en: "The graph is made anew in each step; only the parameters live on. Nothing notices.",
          ja: "グラフは毎回作り直され、残るのはパラメータだけです。エラーにはなりません。",
        },
      },
      B: {
        text: { en: "Nothing: the gradients are computed anew", ja: "勾配は計算し直されるので何も起きない" },
        because: {
          en: "They are computed anew, but added to what is there: `+=`.",
          ja: "計算はし直されますが、`+=` によって残っている値に足されます。",
        },
      },
      C: {
        text: {
          en: "Old gradients count on: steps grow, and it overshoots",
          ja: "古い勾配が残り、歩幅が大きくなって行き過ぎる",
        },
        because: {
          en: "Each step uses the sum of all gradients so far. Like a ball that never slows down, it runs over the valley.",
          ja: "毎回、これまでの勾配の合計が使われます。減速しないボールのように谷を通り過ぎてしまいます。",
        },
      },
      D: {
        text: { en: "It learns more slowly, but safely", ja: "学習は遅くなるが安定する" },
        because: {
          en: "The other way round: the sums are larger than the single gradients.",
          ja: "逆です。合計は 1 回分の勾配より大きくなります。",
        },
      },
    },
    answer: "C",
  }),

  "13.4": define<(f: (x: number) => number, x: number) => number>({
    title: { en: "A slope without rules", ja: "規則を使わずに傾きを求める" },
    task: {
      en: "Write `slope(f, x)`: the slope of **any** function at x, by moving x a little to both sides. It has to be right to 4 digits.",
      ja: "**任意の**関数の x における傾きを、x を両側に少し動かして求める `slope(f, x)` を書いてください。4 桁の精度が必要です。",
    },
    hints: [
      {
        en: "How much f changes, divided by how much x has changed.",
        ja: "f の変化量を x の変化量で割ります。",
      },
      { en: "From x − h to x + h, x changes by 2 h.", ja: "x − h から x + h までの x の変化量は 2h です。" },
      {
        en: "`(f(x + h) - f(x - h)) / (2 * h)` with h = 1e-5.",
        ja: "h = 1e-5 として `(f(x + h) - f(x - h)) / (2 * h)` です。",
      },
    ],
    solution: () => (f, x) => {
      const h = 1e-5;
      return (f(x + h) - f(x - h)) / (2 * h);
    },
    check: (answer) =>
      behaves(
        answer,
        [
          { args: [(x: number) => x * x * x, 2], gives: 12, shown: "x³, 2" },
          { args: [Math.sin, 0], gives: 1, shown: "sin, 0" },
          { args: [Math.exp, 1], gives: Math.E, shown: "exp, 1" },
          { args: [(x: number) => -4 * x, -100], gives: -4, shown: "−4x, −100" },
        ],
        { tolerance: 1e-5 },
      ),
    mistakes: [
      { answer: () => (f, x) => (f(x + 1e-5) - f(x - 1e-5)) / 1e-5, state: "nearly" },
      { answer: () => (f, x) => f(x + 1e-5) - f(x - 1e-5), state: "wrong" },
      { answer: () => (f, x) => (f(x + 0.01) - f(x)) / 0.01, state: "wrong" },
      { answer: () => (f, x) => (f(x - 1e-5) - f(x + 1e-5)) / 2e-5, state: "nearly" },
    ],
  }),
};
