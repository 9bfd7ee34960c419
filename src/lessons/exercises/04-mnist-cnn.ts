import { behaves, near } from "../compare.js";
import { choose, define } from "../define.js";

const convolve = (
  image: readonly (readonly number[])[],
  kernel: readonly (readonly number[])[],
): number[][] => {
  const size = kernel.length;
  const places = image.length - size + 1;
  return Array.from({ length: places }, (_, r) =>
    Array.from({ length: image[0]!.length - size + 1 }, (__, c) =>
      kernel
        .flatMap((row, i) => row.map((weight, j) => weight * image[r + i]![c + j]!))
        .reduce((a, b) => a + b, 0),
    ),
  );
};

const stripes = [[0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 2], [0, 1, 0, 3]]; // prettier-ignore
const edge = [[1, -1], [1, -1]]; // prettier-ignore
const corner = [[1, 2, 3], [0, 0, 0], [0, 0, -1]]; // prettier-ignore

export const mnistCnn = {
  "04.1": define<number>({
    title: { en: "Count a convolution's parameters", ja: "畳み込み層のパラメータを数える" },
    task: {
      en: "How many parameters has a convolution with **64** filters of 3 × 3 on an image with **32** channels? Give the number.",
      ja: "チャンネル数 **32** の画像に対する、3 × 3 のフィルタ **64** 個の畳み込み層にはパラメータがいくつありますか。",
    },
    hints: [
      {
        en: "A filter looks at all channels of its window at once.",
        ja: "フィルタは窓の中のすべてのチャンネルを同時に見ます。",
      },
      {
        en: "One filter: 3 · 3 · 32 weights and a bias.",
        ja: "フィルタ 1 個につき、3 · 3 · 32 個の重みとバイアス 1 個です。",
      },
      { en: "(3 · 3 · 32 + 1) · 64", ja: "(3 · 3 · 32 + 1) · 64 です。" },
    ],
    solution: () => (3 * 3 * 32 + 1) * 64,
    check: (answer) => near(answer, 18_496, { tolerance: 1e-9 }),
    mistakes: [
      {
        answer: () => 3 * 3 * 64,
        state: "wrong",
        says: {
          en: "The channels are missing: each filter has 3 · 3 weights for each of them.",
          ja: "チャンネルが抜けています。フィルタはチャンネルごとに 3 · 3 個の重みを持ちます。",
        },
      },
      {
        answer: () => 3 * 3 * 32 * 64,
        state: "nearly",
        says: {
          en: "The biases are missing, one for each filter.",
          ja: "バイアスが抜けています。フィルタごとに 1 つあります。",
        },
      },
      {
        answer: () => (3 * 3 * 32 + 1) * 64 * 24 * 24,
        state: "wrong",
        says: {
          en: "The same weights serve every place of the image: that is the point of a convolution.",
          ja: "画像のどの位置でも同じ重みを使います。それが畳み込みの要点です。",
        },
      },
    ],
  }),

  "04.2": define<(size: number, kernel: number) => number>({
    title: { en: "How large is the result?", ja: "出力の大きさは？" },
    task: {
      en: "An image of `size` × `size` goes through a convolution with a kernel of `kernel` × `kernel`, without padding. Write the width of what comes out.",
      ja: "`size` × `size` の画像に `kernel` × `kernel` のカーネルの畳み込みをパディングなしで適用します。出力の幅を返す関数を書いてください。",
    },
    hints: [
      {
        en: "The window has to lie within the image. How many places are there?",
        ja: "窓は画像の中に収まらなければなりません。置ける位置はいくつありますか。",
      },
      { en: "With 28 and 3 there are 26.", ja: "28 と 3 なら 26 です。" },
      { en: "size − kernel + 1", ja: "size − kernel + 1 です。" },
    ],
    solution: () => (size, kernel) => size - kernel + 1,
    check: (answer) =>
      behaves(answer, [[28, 3, 26], [24, 5, 20], [7, 1, 7]].map(([size, kernel, gives]) => ({ args: [size, kernel], gives: gives! }))), // prettier-ignore
    mistakes: [
      { answer: () => (size, kernel) => size - kernel, state: "wrong" },
      { answer: () => (size) => size, state: "wrong" },
      { answer: () => (size, kernel) => Math.floor(size / kernel), state: "wrong" },
    ],
  }),

  "04.3": choose({
    title: { en: "Where do the parameters sit?", ja: "パラメータはどこにある？" },
    task: {
      en: "This CNN has 1,199,882 parameters, more than the MLP of lesson 03. Which change takes away most of them?",
      ja: "この CNN のパラメータは 1,199,882 個で、レッスン 03 の MLP より多くなっています。最も減らせる変更はどれですか。",
    },
    hints: [
      { en: "Look at the table of the summary, row by row.", ja: "summary の表を 1 行ずつ見てみましょう。" },
      { en: "The convolutions have 18,816 together.", ja: "畳み込み層は合わせて 18,816 個です。" },
      {
        en: "9216 · 128 is 1,179,648. How does one make 9216 smaller?",
        ja: "9216 · 128 は 1,179,648 です。9216 を小さくするには？",
      },
    ],
    choices: {
      A: {
        text: {
          en: "Half as many filters in the first convolution",
          ja: "最初の畳み込みのフィルタを半分にする",
        },
        because: {
          en: "That saves 160 of its own, and half of the second convolution's: 9,376 of 1.2 million.",
          ja: "自身の 160 個と 2 番目の畳み込みの半分、合わせて 120 万個のうち 9,376 個だけです。",
        },
      },
      B: {
        text: { en: "No dropout", ja: "ドロップアウトをなくす" },
        because: { en: "Dropout has no parameters.", ja: "ドロップアウトにパラメータはありません。" },
      },
      C: {
        text: {
          en: "Another max pooling before flatten",
          ja: "flatten の前に max pooling をもう 1 つ入れる",
        },
        because: {
          en: "6 · 6 · 64 = 2304 values instead of 9216 reach the dense layer: three quarters of 1.18 million go.",
          ja: "全結合層への入力が 9216 から 6 · 6 · 64 = 2304 に減り、118 万個の 4 分の 3 がなくなります。",
        },
      },
      D: {
        text: { en: "Kernels of 5 × 5 instead of 3 × 3", ja: "3 × 3 の代わりに 5 × 5 のカーネルにする" },
        because: {
          en: "The convolutions then have more. The image becomes smaller, too (20 instead of 24), so flatten gives 6400: some, but not most.",
          ja: "畳み込み層は増えます。画像が 24 から 20 に縮み flatten は 6400 になるので減りはしますが、最大ではありません。",
        },
      },
    },
    answer: "C",
  }),

  "04.4": define<
    (
      image: readonly (readonly number[])[],
      kernel: readonly (readonly number[])[],
    ) => readonly (readonly number[])[]
  >({
    title: { en: "Build a convolution", ja: "畳み込みを作る" },
    task: {
      en: "Write a convolution of one channel, without padding and without bias: put the kernel on each place of the image, multiply what lies on each other, and add. (As in all deep learning, nothing is flipped.)",
      ja: "1 チャンネルの畳み込みを、パディングもバイアスもなしで書いてください。画像の各位置にカーネルを重ね、対応する値を掛けて足し合わせます。（深層学習の慣習どおり、カーネルは反転しません。）",
    },
    hints: [
      {
        en: "Four loops: two over places of the image, two over the kernel.",
        ja: "ループは 4 つです。画像の位置に 2 つ、カーネルに 2 つ使います。",
      },
      {
        en: "There are image.length − kernel.length + 1 places in each direction.",
        ja: "各方向の位置の数は image.length − kernel.length + 1 です。",
      },
      {
        en: "The sum over i, j of `kernel[i][j] * image[r + i][c + j]`.",
        ja: "i, j についての `kernel[i][j] * image[r + i][c + j]` の和です。",
      },
    ],
    solution: () => (image, kernel) => {
      const places = (length: number, size: number) => Array.from({ length: length - size + 1 }, (_, i) => i);
      const at = (r: number, c: number) =>
        kernel.reduce(
          (sum, row, i) => row.reduce((part, weight, j) => part + weight * image[r + i]![c + j]!, sum),
          0,
        );
      return places(image.length, kernel.length).map((r) =>
        places(image[0]!.length, kernel[0]!.length).map((c) => at(r, c)),
      );
    },
    check: (answer) =>
      behaves(answer, [
        { args: [stripes, edge], gives: convolve(stripes, edge) },
        { args: [stripes, corner], gives: convolve(stripes, corner) },
        { args: [stripes, [[2]]], gives: convolve(stripes, [[2]]) },
      ]),
    mistakes: [
      {
        answer: () => (image, kernel) => convolve(image, kernel.map((row) => row.toReversed()).toReversed()),
        state: "wrong",
      },
      { answer: () => (image) => image, state: "wrong" },
      {
        answer: () => (image, kernel) =>
          convolve(image, kernel).map((row) => row.map((value) => value / kernel.length ** 2)),
        state: "nearly",
      },
      {
        answer: () => (image, kernel) => convolve(image, kernel).flat() as unknown as number[][],
        state: "nearly",
      },
    ],
  }),
};
