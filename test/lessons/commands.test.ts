import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { displaySymbol, type MimeBundle } from "../../src/host/host.js";
import { check, exercise, hint, lessonProgress, solution, todo } from "../../src/lessons/index.js";
import { readProgress } from "../../src/lessons/progress.js";
import type { SelfShowing } from "../../src/host/self-showing.js";

const shown = (value: SelfShowing): MimeBundle => value[displaySymbol]();
const htmlOf = (value: SelfShowing): string => String(shown(value)["text/html"]);
const textOf = (value: SelfShowing): string => String(shown(value)["text/plain"]);

describe("lessons/commands", () => {
  const kept = { MANABI_LANG: process.env.MANABI_LANG, MANABI_PROGRESS: process.env.MANABI_PROGRESS };
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "manabi-progress-"));
    file = path.join(folder, "deep", "progress.json");
    Object.assign(process.env, { MANABI_LANG: "en", MANABI_PROGRESS: file });
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    for (const [name, value] of Object.entries(kept))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });

  it("a task says what to do and how to answer, and not its solution", () => {
    assert.match(textOf(exercise("01.2")), /^✎ Exercise 01\.2 · Write the sigmoid\nWrite the sigmoid/);
    assert.match(htmlOf(exercise("01.2")), /<code>check\(&#34;01.2&#34;, …\)<\/code>/);
    assert.doesNotMatch(htmlOf(exercise("01.2")), /Math\.exp/);
    assert.equal(fs.existsSync(file), false);
  });

  it("a question's choices open without a script", () => {
    const html = htmlOf(exercise("01.3"));
    assert.equal(html.match(/<details/g)!.length, 4);
    assert.doesNotMatch(html, /<script|onclick/);
    assert.match(htmlOf(exercise("01.4")), /<strong>one step of gradient descent<\/strong>/);
  });

  it("an answer is right, nearly right, or wrong; the best is kept", () => {
    assert.match(textOf(check("01.1", 0.87)), /≈ .*Nearly\nClose, but not within the tolerance of 0.001/);
    assert.match(textOf(check("01.1", 2)), /✗ .*Not yet\nThat is the sum/);
    assert.equal(readProgress(file)["01.1"]!.state, "nearly");
    assert.match(textOf(check("01.1", 1 / (1 + Math.exp(-2)))), /✓ .*Right/);
    check("01.1", 7);
    const { state, tries, said, changed } = readProgress(file)["01.1"]!;
    assert.deepEqual({ state, tries, said }, { state: "right", tries: 4, said: "That is another number." });
    assert.ok(Date.now() - Date.parse(changed) < 60_000);
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ["progress.json"]);
  });

  it("progress is a line for each lesson, and what comes next", () => {
    check("01.1", 1 / (1 + Math.exp(-2)));
    check("01.2", (z) => z);
    assert.match(textOf(lessonProgress()), /\n01 +✓ ✗ · · · +1 of 5 +01\.2 Write the sigmoid\n/);
    assert.match(htmlOf(lessonProgress()), /^<table>/);
  });

  it("a place for an answer is no try", () => {
    assert.match(textOf(check("01.2", todo)), /… .*To do\nWrite your answer in place of `todo`/);
    assert.equal(fs.existsSync(file), false);
  });

  it("types of answers are those of their exercises", () => {
    // @ts-expect-error a number where a function belongs
    const wrongType = check("01.2", 3);
    assert.match(textOf(wrongType), /Expected a function, but got 3/);
    // @ts-expect-error no such choice
    assert.match(textOf(check("01.3", "E")), /Expected one of A, B, C, D, but got 'E'/);
    // The parameter's type follows from the id.
    check("01.2", (z) => z.valueOf());
  });

  it("a function that throws, and one that gives another thing, are told with what it was called with", () => {
    const fails = check("01.2", () => {
      throw new Error("not written yet");
    });
    assert.match(textOf(fails), /For 0 it throws: not written yet/);
    assert.match(textOf(check("01.2", (z) => z)), /For 0 it gives 0; expected 0.5/);
  });

  it("hints come one at a time, then all three stay", () => {
    const counts = [1, 2, 3, 4].map(() => textOf(hint("01.4")).match(/^\d\. /gm)!.length);
    assert.deepEqual(counts, [1, 2, 3, 3]);
    assert.equal(readProgress(file)["01.4"]!.hints, 3);
    assert.match(textOf(hint("01.4")), /`solution\("01.4"\)` shows a solution/);
  });

  it("a solution is code for the notebook, on request", () => {
    assert.match(textOf(solution("01.2")), /\ncheck\("01.2", \(z\) => 1 \/ \(1 \+ Math\.exp\(-z\)\)\);$/);
    assert.match(textOf(solution("01.3")), /\ncheck\("01.3", "B"\);\n\/\/ The ones lie across/);
    assert.match(textOf(solution("01.5")), /\nconst hidden = [^]*\ncheck\("01.5", model\);$/);
    assert.equal(readProgress(file)["01.2"]!.solutionSeen, true);
  });

  it("all of it is there in Japanese, by MANABI_LANG or the machine's locale", () => {
    process.env.MANABI_LANG = "ja";
    assert.match(textOf(exercise("01.2")), /演習 01\.2 · シグモイド関数を書く/);
    assert.match(textOf(check("01.1", 2)), /まだ違います/);
    process.env.MANABI_LANG = "en_GB.UTF-8";
    assert.match(textOf(exercise("01.2")), /Exercise/);
  });

  it("an exercise that is not there is an error that names those that are", () => {
    // @ts-expect-error no such id
    assert.throws(() => exercise("01.9"), /There is no exercise 01.9. Lesson 01 has 01.1, 01.2/);
    // @ts-expect-error no such id
    assert.throws(() => check("toString", 1), RangeError);
  });

  it("progress that cannot be read is kept under another name; what cannot be written is said", () => {
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, "{ half");
    check("01.1", 1);
    assert.equal(Object.keys(readProgress(file)).length, 1);
    const names = fs.readdirSync(path.dirname(file));
    assert.ok(
      names.some((name) => name.endsWith(".unreadable")),
      names.join(),
    );
    process.env.MANABI_PROGRESS = path.join(file, "in-a-file.json");
    assert.match(textOf(check("01.1", 1)), /Your progress could not be written: ENOTDIR/);
  });
});
