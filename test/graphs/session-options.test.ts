import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeSessionOptions } from "../../src/graphs/session-options.js";

const python = path.join(import.meta.dirname, "../../../../.venv/bin/python");

describe("session options", () => {
  it("are what TensorFlow understands by them", function () {
    this.timeout(60_000);
    const folder = mkdtempSync(path.join(tmpdir(), "manabi-options-"));
    try {
      writeSessionOptions(folder);
      const program = `
import sys
from tensorflow.core.protobuf import config_pb2
print(config_pb2.ConfigProto.FromString(open(sys.argv[1], "rb").read()))`;
      const file = path.join(folder, "session_options.pb");
      const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
      const printed = execFileSync(python, ["-c", program, file], { encoding: "utf8", env });
      assert.equal(
        printed.replace(/\s+/g, " ").trim(),
        "graph_options { rewrite_options { memory_optimization: NO_MEM_OPT meta_optimizer_iterations: ONE disable_tfg_optimizer: true } }",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
