import type { NdArray } from "../../arrays/ndarray.js";
import type { Drawings } from "./render.js";

/** Drawings in Keras's four parts. */
export interface DrawingDataset {
  /** `[drawings, size, size, 3]`, bytes */
  xTrain: NdArray<Uint8Array>;
  /** `[drawings]` */
  yTrain: NdArray<Uint8Array>;
  xTest: NdArray<Uint8Array>;
  yTest: NdArray<Uint8Array>;
}

/**
 * Splits drawings by artist: all of one are for the test. Several versions of one artist's set are nearly copies, so a split
 * by chance would test on what was seen.
 *
 * @param options.artist whose drawings are for the test; one of `artists`
 * @param options.concepts whether what the test shows is left out of the training, too: no other artist's drawing of the same
 *   thing either. Every second thing, by its name, is then for the test
 * @throws RangeError if there is nothing by that artist
 *
 * @example
 * const drawings = await datasets.animalDrawings.loadData();
 * const { xTrain, yTrain, xTest, yTest } = datasets.holdOutArtist(drawings, { artist: "Twitter" });
 */
export function holdOutArtist(
  drawings: Drawings,
  { artist, concepts = false }: { artist: string; concepts?: boolean },
): DrawingDataset {
  if (!drawings.artists.includes(artist))
    throw new RangeError(
      `There is nothing by ${JSON.stringify(artist)}; the artists are ${[...new Set(drawings.artists)].join(", ")}.`,
    );
  const inTest = testConcepts(drawings);
  const places = Array.from({ length: drawings.x.length }, (_, i) => i);
  const train = places.filter(
    (i) => drawings.artists[i] !== artist && !(concepts && inTest.has(drawings.concepts[i]!)),
  );
  const test = places.filter(
    (i) => drawings.artists[i] === artist && (!concepts || inTest.has(drawings.concepts[i]!)),
  );
  return {
    xTrain: drawings.x.gather(train),
    yTrain: drawings.y.gather(train),
    xTest: drawings.x.gather(test),
    yTest: drawings.y.gather(test),
  };
}

/** Every second thing of each class. */
function testConcepts({ y, concepts }: Drawings): Set<string> {
  const classes = new Map<number, Set<string>>();
  concepts.forEach((concept, i) => {
    const label = y.data[i]!;
    classes.set(label, (classes.get(label) ?? new Set()).add(concept));
  });
  return new Set([...classes.values()].flatMap((each) => [...each].toSorted().filter((_, i) => i % 2 === 1)));
}
