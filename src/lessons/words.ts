import type { Text } from "./language.js";

/** What checks and cards say, whatever the exercise. */
export const words = {
  aNumber: {
    en: "Expected a number, but got {arrived}.",
    ja: "数値が必要ですが、{arrived} が渡されました。",
  },
  numbers: {
    en: "Expected numbers of shape {shape}, but got {arrived}.",
    ja: "形状 {shape} の数値が必要ですが、{arrived} が渡されました。",
  },
  aFunction: {
    en: "Expected a function, but got {arrived}.",
    ja: "関数が必要ですが、{arrived} が渡されました。",
  },
  otherSize: {
    en: "The shape is {arrived}; expected {shape}.",
    ja: "形状が {arrived} です。正しい形状は {shape} です。",
  },
  shape: {
    en: "The numbers are right, the shape is not: it is {arrived}; expected {shape}.",
    ja: "数値は正しいのですが、形状が {arrived} です。正しい形状は {shape} です。",
  },
  dtype: {
    en: "The numbers are right, their type is not: it is {arrived}; expected {dtype}.",
    ja: "数値は正しいのですが、データ型が {arrived} です。正しいデータ型は {dtype} です。",
  },
  notFinite: { en: "There is a {value} among the numbers.", ja: "数値の中に {value} があります。" },
  tolerance: {
    en: "Close, but not within the tolerance of {tolerance}. Has something been rounded?",
    ja: "近い値ですが、許容誤差 {tolerance} を超えています。途中で丸めていませんか。",
  },
  sign: { en: "The sign is the other way round.", ja: "符号が逆です。" },
  range: {
    en: "All is {factor} times what was expected: the range is off.",
    ja: "値が正解の {factor} 倍になっています。値の範囲を確認してください。",
  },
  otherNumber: { en: "That is another number.", ja: "値が違います。" },
  otherValue: {
    en: "The first number that differs is at {position}.",
    ja: "最初に値が異なる位置は {position} です。",
  },
  threw: { en: "For {call} it throws: {message}", ja: "{call} に対して例外が発生しました: {message}" },
  ofCase: {
    en: "For {call} it gives {gave}; expected {expected}. {why}",
    ja: "{call} に対する結果は {gave} ですが、期待される結果は {expected} です。{why}",
  },
  ofShape: { en: "of shape {shape}", ja: "（形状 {shape}）" },
  exercise: { en: "Exercise {id}", ja: "演習 {id}" },
  right: { en: "Right", ja: "正解です" },
  nearly: { en: "Nearly", ja: "惜しいです" },
  wrong: { en: "Not yet", ja: "まだ違います" },
  todo: {
    en: "Write your answer in place of `todo`, and run the cell again.",
    ja: "`todo` の代わりに答えを書き、セルをもう一度実行してください。",
  },
  unanswered: { en: "To do", ja: "未回答" },
  hint: { en: "Hint {number} of 3", ja: "ヒント {number} / 3" },
  moreHints: {
    en: 'Once more `hint("{id}")` shows the next one.',
    ja: 'もう一度 `hint("{id}")` を実行すると、次のヒントが表示されます。',
  },
  noMoreHints: {
    en: 'That is all; `solution("{id}")` shows a solution.',
    ja: 'ヒントは以上です。`solution("{id}")` で解答例を見られます。',
  },
  solution: { en: "A solution of {id}", ja: "演習 {id} の解答例" },
  howTo: {
    en: 'Answer by `check("{id}", …)`; `hint("{id}")` helps.',
    ja: '`check("{id}", …)` で答えます。困ったときは `hint("{id}")` を使ってください。',
  },
  howToChoose: {
    en: 'Answer by `check("{id}", "A")`. Or open one to see what speaks for or against it:',
    ja: '`check("{id}", "A")` のように答えます。選択肢を開くと説明を読めます。',
  },
  oneOf: {
    en: "Expected one of {names}, but got {arrived}.",
    ja: "{names} のいずれかが必要ですが、{arrived} が渡されました。",
  },
  noExercise: {
    en: "There is no exercise {id}. Lesson {lesson} has {names}.",
    ja: "演習 {id} はありません。レッスン {lesson} には {names} があります。",
  },
  notKept: {
    en: "Your progress could not be written: {message}",
    ja: "進捗を保存できませんでした: {message}",
  },
  lesson: { en: "lesson", ja: "レッスン" },
  exercises: { en: "exercises", ja: "演習" },
  solved: { en: "solved", ja: "正解" },
  solvedOf: { en: "{right} of {all}", ja: "{all} 問中 {right} 問" },
  next: { en: "next", ja: "次の演習" },
} satisfies Record<string, Text>;
