import { behaves, near } from "../compare.js";
import { choose, define } from "../define.js";

export const welcome = {
  "00.1": define<number>({
    title: { en: "Change a number", ja: "数値を変える" },
    task: {
      en: "Multiply the 2 × 3 matrix of this lesson by **10**, and give the sum of all its numbers.",
      ja: "このレッスンの 2 × 3 行列を **10** 倍し、すべての数値の合計を答えてください。",
    },
    hints: [
      { en: "`matrix.mul(10)` gives a new tensor.", ja: "`matrix.mul(10)` で新しいテンソルができます。" },
      { en: "`.sum()` adds up, `.print()` shows.", ja: "`.sum()` で合計し、`.print()` で表示します。" },
      { en: "1 + 2 + … + 6 is 21.", ja: "1 + 2 + … + 6 は 21 です。" },
    ],
    solution: () => 10 * (1 + 2 + 3 + 4 + 5 + 6),
    check: (answer) => near(answer, 210),
    mistakes: [
      {
        answer: () => 21,
        state: "wrong",
        says: { en: "That is the sum before multiplying by 10.", ja: "それは 10 倍する前の合計です。" },
      },
      {
        answer: () => 60,
        state: "wrong",
        says: {
          en: "That is the last number times 10, or the first sum of six tens. Add up all.",
          ja: "それは最後の数値の 10 倍です。すべてを足してください。",
        },
      },
      { answer: () => 81, state: "wrong" },
    ],
  }),

  "00.2": define<(values: readonly number[]) => number>({
    title: { en: "A function with types", ja: "型のある関数" },
    task: {
      en: "Write a function that gives the **mean** of a list of numbers.",
      ja: "数値の配列の**平均**を返す関数を書いてください。",
    },
    hints: [
      { en: "Add them up, and divide by how many there are.", ja: "合計して、個数で割ります。" },
      {
        en: "`values.reduce((sum, value) => sum + value, 0)`",
        ja: "`values.reduce((sum, value) => sum + value, 0)` で合計できます。",
      },
      { en: "Then `/ values.length`.", ja: "それを `/ values.length` で割ります。" },
    ],
    solution: () => (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
    check: (answer) =>
      behaves(answer, [[1, 2, 6], [5], [-1, 1, 0.5, 0.5]].map((values) => ({
        args: [values],
        gives: values.reduce((sum, value) => sum + value, 0) / values.length,
      }))), // prettier-ignore
    mistakes: [
      { answer: () => (values) => values.reduce((sum, value) => sum + value, 0), state: "wrong" },
      { answer: () => (values) => values[Math.floor(values.length / 2)]!, state: "wrong" },
      { answer: () => (values) => (Math.min(...values) + Math.max(...values)) / 2, state: "wrong" },
    ],
  }),

  "00.3": choose({
    title: { en: "A type error", ja: "型エラー" },
    task: {
      en: 'A cell says `const n: number = "7"; n + 1`. What do you see?',
      ja: 'セルに `const n: number = "7"; n + 1` と書きました。何が表示されますか。',
    },
    hints: [
      {
        en: "Types are checked while the cell runs, not before.",
        ja: "型はセルの実行前ではなく、実行と並行して検査されます。",
      },
      {
        en: "What is a text plus a number in JavaScript?",
        ja: "JavaScript で文字列と数値を足すとどうなりますか。",
      },
      { en: "Try it in a new cell.", ja: "新しいセルで試してみましょう。" },
    ],
    choices: {
      A: {
        text: { en: "An error, and nothing else", ja: "エラーだけ" },
        because: {
          en: "That is so only in strict mode: `%strict on`.",
          ja: "それは `%strict on` の厳格モードのときだけです。",
        },
      },
      B: {
        text: { en: "8", ja: "8" },
        because: {
          en: "Types do not change values: the text stays a text.",
          ja: "型は値を変えません。文字列は文字列のままです。",
        },
      },
      C: {
        text: { en: "'71', and a type error above it", ja: "'71' と、その上に型エラー" },
        because: {
          en: "The cell runs, as JavaScript does: text plus number is text. And TypeScript tells you why that is not what you meant.",
          ja: "セルは JavaScript として実行され、文字列 + 数値は文字列になります。TypeScript が食い違いを教えてくれます。",
        },
      },
      D: {
        text: { en: "NaN", ja: "NaN" },
        because: {
          en: 'That would be subtraction of what is no number: `"a" - 1`.',
          ja: 'それは `"a" - 1` のような数値でないものの引き算の結果です。',
        },
      },
    },
    answer: "C",
  }),

  "00.4": define<readonly (readonly number[])[]>({
    title: { en: "Make a picture", ja: "画像を作る" },
    task: {
      en: "A picture is numbers. Make a **chessboard** of 8 × 8: 0 in the upper left corner, 1 beside and below it, and so on. Look at it by `imageGrid`, then check it.",
      ja: "画像は数値です。左上が 0、その隣と下が 1 と交互に並ぶ 8 × 8 の**市松模様**を作ってください。`imageGrid` で眺めてから確認しましょう。",
    },
    hints: [
      {
        en: "`Array.from({ length: 8 }, (_, row) => …)` makes eight rows.",
        ja: "`Array.from({ length: 8 }, (_, row) => …)` で 8 行できます。",
      },
      { en: "Row plus column is even or odd.", ja: "行 + 列が偶数か奇数かで決まります。" },
      { en: "`(row + column) % 2`", ja: "`(row + column) % 2` です。" },
    ],
    solution: () =>
      Array.from({ length: 8 }, (_, row) => Array.from({ length: 8 }, (__, column) => (row + column) % 2)),
    check: (answer) => near(answer, board(8)),
    mistakes: [
      { answer: () => board(8).map((row) => row.map((value) => 255 * value)), state: "nearly" },
      { answer: () => board(8).map((row) => row.map((value) => 1 - value)), state: "wrong" },
      { answer: () => board(8).flat() as unknown as number[][], state: "nearly" },
      { answer: () => board(7), state: "wrong" },
    ],
  }),
};

function board(size: number): number[][] {
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => (row + column) % 2),
  );
}
