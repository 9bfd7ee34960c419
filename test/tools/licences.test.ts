import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../src/setup/project.js";
import { licencesPage } from "../../tools/licences.js";

describe("tools/licences", () => {
  it("docs/licences.md is current: npm run licences writes it", () => {
    assert.equal(
      fs.readFileSync(path.join(projectRoot, "docs/licences.md"), "utf8"),
      licencesPage(projectRoot),
    );
  });
});
