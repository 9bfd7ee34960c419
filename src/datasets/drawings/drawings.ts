import { drawAll, type DrawingOptions, type Drawings, type Wanted } from "./render.js";
import { creditOf, kebab, openmojiEntries, sources, type DrawingCredit } from "./sources.js";

/** The names of the classes 0 to 6. */
export const classNames: readonly string[] = [
  "bird",
  "bug",
  "clothing",
  "fruit",
  "mammal",
  "meal",
  "vehicle",
];

/** What Unicode calls these groups. */
const subgroups: readonly string[] = [
  "animal-bird",
  "animal-bug",
  "clothing",
  "food-fruit",
  "animal-mammal",
  "food-prepared",
  "transport-ground",
];

const sets = [sources.noto, sources.twemoji, sources.fluentFlat, sources.emojione, sources.openmoji];

/** Who drew them. Show or name them with the pictures; what is made of those under CC-BY-SA is under the same licence. */
export const credits: readonly DrawingCredit[] = sets.map(creditOf);

export const licence = `by set: ${sets.map(({ title, licence: each }) => `${title} ${each}`).join("; ")}`;

const title = "Drawings of things";

/**
 * Some 1,100 drawings of birds, bugs, clothing, fruit, mammals, meals and vehicles by five artists, in colour on white: enough
 * to see what a net that was trained before is worth (transfer learning), small enough to do it in minutes. Split them by
 * artist, and by what they show (`datasets.holdOutArtist`).
 *
 * They are in packages of npm (about 11 MB), which npm gets once; nothing is installed. Each set has its own licence
 * (`credits`).
 *
 * @throws RangeError for another size; Error without network, with what to get and where to put it
 *
 * @example
 * const drawings = await datasets.drawings.loadData();
 * const { xTrain, yTrain, xTest, yTest } = datasets.holdOutArtist(drawings, { artist: "OpenMoji", concepts: true });
 */
export async function loadData(options: DrawingOptions = {}): Promise<Drawings> {
  const wanted: Wanted[] = [];
  for (const { annotation, subgroups: group } of await openmojiEntries(options, title)) {
    const label = subgroups.indexOf(group);
    if (label !== -1) wanted.push({ concept: kebab(annotation), names: [kebab(annotation)], label });
  }
  return drawAll(sets, wanted, options, title);
}
