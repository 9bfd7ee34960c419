import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { packageCodeStep } from "../../src/setup/package-code.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { packageCodeFile } from "../../src/tfjs/package-code.js";
import { temporaryFolder } from "./sandbox.js";

/** What a program sees that loads TensorFlow.js. */
interface Seen {
  /** How many of TensorFlow.js's files were read. */
  filesRead: number;
  /** Files whose code V8 refused. */
  refused: string[];
  isOneInstance: boolean;
  /** Where an error of TensorFlow.js comes from. */
  frame: string;
  sum: number;
}

const program = `
  import fs from "node:fs";
  import { createRequire } from "node:module";
  import vm from "node:vm";
  const read = [], refused = [];
  const { readFileSync } = fs;
  fs.readFileSync = (file, ...rest) => (read.push(String(file)), readFileSync(file, ...rest));
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      if (this.cachedDataRejected) refused.push(options.filename);
    }
  };
  const { tf } = await import("./dist/src/keras/load.js");
  const require = createRequire(import.meta.url);
  let frame;
  try {
    tf.tensor([1, 2], [3]);
  } catch (error) {
    frame = error.stack.split("\\n")[1].trim();
  }
  console.log(JSON.stringify({
    filesRead: read.filter((file) => /tf[-\\w]*\\.node\\.js$/.test(file)).length,
    refused,
    isOneInstance: tf === require("@tensorflow/tfjs-node") &&
      require("@tensorflow/tfjs-core").tensor === tf.tensor && require("@tensorflow/tfjs").tensor === tf.tensor,
    frame,
    sum: tf.add(1, 1).dataSync()[0],
  }));`;

describe("setup/package-code", function () {
  this.timeout(60_000);

  it("keeps TensorFlow.js's modules: they load without their files, and are the same to everybody", async () => {
    const project = projectAt(temporaryFolder());
    const { root } = project;
    for (const folder of ["dist/src"])
      fs.cpSync(path.join(projectRoot, folder), path.join(root, folder), {
        recursive: true,
        filter: (file) => !/\/bundle$|\.code$/.test(file),
      });
    fs.cpSync(path.join(projectRoot, "package.json"), path.join(root, "package.json"));
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(root, "node_modules"));
    fs.writeFileSync(path.join(root, "program.mjs"), program);
    const run = async () =>
      JSON.parse((await execa(project.node, ["program.mjs"], { cwd: root })).stdout) as Seen;

    const without = await run();
    assert.ok(without.filesRead >= 7);
    assert.match(without.frame, /tf-core\.node\.js:\d+:\d+\)$/);

    const step = packageCodeStep(project);
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
    assert.deepEqual(await run(), { ...without, filesRead: 0, isOneInstance: true, sum: 2 });

    const file = packageCodeFile(path.join(root, "dist/src/tfjs"));
    fs.utimesSync(file, 0, 0);
    assert.equal(step.isDone(), false, "npm installed something since");
    assert.deepEqual(await run(), without);
  });
});
