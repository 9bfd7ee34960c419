import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeSessionOptions } from "../../src/graphs/session-options.js";

describe("graphs: session options", () => {
  it("are the bytes that TensorFlow reads as intended (test/against-keras/saved-models.test.ts)", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "manabi-options-"));
    try {
      writeSessionOptions(folder);
      const bytes = readFileSync(path.join(folder, "session_options.pb"));
      // graph_options { rewrite_options { memory_optimization: 1, meta_optimizer_iterations: 1, disable_tfg_optimizer } }
      assert.equal(bytes.toString("hex"), "5209520720016001800201");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
