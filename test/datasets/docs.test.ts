import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as datasets from "../../src/datasets/index.js";

const page = readFileSync("docs/datasets.md", "utf8");

describe("docs/datasets.md", () => {
  it("has a row for each data set and for no other", () => {
    const rows = Array.from(page.matchAll(/^\| `(\w+)` \|/gm), ([, name]) => name!);
    const there = Object.entries(datasets).flatMap(([name, value]) =>
      typeof value === "object" && "loadData" in value ? [name] : [],
    );
    assert.deepEqual(
      rows.toSorted((a, b) => a.localeCompare(b)),
      there.toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it("names the licence of each, as the data set itself does", () => {
    for (const [name, value] of Object.entries(datasets)) {
      if (typeof value !== "object" || !("loadData" in value)) continue;
      assert.ok(value.licence.length > 2, name);
      const row = new RegExp(`^\\| \`${name}\`.*$`, "m").exec(page)![0];
      const [mark] = /MIT|CC BY-SA|PDDL|public domain|none stated|Reuters|by set/.exec(value.licence)!;
      assert.ok(row.includes(mark.replace("by set", "by artist")), row);
    }
  });

  it("credits every artist with the licence and the package", () => {
    for (const { artist, licence, url } of datasets.animalDrawings.credits) {
      const rows = page.split("\n").filter((line) => line.startsWith(`| ${artist} |`));
      assert.ok(
        rows.some((line) => line.includes(licence) && line.includes(url)),
        `${artist} ${licence}`,
      );
    }
  });
});
