import assert from "node:assert/strict";
import { magics } from "../../../src/kernel/magics/index.js";
import { RunningMagic } from "./running-magic.js";

describe("magics", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("%help describes all of them, or one", async () => {
    const lines = (await magic.output("%help", "")).text.split("\n");
    assert.equal(lines.length, Object.keys(magics).length + 1);
    // A notebook of usual width does not wrap them.
    assert.ok(lines.every((line) => line.length <= 110));
    assert.match(lines.at(-2)!, /^name\? +Shows the documentation/);
    assert.equal(
      (await magic.output("%help", "who")).text,
      "%who  Lists the names that cells have declared, with their values.\n",
    );
    assert.match((await magic.output("%help", "nope")).text, /no magic nope/);
    await assert.rejects(magic.output("%%nope", "", "x"), /There is no magic %%nope/);
  });
});
