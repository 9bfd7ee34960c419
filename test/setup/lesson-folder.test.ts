import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { lessonFolder, provideLessons, resetLesson } from "../../src/setup/lesson-folder.js";
import { projectAt } from "../../src/setup/project.js";
import { temporaryFolder } from "./sandbox.js";

describe("setup/lesson-folder", () => {
  const project = () => {
    const made = projectAt(temporaryFolder());
    const write = (folder: string) => (name: string, text: string) => {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    };
    const ships = write(path.join(made.root, "notebooks"));
    ships("01-gate.ipynb", "one");
    ships("02-graph.ipynb", "two");
    ships("images/01-gate.svg", "<svg/>");
    ships("package.json", "{}");
    const mine = lessonFolder(made);
    const read = (name: string): string => fs.readFileSync(path.join(mine, name), "utf8");
    return { made, ships, mine, read, edits: write(mine) };
  };

  it("copies lessons and pictures, and nothing else", () => {
    const { made, mine } = project();
    assert.deepEqual(provideLessons(made), {
      copied: ["01-gate.ipynb", "02-graph.ipynb", "images/01-gate.svg"],
      newer: [],
    });
    assert.deepEqual(fs.readdirSync(mine).toSorted(), [
      ".manabi",
      "01-gate.ipynb",
      "02-graph.ipynb",
      "images",
    ]);
    assert.deepEqual(provideLessons(made), { copied: [], newer: [] });
  });

  it("a newer version replaces what the learner has not changed, and nothing that the learner has", () => {
    const { made, ships, read, edits } = project();
    provideLessons(made);
    edits("01-gate.ipynb", "one, edited");
    edits("notes.ipynb", "my own");
    assert.deepEqual(provideLessons(made), { copied: [], newer: [] });
    ships("01-gate.ipynb", "one, newer");
    ships("02-graph.ipynb", "two, newer");
    ships("03-digits.ipynb", "three");
    for (let start = 0; start < 2; start++) {
      const { newer } = provideLessons(made);
      assert.deepEqual(newer, ["01-gate.ipynb"]);
      assert.equal(read("01-gate.ipynb"), "one, edited");
    }
    assert.deepEqual(["02-graph.ipynb", "03-digits.ipynb", "notes.ipynb"].map(read), [
      "two, newer",
      "three",
      "my own",
    ]);
  });

  it("without its note, what differs counts as the learner's", () => {
    const { made, ships, mine, read } = project();
    provideLessons(made);
    fs.writeFileSync(path.join(mine, ".manabi", "lessons.json"), "{ half");
    ships("01-gate.ipynb", "one, newer");
    assert.deepEqual(provideLessons(made).newer, ["01-gate.ipynb"]);
    assert.equal(read("01-gate.ipynb"), "one");
  });

  it("reset brings a lesson back and keeps the learner's, each time under another name", () => {
    const { made, ships, mine, read, edits } = project();
    provideLessons(made);
    assert.equal(resetLesson(made, "01").kept, undefined);
    for (const [text, name] of [
      ["first", "01-gate.mine.ipynb"],
      ["second", "01-gate.mine-2.ipynb"],
    ] as const) {
      edits("01-gate.ipynb", text);
      const { file, kept } = resetLesson(made, "1");
      assert.equal(kept, path.join(mine, name));
      assert.equal(fs.readFileSync(file, "utf8"), "one");
      assert.equal(read(name), text);
    }
    ships("01-gate.ipynb", "one, newer");
    assert.deepEqual(provideLessons(made).copied, ["01-gate.ipynb"]);
  });

  it("a lesson that is not there is an error that names those that are", () => {
    const { made } = project();
    assert.throws(() => resetLesson(made, "07"), {
      message: /There is no lesson 07/,
      fix: /There are 01-gate, 02-graph/,
    });
  });
});
