import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { serve, type ServeHandle } from "../../src/serving/index.js";
import { runPython } from "../saving/python.js";
import { writeHalf } from "../serving/models.js";

interface Answers {
  triton: { values: number[][]; error: string; inputs: object[] }[];
  kserve: { live: boolean[]; ready: boolean; v1: number[][]; v2: number[][] };
  curl: number[][];
}

describe("against clients of others", function () {
  this.timeout(120_000);
  let folder: string;
  let server: ServeHandle;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "manabi-clients-"));
    await writeHalf(path.join(folder, "half.keras"));
    const models = { half: path.join(folder, "half.keras") };
    server = await serve({ models, port: 0, log: () => undefined });
  });
  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  it("tritonclient (bytes and JSON), kserve (v1 and v2) and curl get the model's numbers", async () => {
    const script = path.resolve("test/fixtures/serving/clients.py");
    const answers = JSON.parse((await runPython(script, server.url)).trim().split("\n").at(-1)!) as Answers;
    const expected = [[2.5], [3], [4.5]];
    for (const { values, error, inputs } of answers.triton) {
      assert.deepEqual(values, expected);
      assert.match(error, /the model takes \[-1,1\]/);
      assert.deepEqual(inputs, [{ name: "line_input", datatype: "FP32", shape: [-1, 1] }]);
    }
    assert.deepEqual(answers.kserve, { live: [true, true], ready: true, v1: expected, v2: expected });
    assert.deepEqual(answers.curl, expected);
  });
});
