import { NumpyRandom } from "../arrays/numpy-random.js";

/** Position of the cart (m), its speed (m/s), angle of the pole (rad, 0 is upright), its speed (rad/s). */
export type CartPoleState = readonly [x: number, speed: number, angle: number, turning: number];

/** 0 pushes the cart to the left, 1 to the right. */
export type CartPoleAction = 0 | 1;

export interface CartPoleStep {
  state: CartPoleState;
  /** 1, in the last step too. */
  reward: number;
  /** The pole fell, or the cart left the track. */
  terminated: boolean;
  /** Time is up: nothing is wrong with this state, and what would have come after it still counts. */
  truncated: boolean;
}

const gravity = 9.8;
const cartMass = 1;
const poleMass = 0.1;
const totalMass = cartMass + poleMass;
/** Half of the pole, in metres. */
const halfLength = 0.5;
const force = 10;
/** Seconds a step. */
const stepTime = 0.02;

/** Where an episode ends: metres from the middle, and the angle of 12 degrees. */
export const cartPoleLimits = { x: 2.4, angle: (12 * Math.PI) / 180 } as const;

/**
 * A pole that stands on a cart: push the cart so that it does not fall. The same physics, limits and rewards as Gymnasium's
 * CartPole-v1 (https://gymnasium.farama.org/environments/classic_control/cart_pole/), after Barto, Sutton and Anderson, 1983.
 * An episode is cut off after 500 steps; the task counts as solved at a mean of 475.
 *
 * @param options.seed The same seed gives the same starts. @param options.maxSteps Default 500.
 * @example
 * const env = new CartPole({ seed: 1 });
 * let state = env.reset();
 * const { state: next, terminated } = env.step(state[2] > 0 ? 1 : 0);
 */
export class CartPole {
  readonly maxSteps: number;
  readonly #random: NumpyRandom;
  #state: CartPoleState = [0, 0, 0, 0];
  #steps = 0;
  #isOver = true;

  constructor({ seed, maxSteps = 500 }: { seed?: number; maxSteps?: number } = {}) {
    if (!Number.isInteger(maxSteps) || maxSteps < 1)
      throw new RangeError(`maxSteps must be a whole number from 1 up, but got ${maxSteps}.`);
    this.maxSteps = maxSteps;
    this.#random = new NumpyRandom(seed);
  }

  /** Starts an episode, nearly upright: each number from −0.05 to 0.05, or in the state given. */
  reset(state?: CartPoleState): CartPoleState {
    const near = (): number => this.#random.uniform(-0.05, 0.05);
    this.#state = state ?? [near(), near(), near(), near()];
    this.#steps = 0;
    this.#isOver = false;
    return this.#state;
  }

  /**
   * One push, and what comes of it after 0.02 s.
   * @throws RangeError if the action is neither 0 nor 1; Error if the episode is over, or none has begun
   */
  step(action: CartPoleAction): CartPoleStep {
    if (action !== 0 && action !== 1)
      throw new RangeError(`An action is 0 (left) or 1 (right), but got ${String(action)}.`);
    if (this.#isOver) throw new Error("This episode is over. Begin the next one: env.reset().");
    const [x, speed, angle, turning] = this.#state;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const push = action === 1 ? force : -force;
    const common = (push + poleMass * halfLength * turning ** 2 * sin) / totalMass;
    const turn = (gravity * sin - cos * common) / (halfLength * (4 / 3 - (poleMass * cos ** 2) / totalMass));
    const acceleration = common - (poleMass * halfLength * turn * cos) / totalMass;
    // Positions move by the speeds before the push.
    this.#state = [
      x + stepTime * speed,
      speed + stepTime * acceleration,
      angle + stepTime * turning,
      turning + stepTime * turn,
    ];
    this.#steps += 1;
    const terminated =
      Math.abs(this.#state[0]) > cartPoleLimits.x || Math.abs(this.#state[2]) > cartPoleLimits.angle;
    const truncated = this.#steps >= this.maxSteps;
    this.#isOver = terminated || truncated;
    return { state: this.#state, reward: 1, terminated, truncated };
  }
}
