import assert from "node:assert/strict";
import { type Step, runSteps } from "../../src/setup/step.js";

describe("setup/step", () => {
  const terminal = () => {
    const written: string[] = [];
    return { written, write: (text: string) => written.push(text) };
  };
  const step = (name: string, run: Step["run"], done = false): Step => ({ name, isDone: () => done, run });

  it("runs what is not done, in order, and shows names, seconds and notes", async () => {
    const output = terminal();
    const ran: string[] = [];
    await runSteps(
      [
        step("one", async () => void ran.push("one")),
        step("done already", async () => void ran.push("done already"), true),
        step("two", async () => {
          ran.push("two");
          return "Something to know.";
        }),
      ],
      output,
    );
    assert.deepEqual(ran, ["one", "two"]);
    assert.match(
      output.written.join(""),
      /^ {2}one \.\.\. \d+\.\d s\n {2}two \.\.\. \d+\.\d s\n {2}Something to know\.\n$/,
    );
  });

  it("shows nothing when everything is done", async () => {
    const output = terminal();
    await runSteps([step("one", () => assert.fail("ran"), true)], output);
    assert.deepEqual(output.written, []);
  });

  it("stops at the step that fails", async () => {
    const steps = [
      step("bad", () => Promise.reject(new Error("network gone"))),
      step("next", () => assert.fail("ran after a failure")),
    ];
    await assert.rejects(runSteps(steps, terminal()), /network gone/);
  });

  it("counts the seconds in place on a terminal", async () => {
    const output = { ...terminal(), isTTY: true };
    await runSteps([step("slow", () => new Promise((resolve) => setTimeout(resolve, 250)))], output);
    assert.ok(output.written.length >= 2);
    assert.ok(output.written.every((text) => text.startsWith("\r  slow ... ")));
  });
});
