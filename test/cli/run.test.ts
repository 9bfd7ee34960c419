import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { problemOf } from "../../src/cli/run.js";
import { temporaryFolder } from "../setup/sandbox.js";

describe("cli/run", () => {
  it("says what is wrong before anything starts", () => {
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, "a.ipynb"), '{ "cells": [], "metadata": {} }');
    fs.writeFileSync(path.join(folder, "b.ipynb"), "no JSON");
    assert.equal(problemOf(["a.ipynb", "--inplace", "--timeout", "60"], folder), undefined);
    assert.equal(problemOf(["--output=x", "a.ipynb"], folder), undefined);
    assert.match(problemOf(["a.ipynb", "--output"], folder)!, /^--output needs a value/);
    assert.match(problemOf(["--inplace"], folder)!, /^No notebook was given/);
    assert.match(problemOf(["--output", "x.ipynb", "c.ipynb"], folder)!, /^There is no notebook c\.ipynb in/);
    assert.match(problemOf(["b.ipynb"], folder)!, /^b\.ipynb is no notebook: it is not JSON/);
  });
});
