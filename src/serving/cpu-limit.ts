import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (["ENOENT", "EACCES", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
}

/** How many processors the container may use, rounded up: more threads than that are throttled. Else, how many there are. */
export function cpuLimit(root = "/sys/fs/cgroup"): number {
  const cores = availableParallelism();
  // cgroup v2: "quota period", or "max period".
  const [quota, period] = read(`${root}/cpu.max`)?.split(" ") ?? [
    read(`${root}/cpu/cpu.cfs_quota_us`),
    read(`${root}/cpu/cpu.cfs_period_us`),
  ];
  const limit = Number(quota) / Number(period);
  return limit > 0 ? Math.max(1, Math.min(cores, Math.ceil(limit))) : cores;
}
