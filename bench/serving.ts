/**
 * Our server against those of Python on the same Keras models: same machine, the server on one core, its client on the other.
 *
 *   npm run bench -- serving [throughput latency pictures binary growth] [--seconds 4] [--requests 20000]
 *
 * Needs `wrk` (apt-get install wrk) and, for the peers, a folder of Python packages:
 * `python3 -m venv .manabi/bench-serving && .manabi/bench-serving/bin/pip install -r bench/requirements-serving.txt`
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { saveModel, tf } from "../src/index.js";
import { projectAt, projectRoot } from "../src/setup/project.js";
import { largestOf, openLoop, sequentially } from "./serving-client.js";
import { machine, table } from "./table.js";

/** A server that is measured. */
interface Contender {
  name: string;
  command: (port: number) => string[];
  mlp: string;
  cnn?: string;
}

const folder = mkdtempSync(path.join(tmpdir(), "manabi-bench-"));
const file = (name: string): string => path.join(folder, name);
const python = path.join(projectAt(projectRoot).state, "bench-serving/bin/python");

/** @param served the models that ours serves */
function contenders(...served: ("mlp" | "cnn" | "mean")[]): Contender[] {
  const main = path.join(projectRoot, "dist/src/cli/main.js");
  const models = served.map((name) => file(`${name}.keras`));
  const ours: Contender = {
    name: "ours",
    command: (port) => [
      process.execPath,
      main,
      "serve",
      "--no-access-log",
      "--port",
      String(port),
      ...models,
    ],
    mlp: "/v1/models/mlp:predict",
    cnn: "/v1/models/cnn:predict",
  };
  if (!existsSync(python)) return [ours];
  const script = path.join(projectRoot, "bench/serving_peers.py");
  const peer = (kind: string, name: string, rest: Partial<Contender> = {}): Contender => ({
    name,
    command: (port) => [python, script, kind, String(port), file("mlp.keras"), file("cnn.keras")],
    mlp: "/mlp",
    ...rest,
  });
  return [
    ours,
    peer("flask", "Flask", { cnn: "/cnn" }),
    peer("fastapi", "FastAPI, batches", { cnn: "/cnn" }),
    peer("litserve", "LitServe"),
    peer("kserve", "KServe", { mlp: "/v1/models/mlp:predict" }),
  ];
}

async function writeModels(): Promise<void> {
  const { layers } = tf;
  const mlp = [
    layers.dense({ units: 512, activation: "relu", inputShape: [784] }),
    layers.dense({ units: 512, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ];
  const cnn = [
    layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ];
  const mean = [layers.globalAveragePooling2d({ inputShape: [224, 224, 3] })];
  for (const [name, list] of Object.entries({ mlp, cnn, mean })) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await saveModel(tf.sequential({ layers: list }), file(`${name}.keras`));
  }
  const pixels = Array.from({ length: 784 }, (_, i) => (i % 5 === 0 ? ((i * 37) % 256) / 255 : 0));
  writeFileSync(file("mlp.json"), JSON.stringify({ instances: [pixels] }));
  const picture = tf.tidy(() => tf.cast(tf.mul(tf.tensor3d(pixels, [28, 28, 1]), 255), "int32"));
  writeFileSync(file("digit.png"), await tf.node.encodePng(picture as never));
}

/** Runs `measure` while the server runs, alone on the first core. */
async function serving<T>(
  { command, mlp, name }: Contender,
  measure: (url: string, pid: number) => Promise<T>,
): Promise<T> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const [program, ...args] = pinned(0, command(port));
  const child: ChildProcess = spawn(program!, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let said = "";
  child.stderr!.on("data", (chunk: Buffer) => (said = (said + String(chunk)).slice(-2000)));
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null || tries > 600) throw new Error(`${name} does not answer:\n${said}`);
      // oxlint-disable-next-line no-await-in-loop -- it waits
      const status = await post(`${url}${mlp}`, readFileSync(file("mlp.json")), "application/json").catch(
        () => 0,
      );
      if (status === 200) break;
      // oxlint-disable-next-line no-await-in-loop -- it waits
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return await measure(url, child.pid!);
  } finally {
    process.kill(-child.pid!, "SIGTERM");
    if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  }
}

async function post(url: string, body: Uint8Array, type: string): Promise<number> {
  const answer = await fetch(url, { method: "POST", body: body as never, headers: { "content-type": type } });
  await answer.arrayBuffer();
  return answer.status;
}

/** A command on one core, where the system can do that. */
const pinned = (core: number, command: string[]): string[] =>
  process.platform === "linux" ? ["taskset", "-c", String(core), ...command] : command;

/** Requests a second of `clients` that each send the next one when the last is answered. */
async function wrk(
  url: string,
  body: string,
  type: string,
  clients: number,
  seconds: number,
): Promise<number> {
  const script = file("post.lua");
  writeFileSync(
    script,
    `wrk.method = "POST"\nlocal f = io.open(${JSON.stringify(file(body))}, "rb")\nwrk.body = f:read("*a")\nf:close()\n` +
      `wrk.headers["Content-Type"] = ${JSON.stringify(type)}\n`,
  );
  const options = ["-t1", `-c${clients}`, `-d${seconds}s`, "--timeout", "10s", "-s", script, url];
  const [program, ...args] = pinned(1, ["wrk", ...options]);
  const { stdout } = await execa(program!, args);
  if (/Non-2xx/.test(stdout)) throw new Error(`${url} refused requests:\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]);
}

const digits = (value: number): string => value.toPrecision(3);
const verdict = (ratio: number, bar: number): string => (ratio >= bar ? "reached" : "missed");

async function throughput(seconds: number, key: "mlp" | "cnn"): Promise<void> {
  const rates = new Map<string, number>();
  const [body, type] = key === "mlp" ? ["mlp.json", "application/json"] : ["digit.png", "image/png"];
  for (const one of contenders(...(key === "cnn" ? (["mlp", "cnn"] as const) : (["mlp"] as const)))) {
    if (one[key] === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- each alone
    const rate = await serving(one, async (url) => {
      await wrk(`${url}${one[key]}`, body, type, 32, 1);
      return wrk(`${url}${one[key]}`, body, type, 32, seconds);
    }).catch((error: Error) => {
      console.error(error.message);
      return undefined;
    });
    if (rate !== undefined) rates.set(one.name, rate);
  }
  const ours = rates.get("ours")!;
  const bars: Record<string, number> =
    key === "mlp"
      ? { Flask: 10, "FastAPI, batches": 3, LitServe: 1.5, KServe: 1.5 }
      : { Flask: 2, "FastAPI, batches": 2 };
  const rows = [...rates].map(([name, rate]) => {
    const ratio = ours / rate;
    return name === "ours"
      ? [name, digits(rate), "", "", ""]
      : [name, digits(rate), digits(ratio), `>= ${bars[name]}`, verdict(ratio, bars[name]!)];
  });
  const what = key === "mlp" ? "MLP, one image a request as JSON" : "CNN, one PNG a request";
  console.log(`\n${what}, 32 clients\n\n${table([["", "a second", "ours / it", "bar", ""], ...rows])}`);
}

/** Of requests that come at a steady rate, half of what the best peer can do. */
async function latency(seconds: number): Promise<void> {
  const best = contenders("mlp").find(({ name }) => name.startsWith("FastAPI"));
  if (!best) return console.log("\nlatency: the peers are not installed.");
  const most = await serving(best, (url) =>
    wrk(`${url}${best.mlp}`, "mlp.json", "application/json", 32, seconds),
  );
  const body = readFileSync(file("mlp.json"));
  const rows: string[][] = [];
  const p99s: number[] = [];
  for (const one of [contenders("mlp")[0]!, best]) {
    // oxlint-disable-next-line no-await-in-loop -- each alone
    const times = await serving(one, async (url) => {
      await openLoop(`${url}${one.mlp}`, body, most / 2, 1);
      return openLoop(`${url}${one.mlp}`, body, most / 2, seconds);
    });
    p99s.push(largestOf(times, 0.99));
    rows.push([one.name, digits(largestOf(times, 0.5)), digits(largestOf(times, 0.99))]);
  }
  const ratio = p99s[0]! / p99s[1]!;
  console.log(
    `\nLatency at ${Math.round(most / 2)} requests a second, ms\n\n${table([["", "median", "p99"], ...rows])}`,
  );
  console.log(`p99 ours / best: ${digits(ratio)}, bar <= 0.5: ${ratio <= 0.5 ? "reached" : "missed"}`);
}

/** The same tensor as JSON and as bytes. */
async function binary(): Promise<void> {
  const shape = [32, 224, 224, 3];
  const values = Float32Array.from({ length: 32 * 224 * 224 * 3 }, (_, i) =>
    Math.fround(((i * 7919) % 256) / 255),
  );
  const input = { name: "", shape, datatype: "FP32" };
  await serving(contenders("mlp", "mean")[0]!, async (url) => {
    const { inputs } = (await (await fetch(`${url}/v2/models/mean`)).json()) as {
      inputs: { name: string }[];
    };
    input.name = inputs[0]!.name;
    const json = Buffer.from(JSON.stringify({ inputs: [{ ...input, data: Array.from(values) }] }));
    const head = Buffer.from(
      JSON.stringify({
        inputs: [{ ...input, parameters: { binary_data_size: values.byteLength } }],
        parameters: { binary_data_output: true },
      }),
    );
    const bytes = Buffer.concat([head, Buffer.from(values.buffer)]);
    const header = { "inference-header-content-length": String(head.length) };
    const place = `${url}/v2/models/mean/infer`;
    const asJson = await sequentially(place, json, {}, 3);
    const asBytes = await sequentially(place, bytes, header, 10);
    const ratio = asJson / asBytes;
    console.log(
      `\n[${shape.join()}] to the Open Inference Protocol: JSON (${Math.round(json.length / 2 ** 20)} MiB) ${digits(asJson)} ms, bytes ` +
        `(${Math.round(bytes.length / 2 ** 20)} MiB) ${digits(asBytes)} ms: ${digits(ratio)} times, bar >= 10: ${verdict(ratio, 10)}`,
    );
  });
}

/** How latency grows with the clients, and memory with the requests. */
async function growth(seconds: number, requests: number): Promise<void> {
  const ours = contenders("mlp")[0]!;
  await serving(ours, async (url, pid) => {
    const rows: string[][] = [];
    for (const clients of [1, 10, 100, 1000]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const rate = await wrk(`${url}${ours.mlp}`, "mlp.json", "application/json", clients, seconds);
      rows.push([String(clients), digits(rate), digits((clients / rate) * 1000)]);
    }
    console.log(`\n${table([["clients", "a second", "mean ms"], ...rows])}`);
    const before = await memory(pid);
    const rate = Number(rows[2]![1]);
    await wrk(`${url}${ours.mlp}`, "mlp.json", "application/json", 100, Math.ceil(requests / rate));
    const after = await memory(pid);
    console.log(
      `Memory before and after about ${requests} more requests: ${before} and ${after} MiB (server and models' processes)`,
    );
  });
}

/** Of a process and its children, in MiB. */
async function memory(pid: number): Promise<number> {
  const { stdout } = await execa("ps", ["-o", "rss=", "--pid", String(pid), "--ppid", String(pid)]);
  return Math.round(
    stdout
      .trim()
      .split(/\s+/)
      .reduce((sum, rss) => sum + Number(rss), 0) / 1024,
  );
}

export async function run(options: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: options,
    allowPositionals: true,
    options: { seconds: { type: "string", default: "4" }, requests: { type: "string", default: "20000" } },
  });
  const seconds = Number(values.seconds);
  const cases: Record<string, () => Promise<void>> = {
    throughput: () => throughput(seconds, "mlp"),
    latency: () => latency(seconds),
    pictures: () => throughput(seconds, "cnn"),
    binary,
    growth: () => growth(seconds, Number(values.requests)),
  };
  const chosen = positionals.length > 0 ? positionals : Object.keys(cases);
  const unknown = chosen.filter((name) => !(name in cases));
  if (unknown.length > 0)
    throw new Error(`Unknown case ${unknown.join(", ")}: choose from ${Object.keys(cases).join(", ")}.`);
  console.log(`${machine()}; server and client each on one core`);
  try {
    await writeModels();
    // oxlint-disable-next-line no-await-in-loop -- each alone
    for (const name of chosen) await cases[name]!();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
