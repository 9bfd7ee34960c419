import assert from "node:assert/strict";
import * as mobyDick from "../../src/datasets/moby-dick.js";

describe("datasets/moby-dick", () => {
  it("is the whole novel, in plain characters", async () => {
    const chapters = await mobyDick.loadData();
    assert.equal(chapters.length, 135);
    assert.deepEqual(chapters[0]!.title, "Loomings.");
    assert.ok(chapters[0]!.text.startsWith("Call me Ishmael. Some years ago--never mind"));
    assert.ok(chapters.at(-1)!.text.includes("the great shroud of the sea rolled on"));
    const text = chapters.map((chapter) => chapter.text).join("\n\n");
    assert.ok(text.length > 1_180_000 && text.length < 1_190_000, String(text.length));
    assert.ok(new Set(text).size <= 80, [...new Set(text)].toSorted().join(""));
  });
});
