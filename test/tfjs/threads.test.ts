import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { tf } from "../../src/keras/load.js";
import { setMemoryGrowth, setThreads, setVisibleDevices } from "../../src/tfjs/threads.js";

const module = (name: string): string => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href);
/** Prints the number of TensorFlow's threads that run operations, after each part. */
const counting = `
  const { readdirSync, readFileSync } = await import("node:fs");
  const print = () => console.log(readdirSync("/proc/self/task").filter((id) =>
    readFileSync("/proc/self/task/" + id + "/comm", "utf8").startsWith("tf_Compute")).length);`;

async function run(program: string): Promise<string[]> {
  const source = `
    const { tf } = await import(${module("keras/load.js")});
    const { setThreads } = await import(${module("tfjs/threads.js")});
    ${program}`;
  const { TF_NUM_INTRAOP_THREADS: _, TF_NUM_INTEROP_THREADS: __, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", source], {
    env,
  });
  return stdout.trim().split("\n");
}

describe("tfjs: settings of the machine", () => {
  it("sets the number of threads before the first operation, and says that it is too late afterwards", async () => {
    const lines = await run(`
      const model = () => tf.layers.dense({ units: 1, inputShape: [2] });
      model();
      setThreads({ intra: 3 });
      setThreads({ inter: 5 });
      console.log(process.env.TF_NUM_INTRAOP_THREADS, process.env.TF_NUM_INTEROP_THREADS);
      console.log(tf.tensor1d([1, 2]).sum().dataSync()[0]);
      try { setThreads({ intra: 1 }); } catch (error) { console.log(error.message); }
      console.log(process.env.TF_NUM_INTRAOP_THREADS);`);
    assert.deepEqual(lines.slice(0, 2), ["3 5", "3"]);
    assert.match(lines[2]!, /^setThreads is too late: .*Restart the kernel, and call it before/);
    assert.equal(lines[3], "3");
  });

  it("has TensorFlow make that many", async function () {
    if (process.platform !== "linux") this.skip();
    const lines = await run(`${counting}
      print();
      setThreads({ inter: 7 });
      tf.scalar(1).add(1).dataSync();
      print();`);
    assert.deepEqual(lines, ["0", "7"]);
  });

  it("refuses other numbers, and is too late here", () => {
    tf.scalar(1).dispose();
    for (const intra of [0, -1, 1.5, NaN, 5000])
      assert.throws(
        () => setThreads({ intra }),
        new RegExp(`intra is a whole number from 1 to 1024, but got ${intra}`),
      );
    assert.throws(() => setThreads({ inter: "2" as never }), /inter is .*but got 2/);
    assert.throws(() => setThreads({ inter: 1 }), /too late/);
  });

  it("accepts settings of GPUs, and says once that there is none", () => {
    const said: unknown[] = [];
    const { info } = console;
    console.info = (text: unknown) => void said.push(text);
    try {
      setMemoryGrowth(true);
      setVisibleDevices([0, 1]);
      setMemoryGrowth(false);
      setVisibleDevices([]);
    } finally {
      console.info = info;
    }
    assert.deepEqual(said, [
      "setMemoryGrowth is without effect: TensorFlow computes on the processor here, there is no GPU.",
    ]);
    assert.throws(() => setVisibleDevices([-1]), /GPUs are numbered 0, 1, 2, …, but got -1/);
  });
});
