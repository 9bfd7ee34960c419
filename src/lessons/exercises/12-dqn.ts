import { behaves, near } from "../compare.js";
import { choose, define } from "../define.js";

export const dqn = {
  "12.1": define<number>({
    title: { en: "What is it worth?", ja: "価値を計算する" },
    task: {
      en: "The pole stands for three more steps, with a reward of 1 each, and then the episode ends. What is Q now, with γ = 0.9?",
      ja: "棒はあと 3 ステップ立ち続け（報酬は毎回 1）、その後エピソードが終わります。γ = 0.9 のとき、いまの Q はいくつですか。",
    },
    hints: [
      {
        en: "The first reward counts fully, the second γ times, the third γ² times.",
        ja: "最初の報酬はそのまま、2 番目は γ 倍、3 番目は γ² 倍で数えます。",
      },
      { en: "1 + γ + γ².", ja: "1 + γ + γ² です。" },
      { en: "1 + 0.9 + 0.81.", ja: "1 + 0.9 + 0.81 です。" },
    ],
    solution: () => 1 + 0.9 + 0.9 ** 2,
    check: (answer) => near(answer, 2.71),
    mistakes: [
      {
        answer: () => 3,
        state: "wrong",
        says: {
          en: "That is without γ: later rewards count less.",
          ja: "γ が考慮されていません。後の報酬ほど割り引かれます。",
        },
      },
      {
        answer: () => 10,
        state: "wrong",
        says: {
          en: "That would be for a pole that stands for ever: 1 / (1 − γ).",
          ja: "それは棒が永遠に立つ場合の 1 / (1 − γ) です。",
        },
      },
      { answer: () => 0.9 + 0.81 + 0.729, state: "wrong" },
    ],
  }),

  "12.2": define<(reward: number, gamma: number, next: readonly number[], terminated: boolean) => number>({
    title: { en: "The goal of Q-learning", ja: "Q 学習の目標値" },
    task: {
      en: "Write the goal that Q(state, action) moves to: from the reward, γ, the Q values of the next state, and whether the episode was **terminated**.",
      ja: "報酬、γ、次の状態の Q 値、エピソードが**終了**（terminated）したかどうかから、Q(状態, 行動) を近づける目標値を求める関数を書いてください。",
    },
    hints: [
      {
        en: "What is the best that can be done in the next state?",
        ja: "次の状態で取りうる最善の値はどれですか。",
      },
      {
        en: "After the end nothing comes: then it is the reward alone.",
        ja: "終了後には何もありません。そのときは報酬だけです。",
      },
      {
        en: "`reward + (terminated ? 0 : gamma * Math.max(...next))`",
        ja: "`reward + (terminated ? 0 : gamma * Math.max(...next))` です。",
      },
    ],
    solution: () => (reward, gamma, next, terminated) =>
      reward + (terminated ? 0 : gamma * Math.max(...next)),
    check: (answer) =>
      behaves(answer, [
        { args: [1, 0.9, [2, 5], false], gives: 5.5 },
        { args: [1, 0.9, [2, 5], true], gives: 1 },
        { args: [-1, 0.5, [-4, -2, -8], false], gives: -2 },
      ]),
    mistakes: [
      { answer: () => (reward, gamma, next) => reward + gamma * Math.max(...next), state: "wrong" },
      {
        answer: () => (_, gamma, next, terminated) => (terminated ? 0 : gamma * Math.max(...next)),
        state: "wrong",
      },
      {
        answer: () => (reward, gamma, next, end) => reward + (end ? 0 : gamma * (next[0]! + next[1]!)),
        state: "wrong",
      },
      {
        answer: () => (reward, gamma, next, end) => (reward + (end ? 0 : Math.max(...next))) * gamma,
        state: "wrong",
      },
    ],
  }),

  "12.3": choose({
    title: { en: "Time is up", ja: "時間切れのとき" },
    task: {
      en: "An episode is cut off after 500 steps, the pole stands upright. What is the goal for its last step?",
      ja: "棒が立ったまま 500 ステップで打ち切られました。最後のステップの目標値はどれですか。",
    },
    hints: [
      { en: "Would the pole have fallen in step 501?", ja: "501 ステップ目に棒は倒れたでしょうか。" },
      {
        en: "The agent does not see the clock: this state looks like any other upright one.",
        ja: "エージェントには時計が見えません。この状態は他の直立状態と区別できません。",
      },
      { en: "Truncated is not terminated.", ja: "打ち切り（truncated）は終了（terminated）ではありません。" },
    ],
    choices: {
      A: {
        text: { en: "The reward alone: nothing comes after", ja: "報酬だけ。その後は何もないから" },
        because: {
          en: "That says an upright pole is worth as little as a falling one, and the better the agent plays the more often it hears it.",
          ja: "それでは直立した棒が倒れる棒と同じ価値になり、上手になるほど誤った学習が増えます。",
        },
      },
      B: {
        text: {
          en: "Reward plus γ times the best Q of the last state",
          ja: "報酬 + γ × 最後の状態の最良の Q",
        },
        because: {
          en: "Only the clock ended it. What would have come is still worth as much.",
          ja: "終わらせたのは時計だけです。その先の価値は変わりません。",
        },
      },
      C: {
        text: { en: "500: all rewards of the episode", ja: "500。エピソードの全報酬" },
        because: {
          en: "Q counts what comes, not what was.",
          ja: "Q はこれから得られるものを数えます。過去の報酬ではありません。",
        },
      },
      D: {
        text: { en: "None: throw this step away", ja: "目標なし。このステップは捨てる" },
        because: {
          en: "That would do no harm, but nothing is wrong with this step: one can learn from it.",
          ja: "害はありませんが、このステップに問題はなく、学習に使えます。",
        },
      },
    },
    answer: "B",
  }),

  "12.4": define<(errors: readonly number[]) => readonly number[]>({
    title: { en: "Huber's loss", ja: "Huber 損失" },
    task: {
      en: "Write Huber's loss of each error e: **e² / 2** where |e| ≤ 1, and **|e| − 1/2** beyond.",
      ja: "各誤差 e に対する Huber 損失を書いてください。|e| ≤ 1 では **e² / 2**、それより大きいところでは **|e| − 1/2** です。",
    },
    hints: [
      { en: "`errors.map(…)` does it for each.", ja: "`errors.map(…)` で 1 つずつ計算します。" },
      { en: "`Math.abs(e)` decides which of the two.", ja: "`Math.abs(e)` でどちらの式かを決めます。" },
      {
        en: "`Math.abs(e) <= 1 ? e ** 2 / 2 : Math.abs(e) - 0.5`",
        ja: "`Math.abs(e) <= 1 ? e ** 2 / 2 : Math.abs(e) - 0.5` です。",
      },
    ],
    solution: () => (errors) => errors.map((e) => (Math.abs(e) <= 1 ? e ** 2 / 2 : Math.abs(e) - 0.5)),
    check: (answer) =>
      behaves(answer, [
        { args: [[0, 0.5, 1, 2]], gives: [0, 0.125, 0.5, 1.5] },
        { args: [[-0.5, -3]], gives: [0.125, 2.5] },
      ]),
    mistakes: [
      { answer: () => (errors) => errors.map((e) => e ** 2 / 2), state: "wrong" },
      { answer: () => (errors) => errors.map((e) => (e <= 1 ? e ** 2 / 2 : e - 0.5)), state: "wrong" },
      {
        answer: () => (errors) => errors.map((e) => (Math.abs(e) <= 1 ? e ** 2 : 2 * Math.abs(e) - 1)),
        state: "nearly",
      },
      { answer: () => (errors) => [errors.reduce((sum, e) => sum + Math.abs(e), 0)], state: "wrong" },
    ],
  }),
};
