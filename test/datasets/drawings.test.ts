import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { sources } from "../../src/datasets/drawings/sources.js";
import { animalDrawings, drawings, holdOutArtist, type DrawingOptions } from "../../src/datasets/index.js";
import { tf } from "../../src/keras/load.js";
import { tar, tarEntry } from "../download/tar-file.js";

const square = (colour: string): string => `<path fill="${colour}" d="M0 0h16v16H0z"/>`;

/** Icons as Iconify has them: 32 wide, their left upper quarter coloured. */
const iconSet = (icons: Record<string, string>, aliases: Record<string, string> = {}): Buffer =>
  gzipSync(
    tar(
      tarEntry(
        "package/icons.json",
        Buffer.from(
          JSON.stringify({
            icons: Object.fromEntries(
              Object.entries(icons).map(([name, colour]) => [name, { body: square(colour) }]),
            ),
            aliases: Object.fromEntries(Object.entries(aliases).map(([name, parent]) => [name, { parent }])),
            width: 32,
            height: 32,
          }),
        ),
      ),
    ),
  );
const openmoji = gzipSync(
  tar(
    tarEntry(
      "package/data/openmoji.json",
      Buffer.from(
        JSON.stringify([
          { annotation: "monkey", hexcode: "1F412", subgroups: "animal-mammal", skintone: "" },
          { annotation: "boar", hexcode: "1F417", subgroups: "animal-mammal", skintone: "" },
          { annotation: "pear", hexcode: "1F350", subgroups: "food-fruit", skintone: "" },
          { annotation: "boy: dark skin tone", hexcode: "1F466", subgroups: "animal-mammal", skintone: 5 },
          { annotation: "grinning face", hexcode: "1F600", subgroups: "face-smiling", skintone: "" },
        ]),
      ),
    ),
    ...["1F412", "1F417", "1F350"].map((hexcode) =>
      tarEntry(
        `package/color/svg/${hexcode}.svg`,
        Buffer.from(
          `<svg id="emoji" viewBox="0 0 32 32" xmlns="http://www.w3.org/2000/svg">${square("#00f")}</svg>`,
        ),
      ),
    ),
  ),
);
const archives: Record<string, Buffer> = {
  ...Object.fromEntries(
    Object.values(sources).map(({ pack }) => [pack.file, iconSet({ unrelated: "#123" })]),
  ),
  [sources.noto.pack.file]: iconSet({
    monkey: "#f00",
    boar: "#0f0",
    "black-bird": "#000",
    constructor: "#111",
  }),
  [sources.twemoji.pack.file]: iconSet({ monkey: "#f00", pig: "#0f0", pear: "#ff0" }, { boar: "pig" }),
  [sources.fontAwesome.pack.file]: iconSet({ crow: "currentColor" }),
  [sources.openmoji.pack.file]: openmoji,
};

describe("drawings", () => {
  let folder: string;
  let options: DrawingOptions;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-drawings-"));
    await mkdir(join(folder, "packages"));
    for (const [name, content] of Object.entries(archives))
      await writeFile(join(folder, "packages", name), content);
    const checksums = Object.fromEntries(
      Object.entries(archives).map(([name, content]) => [
        name,
        createHash("sha256").update(content).digest("hex"),
      ]),
    );
    options = { cacheFolder: folder, checksums, onProgress: () => {}, size: 16 };
  });
  after(() => rm(folder, { recursive: true }));

  it("gives each animal with its artist and what it shows, in colour on white", async () => {
    const tensors = tf.memory().numTensors;
    const { x, y, artists, concepts } = await animalDrawings.loadData(options);
    assert.deepEqual(
      artists.map((artist, i) => `${artist} ${concepts[i]} ${animalDrawings.classNames[y.data[i]!]}`),
      [
        "Google monkey monkey",
        "Google boar boar",
        "Google black-bird crow",
        "Twitter monkey monkey",
        "Twitter boar boar",
        "Twitter pig boar",
        "Font Awesome black-bird crow",
        "OpenMoji monkey monkey",
        "OpenMoji boar boar",
      ],
    );
    assert.deepEqual(x.shape, [9, 16, 16, 3]);
    const corner = (i: number): unknown => x.at(i).at(2).at(2).toArray();
    assert.deepEqual(
      [corner(0), corner(1), corner(2), corner(6), corner(7)],
      [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 255],
      ],
    );
    assert.deepEqual(x.at(0).at(12).at(12).toArray(), [255, 255, 255]);
    assert.equal(tf.memory().numTensors, tensors);
  });

  it("leaves out apes and pigs if it is told to", async () => {
    const { concepts } = await animalDrawings.loadData({ ...options, strict: true });
    assert.ok(!concepts.includes("pig"));
    assert.equal(concepts.length, 8);
  });

  it("takes classes from Unicode's groups", async () => {
    const { y, artists, concepts } = await drawings.loadData(options);
    assert.deepEqual(
      artists.map((artist, i) => `${artist} ${concepts[i]} ${drawings.classNames[y.data[i]!]}`),
      [
        "Google monkey mammal",
        "Google boar mammal",
        "Twitter monkey mammal",
        "Twitter boar mammal",
        "Twitter pear fruit",
        "OpenMoji monkey mammal",
        "OpenMoji boar mammal",
        "OpenMoji pear fruit",
      ],
    );
  });

  it("holds out whole artists, and what they show", async () => {
    const all = await drawings.loadData(options);
    const byArtist = holdOutArtist(all, { artist: "Twitter" });
    assert.deepEqual([byArtist.xTrain.length, byArtist.yTest.length], [5, 3]);
    // Of boar and monkey the second by name; of one fruit none.
    const byBoth = holdOutArtist(all, { artist: "Twitter", concepts: true });
    assert.deepEqual([byBoth.xTrain.length, byBoth.xTest.length], [3, 1]);
    assert.deepEqual(byBoth.xTest.at(0).at(2).at(2).toArray(), [255, 0, 0]);
    assert.throws(
      () => holdOutArtist(all, { artist: "Escher" }),
      /There is nothing by "Escher"; the artists are Google, Twitter, OpenMoji\./,
    );
  });

  it("refuses sizes that make no pictures, ends when told to, and says what it needs without network", async () => {
    await assert.rejects(animalDrawings.loadData({ ...options, size: 0 }), /from 8 to 1024, but got 0/);
    const signal = AbortSignal.abort(new Error("stopped"));
    await assert.rejects(animalDrawings.loadData({ ...options, signal }), /stopped/);
    const offline = { npm_config_registry: "http://127.0.0.1:1/", npm_config_fetch_retries: "0" };
    await assert.rejects(
      drawings.loadData({ ...options, cacheFolder: join(folder, "empty"), env: offline }),
      /openmoji 17\.0\.0 could not be fetched by npm:\n[^]* for Drawings of things\. [^]*npm pack openmoji@17\.0\.0\n/,
    );
  }).timeout(60_000);

  it("credits each set with its licence", () => {
    assert.equal(animalDrawings.credits.length, 11);
    for (const { artist, title, licence, url } of [...animalDrawings.credits, ...drawings.credits])
      assert.ok(artist && title && /^(?:MIT|Apache|CC-BY)/.test(licence) && url.startsWith("https://"));
    assert.match(drawings.licence, /OpenMoji 17 CC-BY-SA-4\.0/);
  });
});
