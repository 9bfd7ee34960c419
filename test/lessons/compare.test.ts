import assert from "node:assert/strict";
import type { ArrayLike } from "../../src/arrays/ndarray.js";
import { behaves, near } from "../../src/lessons/compare.js";
import { tf } from "../../src/keras/load.js";

const goal = [
  [1, 2, 3],
  [4, 5, 6],
];

describe("lessons/compare", () => {
  let language: string | undefined;
  before(() => {
    language = process.env.MANABI_LANG;
    process.env.MANABI_LANG = "en";
  });
  after(() => {
    if (language === undefined) delete process.env.MANABI_LANG;
    else process.env.MANABI_LANG = language;
  });
  const said = (answer: unknown, ...rest: [ArrayLike, object?]): string => {
    const { state, text } = near(answer, ...rest);
    return `${state}: ${text}`;
  };

  it("takes the same numbers in any form", () =>
    tf.tidy(() => {
      for (const answer of [
        goal,
        tf.tensor2d(goal),
        { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
      ])
        assert.equal(said(answer, goal), "right: ");
    }));

  it("says what is off: shape, type, range, tolerance, sign", () =>
    tf.tidy(() => {
      const type = tf.tensor2d(goal, [2, 3], "int32");
      assert.match(
        said([1, 2, 3, 4, 5, 6], goal),
        /nearly: The numbers are right, the shape is not: it is \[6\]; expected \[2, 3\]/,
      );
      assert.match(said(type, tf.tensor2d(goal), { dtype: true }), /nearly: .*it is int32; expected float32/);
      assert.match(said(tf.tensor2d(goal).mul(255), goal), /nearly: All is 255 times what was expected/);
      assert.match(said(tf.tensor2d(goal).neg(), goal), /nearly: The sign is the other way round/);
      assert.match(
        said(tf.tensor2d(goal).add(0.03), goal),
        /nearly: Close, but not within the tolerance of 0.001/,
      );
    }));

  it("is wrong where more than one thing is off, without telling the answer", () => {
    assert.match(said([1, 2], goal), /wrong: The shape is \[2\]; expected \[2, 3\]/);
    assert.match(said([[1, 2, 3], [4, 9, 6]], goal), /wrong: The first number that differs is at \[1, 1\]/); // prettier-ignore
    assert.match(said([[1, 2, 3], [4, NaN, 6]], goal), /wrong: There is a NaN among the numbers/); // prettier-ignore
    assert.match(said(12, 5), /wrong: That is another number/);
    for (const answer of ["5", undefined, {}, Promise.resolve(5), () => 5])
      assert.match(said(answer, 5), /wrong: Expected a number, but got/);
  });

  it("a function is called with each case", () => {
    const cases = [1, 2].map((x) => ({ args: [x], gives: [x, x] }));
    assert.equal(behaves((x: number) => [x, x], cases).state, "right");
    assert.match(
      behaves((x: number) => [[x], [x]], cases).text,
      /For 1 it gives \[1, 1\] of shape \[2, 1\]; expected \[1, 1\]\. The numbers are right/,
    );
    assert.match(behaves((x: number) => [x, 1], cases).text, /For 2 it gives \[2, 1\]/);
    assert.match(behaves(7, cases).text, /Expected a function, but got 7/);
  });
});
