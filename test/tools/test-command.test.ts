import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { closingLines, runMocha } from "../../tools/test-command.js";
import { temporaryFolder } from "../setup/sandbox.js";

describe("tools/test-command", () => {
  it("closes with the counts, and says how to get Chromium where there is none", () => {
    const summary = { passes: 12, failures: 0, pending: 2 };
    assert.deepEqual(closingLines({ ...summary, pending: 0 }, true), ["12 passed, 0 failed"]);
    const [skipped, ...rest] = closingLines(summary, false);
    assert.match(skipped!, /^Browser tests were skipped: .* sudo apt install chromium/);
    assert.deepEqual(rest, ["2 skipped", "12 passed, 0 failed"]);
  });

  describe("runMocha", () => {
    const run = (test: string) => {
      const folder = temporaryFolder();
      fs.writeFileSync(path.join(folder, "a.cjs"), test);
      const project = { ...projectAt(projectRoot), state: folder };
      return runMocha(project, project.node, ["--no-config", path.join(folder, "a.cjs")], {
        stdio: "ignore",
      });
    };

    it("counts", async () => {
      const test = `it("a", () => {}); it("b", () => { throw new Error("expected by the test"); }); it("c");`;
      assert.deepEqual(await run(test), { passes: 1, failures: 1, pending: 1 });
    });
    it("counts a crash as a failure", async () => {
      assert.deepEqual(await run(`it("a", () => process.abort());`), { passes: 0, failures: 1, pending: 0 });
    });
  });
});
