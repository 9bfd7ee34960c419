import { drawAll, type DrawingOptions, type Drawings, type Wanted } from "./render.js";
import { creditOf, sources, type DrawingCredit } from "./sources.js";

/** The names of the classes 0 to 2. */
export const classNames: readonly string[] = ["monkey", "boar", "crow"];

const sets = Object.values(sources);

/** Who drew them. Show or name them with the pictures; what is made of those under CC-BY-SA is under the same licence. */
export const credits: readonly DrawingCredit[] = sets.map(creditOf);

export const licence = `by set: ${sets.map(({ title, licence: each }) => `${title} ${each}`).join("; ")}`;

/** By class, then by what is shown: the names that it has in the sets. */
const concepts: readonly Record<string, readonly string[]>[] = [
  {
    monkey: ["monkey"],
    "monkey-face": ["monkey-face", "monkeyface"],
    "see-no-evil-monkey": ["see-no-evil-monkey", "monkeysee"],
    "hear-no-evil-monkey": ["hear-no-evil-monkey", "monkeyhear"],
    "speak-no-evil-monkey": ["speak-no-evil-monkey", "monkeyspeak"],
    gorilla: ["gorilla"],
    orangutan: ["orangutan"],
  },
  { boar: ["boar"], pig: ["pig"], "pig-face": ["pig-face"] },
  {
    // Unicode has no crow, but since 2022 a black bird.
    "black-bird": ["black-bird", "blackbird", "crow"],
    raven: ["raven"],
    "crow-dive": ["crow-dive"],
  },
];
const strictConcepts = new Set(["monkey", "boar", "black-bird", "raven", "crow-dive"]);

/**
 * Drawings of monkeys, boars and crows by eight artists, in colour on white: the three animals of the lesson on a classifier
 * of one's own, where photographs cannot be had. Apes count as monkeys, pigs as boars, and black birds as crows; few are
 * crows. Split them by artist (`datasets.holdOutArtist`).
 *
 * They are in packages of npm (about 20 MB), which npm gets once; nothing is installed. Each set has its own licence
 * (`credits`).
 *
 * @param options.strict only monkeys, boars and black birds themselves. Default false
 * @throws RangeError for another size; Error without network, with what to get and where to put it
 *
 * @example
 * const { x, y, artists } = await datasets.animalDrawings.loadData({ size: 96 });
 * imageGrid(x, { labels: y, classNames: datasets.animalDrawings.classNames });
 */
export function loadData(options: DrawingOptions & { strict?: boolean } = {}): Promise<Drawings> {
  const wanted: Wanted[] = concepts.flatMap((group, label) =>
    Object.entries(group)
      .filter(([concept]) => !options.strict || strictConcepts.has(concept))
      .map(([concept, names]) => ({ concept, names, label })),
  );
  return drawAll(sets, wanted, options, "Drawings of animals");
}
