import { readFileSync } from "node:fs";
import os from "node:os";
import type { Runner } from "../../../contracts.js";
import { type ProcessUsage, usageOf } from "../../process-usage.js";
import type { Handler } from "../handler.js";

/** A kernel's last answer, to tell what was used since. */
const lasts = new WeakMap<
  Runner,
  { at: number; usage: ProcessUsage; host: { busy: number; total: number } }
>();

/**
 * What jupyter-resource-usage shows of a kernel, in the fields of ipykernel, and beside them the tensors of TensorFlow.js:
 * https://github.com/jupyter-server/jupyter-resource-usage
 */
export const usage_request: Handler = async ({ runner }) => {
  const [usage, tensors] = await Promise.all([usageOf(process.pid), tensorsOf(runner)]);
  const now = { at: performance.now(), host: hostTimes() };
  const since = lasts.get(runner);
  if (usage) lasts.set(runner, { ...now, usage });
  const seconds = since ? (now.at - since.at) / 1000 : 0;
  const busy = since ? (now.host.busy - since.host.busy) / (now.host.total - since.host.total) : 0;
  return {
    hostname: os.hostname(),
    pid: process.pid,
    cpu_count: os.cpus().length,
    ...(usage && {
      kernel_memory: usage.memory,
      // Like psutil, which knows nothing of the time before the first call.
      kernel_cpu: since && seconds > 0 ? percent((usage.cpuSeconds - since.usage.cpuSeconds) / seconds) : 0,
    }),
    ...(busy > 0 && { host_cpu_percent: percent(busy) }),
    host_virtual_memory: hostMemory(),
    ...tensors,
  };
};

const percent = (share: number): number => Math.max(0, Math.round(share * 1000) / 10);

/** TensorFlow.js keeps its engine, which counts them, in a global variable; undefined where it was not loaded. */
async function tensorsOf(runner: Runner): Promise<Record<string, number> | undefined> {
  const read = async (name: string): Promise<number | undefined> => {
    const text = await runner.liveDescription(`globalThis._tfengine.state.${name}`);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const [count, bytes] = await Promise.all([read("numTensors"), read("numBytes")]);
  return count === undefined || bytes === undefined
    ? undefined
    : { kernel_tensors: count, kernel_tensor_bytes: bytes };
}

function hostTimes(): { busy: number; total: number } {
  const times = os.cpus().map((cpu) => cpu.times);
  const sum = (of: (each: (typeof times)[number]) => number): number =>
    times.reduce((all, each) => all + of(each), 0);
  const total = sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  return { busy: total - sum(({ idle }) => idle), total };
}

/** In bytes, by psutil's names. */
function hostMemory(): Record<string, number> {
  const total = os.totalmem();
  const free = os.freemem();
  const available = availableMemory() ?? free;
  const used = total - available;
  return { total, available, free, used, active: used, percent: percent(used / total) };
}

function availableMemory(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const [, kibibytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8")) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
