/**
 * Writes test/fixtures/keras/random-fits.json: what real Keras makes of the models that `random-fit.ts` draws. Run with the
 * project's Python: node dist/test/keras/model/write-random-fits.js [python]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveModel } from "../../../src/index.js";
import { drawCase, lastWithoutMask } from "./random-fit.js";

const count = lastWithoutMask + 14;
const [python = ".venv/bin/python"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "manabi-random-fits-"));
try {
  const cases = [];
  for (let index = 0; index < count; index++) {
    const { model, given } = drawCase(index + 1);
    await saveModel(model, join(folder, `${index}.keras`), { includeOptimizer: false });
    cases.push(given);
  }
  writeFileSync(join(folder, "cases.json"), JSON.stringify(cases));
  const env = { ...process.env, KERAS_BACKEND: "tensorflow" };
  execFileSync(python, ["test/fixtures/keras/train.py", folder], { env, stdio: "inherit" });
  const results = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"), (_, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(7)) : value,
  ) as unknown;
  writeFileSync("test/fixtures/keras/random-fits.json", `${JSON.stringify(results)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
