import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { projectRoot } from "../../src/setup/project.js";
import { code, notebookFile } from "../jobs/notebooks.js";

describe("cli/sweep", function () {
  this.timeout(60_000);
  const main = path.join(projectRoot, "dist/src/cli/main.js");
  // As result() of the library shows it, without the library.
  const record = `globalThis[Symbol.for("Jupyter.host")].display({ "application/vnd.manabi.result+json": { product: a * b } });`;
  const notebook = () =>
    notebookFile(
      code("let a = 1; const b = 1; const marks = 'marks.txt';", "parameters"),
      "import fs from 'node:fs'; fs.appendFileSync(marks, `${a},${b}\\n`);",
      `if (fs.existsSync("slow") && a === 3) await new Promise((resolve) => setTimeout(resolve, 60_000));\n${record}\nif (a * b === 4) throw new Error("four");`,
    );
  const sweep = (file: string, ...args: string[]) =>
    spawnSync(process.execPath, [main, "sweep", file, "-p", "a=1..3", "-p", "b=1,2", ...args], {
      encoding: "utf8",
      cwd: path.dirname(file),
    });

  it("runs what is left after it was killed, and puts the results together", async () => {
    const file = notebook();
    const folder = path.dirname(file);
    const marks = (): string[] =>
      fs.existsSync(path.join(folder, "marks.txt"))
        ? fs.readFileSync(path.join(folder, "marks.txt"), "utf8").trim().split("\n")
        : [];
    fs.writeFileSync(path.join(folder, "slow"), "");
    const child = spawn(process.execPath, [main, "sweep", file, "-p", "a=1..3", "-p", "b=1,2"], {
      cwd: folder,
    });
    for (let tries = 0; tries < 600 && marks().length < 5; tries += 1) await pause(50);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.deepEqual(marks(), ["1,1", "1,2", "2,1", "2,2", "3,1"]);
    fs.rmSync(path.join(folder, "slow"));
    const { status, stdout, stderr } = sweep(file, "--sort", "product");
    assert.equal(status, 1);
    // The one that failed is tried again; what was done is not.
    assert.deepEqual(marks().slice(5), ["2,2", "3,1", "3,2"]);
    assert.match(stderr, /\[1\/6\] was run/);
    assert.match(stderr, /\[4\/6\] FAILED .* a=2 b=2 {2}cell 4: Error: four/);
    assert.match(stdout, /^a +b +product +seconds\n3 +2 +6 /);
    assert.match(fs.readFileSync(path.join(folder, "note-sweep/results.csv"), "utf8"), /\r\n3,2,6,/);
    const collected = sweep(file, "--collect");
    assert.equal(collected.stdout.split("\n").length, 8);
    assert.equal(marks().length, 8);
  });

  it("runs one of them as a pod does, and writes its job", () => {
    const file = notebook();
    const { status, stderr } = sweep(file, "--index", "4", "--out", "shared");
    assert.equal(status, 0, stderr);
    assert.equal(fs.readFileSync(path.join(path.dirname(file), "marks.txt"), "utf8"), "3,1\n");
    assert.match(sweep(file, "--index", "6").stderr, /--index 6 is not one of the 6 runs/);
    assert.equal(sweep(file, "--kubernetes", "job.yaml").status, 0);
    assert.match(
      fs.readFileSync(path.join(path.dirname(file), "job.yaml"), "utf8"),
      /completionMode: Indexed/,
    );
    assert.match(sweep(file, "--collect", "--out", "shared").stderr, /5 of 6 runs are missing/);
  });

  it("says what is wrong", () => {
    const file = notebook();
    const only = (...args: string[]) =>
      spawnSync(process.execPath, [main, "sweep", file, ...args], {
        encoding: "utf8",
        cwd: path.dirname(file),
      });
    assert.match(only().stderr, /A sweep needs parameters/);
    const wrong = only("-p", "a=x,y");
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /a = "x": Type .* not assignable/);
  });
});
