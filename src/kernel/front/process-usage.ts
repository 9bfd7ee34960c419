import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** What a process and all that it has started use. */
export interface ProcessUsage {
  /** Bytes. Pages that processes share are counted once where the system tells (Linux). */
  memory: number;
  /** Seconds of processor time until now. */
  cpuSeconds: number;
}

interface Row {
  pid: number;
  parent: number;
  cpuSeconds: number;
  /** Bytes in memory, shared ones included. */
  resident: number;
}

const ticksPerSecond = 100;
const pageBytes = 4096;
const run = promisify(execFile);

/** Undefined where neither /proc nor `ps` tells. */
export async function usageOf(pid: number): Promise<ProcessUsage | undefined> {
  const rows = await (process.platform === "linux" ? rowsOfProc() : rowsOfPs());
  const mine = rows && withDescendants(rows, pid);
  if (!mine) return undefined;
  const memories = await Promise.all(mine.map(memoryOf));
  return {
    memory: memories.reduce((sum, bytes) => sum + bytes, 0),
    cpuSeconds: mine.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  };
}

function withDescendants(rows: readonly Row[], pid: number): Row[] {
  const found = rows.filter((row) => row.pid === pid);
  for (const { pid: parent } of found) found.push(...rows.filter((row) => row.parent === parent));
  return found;
}

async function rowsOfProc(): Promise<Row[] | undefined> {
  const names = await readdir("/proc").catch(() => undefined);
  if (!names) return undefined;
  const texts = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((pid) => readGone(`/proc/${pid}/stat`)),
  );
  return texts.flatMap((text) => {
    // The command, in brackets, may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const [, pid, rest = ""] = /^(\d+) \(.*\) (.*)$/s.exec(text ?? "") ?? [];
    if (pid === undefined) return [];
    const fields = rest.split(" ");
    const field = (number: number): number => Number(fields[number - 3]);
    const cpuSeconds = (field(14) + field(15)) / ticksPerSecond;
    return [{ pid: Number(pid), parent: field(4), cpuSeconds, resident: field(24) * pageBytes }];
  });
}

async function rowsOfPs(): Promise<Row[] | undefined> {
  try {
    const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,rss=,time="]);
    return stdout
      .trim()
      .split("\n")
      .map((line) => {
        const [pid, parent, kibibytes, time = "0"] = line.trim().split(/\s+/);
        const cpuSeconds = time.split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0);
        return { pid: Number(pid), parent: Number(parent), cpuSeconds, resident: Number(kibibytes) * 1024 };
      });
  } catch {
    // No `ps`: nothing is known.
    return undefined;
  }
}

/** A process's share of memory (PSS), or what it has in memory. */
async function memoryOf({ pid, resident }: Row): Promise<number> {
  const text = process.platform === "linux" ? await readGone(`/proc/${pid}/smaps_rollup`) : undefined;
  const [, kibibytes] = /^Pss:\s+(\d+) kB$/m.exec(text ?? "") ?? [];
  return kibibytes === undefined ? resident : Number(kibibytes) * 1024;
}

/** The text of a file of /proc; undefined if its process has gone, or is somebody else's. */
const readGone = (file: string): Promise<string | undefined> => readFile(file, "utf8").catch(() => undefined);
