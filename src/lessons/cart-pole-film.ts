import { markup, type Markup } from "../host/markup.js";
import { pictureBundle } from "../host/picture.js";
import { SelfShowing } from "../host/self-showing.js";
import { seriesColors, textColor } from "../figures/theme.js";
import { cartPoleLimits, type CartPoleState } from "./cart-pole.js";

const [width, height] = [600, 220];
const scale = width / (2 * cartPoleLimits.x);
const track = height - 50;
const [cartWidth, cartHeight, poleLength] = [50, 30, scale];
/** Steps of 0.02 s. */
const framesPerSecond = 50;
/** Frames that are drawn behind the moving one, for where nothing moves: on paper, in a PDF. */
const ghosts = 7;

/**
 * A film of an episode on the cart-pole: it moves wherever SVG does, and where it does not, pale pictures of the same episode
 * show how it went. No script is needed.
 *
 * @param states What the environment gave, step by step: `[x, speed, angle, turning]`.
 * @param options.title Default: how many steps it took.
 * @param options.speed 2 is twice as fast. Default 1.
 * @throws RangeError if there are no states, or they are no numbers.
 * @example
 * animateCartPole([[0, 0, 0.05, 0], [0, 0.2, 0.05, -0.3]], { title: "Before training" });
 */
export function animateCartPole(
  states: readonly CartPoleState[],
  { title, speed = 1 }: { title?: string; speed?: number } = {},
): SelfShowing {
  if (states.length === 0 || states.some((state) => state.length !== 4 || !state.every(Number.isFinite)))
    throw new RangeError(
      `animateCartPole needs the states of an episode, each [x, speed, angle, turning], but got ${states.length} states${states.length > 0 ? ", some of which are not 4 numbers" : ""}.`,
    );
  if (!(speed > 0)) throw new RangeError(`speed must be above 0, but got ${speed}.`);
  const heading = title ?? `${states.length} steps`;
  // Every second frame: half the size, and the eye does not see it.
  const frames = states.filter((_, i) => i % 2 === 0);
  const seconds = (frames.length * 2) / framesPerSecond / speed;
  const still = Array.from({ length: ghosts }, (_, i) => frames[Math.floor((i * frames.length) / ghosts)]!);
  const picture = markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">
<title>${heading}</title>
<text x="10" y="20" font-size="14" fill="${textColor}">${heading}</text>
<line x1="0" x2="${width}" y1="${track}" y2="${track}" stroke="${textColor}"/>
<g opacity="0.16">${still.map((state) => cart(state))}</g>
${cart(frames[0]!, { frames, seconds })}
</svg>`;
  return new SelfShowing(() =>
    pictureBundle(picture, `[film of ${states.length} steps on the cart-pole: ${heading}]`),
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;
const place = ([x]: CartPoleState): string => `${round(width / 2 + scale * x)} ${track}`;
const lean = ([, , angle]: CartPoleState): number => round((angle * 180) / Math.PI);

/** A cart with its pole in one state, or moving through many, over and over. */
function cart(state: CartPoleState, film?: { frames: readonly CartPoleState[]; seconds: number }): Markup {
  const moving = (type: "translate" | "rotate", value: (state: CartPoleState) => string | number): Markup =>
    film
      ? markup`<animateTransform attributeName="transform" type="${type}" dur="${film.seconds}s" repeatCount="indefinite" values="${film.frames.map(value).join(";")}"/>`
      : markup``;
  return markup`<g transform="translate(${place(state)})">${moving("translate", place)}
<rect x="${-cartWidth / 2}" y="${-cartHeight / 2}" width="${cartWidth}" height="${cartHeight}" rx="3" fill="${seriesColors[0]}"/>
<g transform="rotate(${lean(state)})">${moving("rotate", lean)}<line y2="${-poleLength}" stroke="${seriesColors[1]}" stroke-width="10" stroke-linecap="round"/></g>
<circle r="5" fill="${seriesColors[4]}"/>
</g>`;
}
