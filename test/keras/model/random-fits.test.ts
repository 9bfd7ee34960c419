import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { drawCase, train, type Result } from "./random-fit.js";

/** What Keras made of the models of the seeds 1, 2, 3, …; `write-random-fits.ts` wrote it. */
const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/random-fits.json", import.meta.url), "utf8"),
) as { keras: string; results: Result[] };

/** Of a number's size, at least of 1. */
const tolerance = 5e-4;

function assertClose(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected === "number") {
    assert.ok(typeof actual === "number", `${where} is ${String(actual)}, Keras has ${expected}`);
    const isClose = Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
    assert.ok(isClose, `${where} is ${actual}, Keras has ${expected}`);
    return;
  }
  const [ours, theirs] = [actual, expected] as Record<string, unknown>[];
  if (Array.isArray(expected)) assert.equal((actual as unknown[]).length, expected.length, where);
  for (const [name, value] of Object.entries(theirs!)) assertClose(ours![name], value, `${where}.${name}`);
}

for (const runEagerly of [true, false]) {
  const mode = runEagerly ? "eager" : "compiled";
  describe(`keras/model: random models, fitted in random ways, against Keras, ${mode}`, () => {
    const { warn, log } = console;
    beforeEach(() => {
      console.warn = console.log = () => {};
    });
    afterEach(() => {
      Object.assign(console, { warn, log });
    });

    fixture.results.forEach((expected, index) => {
      it(`model ${index + 1}`, async () => {
        const { model, given } = drawCase(index + 1);
        const result = await train(model, given, runEagerly);
        const { x: _x, y: _y, sample_weight: _weight, ...what } = given;
        const where = `${JSON.stringify(what)}: `;
        assertClose(result, expected, where);
        const names = Object.keys(result.history).filter((name) => !/(^|_)acc(_|$)/.test(name));
        assert.deepEqual(names.toSorted(), Object.keys(expected.history).toSorted(), where);
        model.dispose();
      });
    });
  });
}
