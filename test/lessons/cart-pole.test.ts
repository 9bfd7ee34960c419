import assert from "node:assert/strict";
import fs from "node:fs";
import { displaySymbol } from "../../src/host/host.js";
import { animateCartPole } from "../../src/lessons/cart-pole-film.js";
import { CartPole, type CartPoleAction, type CartPoleState } from "../../src/lessons/cart-pole.js";

interface Episode {
  start: CartPoleState;
  actions: CartPoleAction[];
  states: CartPoleState[];
  terminated: boolean[];
}

const { episodes } = JSON.parse(fs.readFileSync("test/fixtures/gymnasium/cart-pole.json", "utf8")) as {
  episodes: Episode[];
};

describe("lessons/cart-pole", () => {
  it("moves, and ends, as Gymnasium's does", () => {
    const env = new CartPole();
    for (const { start, actions, states, terminated } of episodes) {
      env.reset(start);
      for (const [i, action] of actions.entries()) {
        const step = env.step(action);
        for (const [j, value] of step.state.entries())
          assert.ok(Math.abs(value - states[i]![j]!) < 1e-12, `${value} for ${states[i]![j]}`);
        assert.equal(step.terminated, terminated[i]);
        assert.deepEqual([step.reward, step.truncated], [1, false]);
      }
    }
    assert.ok(episodes.some(({ terminated }) => terminated.at(-1)));
  });

  it("starts near upright, the same for the same seed", () => {
    const [a, b, c] = [new CartPole({ seed: 1 }), new CartPole({ seed: 1 }), new CartPole({ seed: 2 })];
    const start = a.reset();
    assert.deepEqual(b.reset(), start);
    assert.notDeepEqual(c.reset(), start);
    for (let i = 0; i < 100; i++) assert.ok(a.reset().every((value) => Math.abs(value) <= 0.05));
  });

  it("is cut off after 500 steps, which is not the end of the state", () => {
    const env = new CartPole({ seed: 3 });
    let [state, steps] = [env.reset(), 0];
    for (;;) {
      // A rule that balances: against where the pole leans and turns to.
      const step = env.step(state[2] + 0.3 * state[3] + 0.02 * state[0] + 0.05 * state[1] > 0 ? 1 : 0);
      steps += 1;
      state = step.state;
      if (step.terminated || step.truncated) {
        assert.deepEqual([step.terminated, step.truncated, steps], [false, true, 500]);
        break;
      }
    }
    assert.throws(() => env.step(0), /This episode is over\. Begin the next one: env\.reset\(\)/);
  });

  it("what it cannot do is an error that says so", () => {
    const env = new CartPole();
    assert.throws(() => env.step(0), /This episode is over/);
    env.reset();
    // @ts-expect-error no such action
    assert.throws(() => env.step(2), /An action is 0 \(left\) or 1 \(right\), but got 2/);
    assert.throws(() => new CartPole({ maxSteps: 0 }), /maxSteps must be a whole number from 1 up/);
  });

  it("a film moves without a script and shows the episode where nothing moves", () => {
    const states = episodes[0]!.states;
    const bundle = animateCartPole(states, { title: "<b>" })[displaySymbol]();
    const svg = String(bundle["image/svg+xml"]);
    assert.equal(svg.match(/<animateTransform/g)!.length, 2);
    assert.equal(svg.match(/<rect/g)!.length, 8);
    assert.doesNotMatch(svg, /<script|<b>|NaN/);
    assert.match(String(bundle["text/plain"]), new RegExp(`film of ${states.length} steps`));
    assert.throws(() => animateCartPole([]), /needs the states of an episode/);
    assert.throws(() => animateCartPole([[0, 0, NaN, 0]]), /not 4 numbers/);
  });
});
