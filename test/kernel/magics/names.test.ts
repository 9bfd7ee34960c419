import assert from "node:assert/strict";
import { RunningMagic } from "./running-magic.js";

describe("magics of names", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("%who lists names, %reset forgets them", async () => {
    assert.match((await magic.output("%who", "")).text, /No cell has declared a name yet/);
    magic.scope.set("rate", 0.5);
    magic.scope.set("people", new Map([["a", 1]]));
    assert.equal(
      (await magic.output("%who", "")).text,
      "rate    number  0.5\npeople  Map     Map(1) { 'a' => 1 }\n",
    );
    await magic.output("%reset", "");
    assert.deepEqual(magic.scope.names(), []);
  });
});
