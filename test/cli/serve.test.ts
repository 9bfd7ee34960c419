import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { modelsOf } from "../../src/cli/serve.js";
import { writeHalf } from "../serving/models.js";
import { projectRoot } from "../../src/setup/project.js";

const main = path.join(projectRoot, "dist/src/cli/main.js");

describe("cli/serve", function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "manabi-cli-serve-"));
    await writeHalf(path.join(folder, "half.keras"));
    writeFileSync(path.join(folder, "broken.keras"), "no model");
  });
  after(() => rmSync(folder, { recursive: true }));

  const refuses = (...args: string[]): string => {
    const { status, stderr } = spawnSync(process.execPath, [main, "serve", "--port", "0", ...args], {
      encoding: "utf8",
    });
    assert.equal(status, 1, stderr);
    return stderr;
  };

  it("names models by their files, or as it is told", () => {
    assert.deepEqual(modelsOf(["a/mnist.keras", "digits=b/mnist.h5", "models/cats"], {}), {
      mnist: { path: "a/mnist.keras" },
      digits: { path: "b/mnist.h5" },
      cats: { path: "models/cats" },
    });
    assert.throws(() => modelsOf(["a/mnist.keras", "b/mnist.h5"], {}), /Two models are called mnist/);
  });

  it("says what is wrong with a model or an option", () => {
    assert.match(refuses(path.join(folder, "missing.keras")), /There is no file or folder .*missing\.keras/);
    assert.match(
      refuses(path.join(folder, "broken.keras")),
      /broken version 1 .* cannot be served: .* neither a zip archive nor an HDF5 file/,
    );
    assert.match(refuses("--threads", "x", "a.keras"), /Expected a number/);
    assert.match(refuses("--threads", "0", "a.keras"), /threads must be a number from 1 on, not 0/);
  });

  it("answers, and after SIGTERM says that it is not ready, answers what is in work, and ends", async () => {
    const args = [main, "serve", "--port", "0", "--drain-delay-ms", "700", path.join(folder, "half.keras")];
    const child: ChildProcess = spawn(process.execPath, args);
    let [stderr, stdout] = ["", ""];
    child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk));
    child.stdout!.on("data", (chunk: Buffer) => (stdout += chunk));
    while (!/Serving at/.test(stderr)) await once(child.stderr!, "data");
    const [url] = /http:\S+(?=\.)/.exec(stderr)!;
    const predict = async () => {
      const answer = await fetch(`${url}/v1/models/half:predict`, {
        method: "POST",
        body: '{"instances": [[1.0]]}',
      });
      return answer.json();
    };
    assert.deepEqual(await predict(), { predictions: [[2.5]] });
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    while ((await fetch(`${url}/readyz`)).status === 200)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    assert.deepEqual(await predict(), { predictions: [[2.5]] });
    assert.deepEqual(await ended, [0, null]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { api, model, version, rows, status, method } = lines[0]!;
    assert.deepEqual(
      { api, model, version, rows, status, method },
      {
        api: "predict",
        model: "half",
        version: "1",
        rows: 1,
        status: 200,
        method: "POST",
      },
    );
  });
});
