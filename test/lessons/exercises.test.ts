import assert from "node:assert/strict";
import { catalog, exerciseIds } from "../../src/lessons/catalog.js";
import { verdictOf } from "../../src/lessons/commands.js";
import { solutionText, type Exercise } from "../../src/lessons/define.js";
import type { Text } from "../../src/lessons/language.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";

/** The answers of mistakes and solutions, whatever their type. */
const given = (answer: unknown): Promise<unknown> => Promise.resolve((answer as () => unknown)());

function textsOf(exercise: Exercise): Text[] {
  const { title, task, hints, because, mistakes, choices = {} } = exercise;
  const said = mistakes.flatMap(({ says }) => says ?? []);
  const chosen = Object.values(choices).flatMap(({ text, because: why }) => [text, why]);
  return [title, task, ...hints, ...(because ? [because] : []), ...said, ...chosen];
}

/** Models and tensors that an answer made. */
function dispose(answer: unknown): void {
  if (answer instanceof tf.LayersModel) {
    answer.optimizer?.dispose();
    answer.dispose();
  }
  if (answer instanceof tf.Tensor) answer.dispose();
}

describe("lessons/exercises", function () {
  this.timeout(30_000);
  let language: string | undefined;
  before(() => {
    language = process.env.MANABI_LANG;
    process.env.MANABI_LANG = "en";
  });
  after(() => {
    if (language === undefined) delete process.env.MANABI_LANG;
    else process.env.MANABI_LANG = language;
  });

  for (const id of exerciseIds) {
    const exercise = catalog[id]!;

    it(`${id} takes its solution, and its mistakes for what they are`, async () => {
      setRandomSeed(1);
      const tensors = tf.memory().numTensors;
      const right = await given(exercise.solution);
      assert.deepEqual(verdictOf(exercise, right), { state: "right", text: "" });
      dispose(right);
      assert.ok(exercise.mistakes.length >= 3);
      for (const [i, { answer, state, says }] of exercise.mistakes.entries()) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, so that tensors can be counted
        const mistake = await given(answer);
        const verdict = verdictOf(exercise, mistake);
        assert.equal(verdict.state, state, `mistake ${i + 1}: ${verdict.text}`);
        assert.notEqual(verdict.text, "", `mistake ${i + 1}`);
        if (says) assert.equal(verdict.text, says.en);
        dispose(mistake);
      }
      assert.equal(tf.memory().numTensors, tensors);
    });

    it(`${id} says no to what is no answer at all`, () => {
      for (const nonsense of [undefined, null, "?", {}, [], NaN, () => undefined])
        assert.notEqual(verdictOf(exercise, nonsense).state, "right", typeof nonsense);
    });

    it(`${id} is there in both languages`, () => {
      for (const { en, ja } of textsOf(exercise)) {
        assert.ok(en.trim() && ja.trim(), en);
        // Kana or kanji, unless both are the same: formulas, names.
        assert.ok(en === ja || /[\u3040-\u30ff\u4e00-\u9fff]/.test(ja), ja);
        assert.doesNotMatch(en, /[\u3040-\u30ff\u4e00-\u9fff]/);
      }
    });

    it(`${id} shows its solution as one writes it`, () => {
      const text = solutionText(id, exercise);
      assert.match(text, new RegExp(`check\\("${id}", `));
      assert.doesNotMatch(text, /=> \{\s*$|prettier|oxlint/);
    });
  }

  it("are at least four a lesson, numbered from 1 on", () => {
    for (const lesson of new Set(exerciseIds.map((id) => id.slice(0, 2)))) {
      const numbers = exerciseIds.filter((id) => id.startsWith(lesson)).map((id) => Number(id.slice(3)));
      assert.ok(numbers.length >= 4, lesson);
      assert.deepEqual(numbers, numbers.map((_, i) => i + 1)); // prettier-ignore
    }
  });
});
